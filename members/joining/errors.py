"""What is refused at joining."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mall.errors import BadInput


class CodeRequired(BadInput):
    """This mall wants proof of the phone."""

    code = "required"
    field = "code"
    message = _("请填写发送到该手机的验证码（code）。")


class PasswordRequired(BadInput):
    """Without a code the password is the only way to log in."""

    code = "required"
    field = "password"
    message = _("请设置登录密码（password）。")
