"""What is refused about buyers and their log-ins."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mall.errors import BadInput, Conflict, DomainError


class BadPhone(BadInput):
    """A phone number nobody can have."""

    code = "bad_phone"
    field = "phone"
    message = _("手机号（phone）格式不正确，请填写 11 位手机号，境外号码请带国家区号，例如 +852…。")


class BadNickname(BadInput):
    """A nickname that does not show as it reads."""

    code = "bad_nickname"
    field = "nickname"
    message = _("昵称（nickname）至多 40 个字符，不含换行等控制字符。")


class WeakPassword(BadInput):
    """A password that falls to the first guess."""

    code = "weak_password"
    field = "password"
    message = _("密码（password）须为 8-128 位，不能过于常见，不能全是数字。")


class PhoneTaken(Conflict):
    """The phone is a member of this mall already."""

    code = "phone_taken"
    field = "phone"
    message = _("该手机号（phone）已注册，请直接登录。")


class WrongCode(BadInput):
    """A wrong, old, used or worn-out code; the guess stays counted."""

    code = "invalid_code"
    field = "code"
    message = _("验证码（code）不正确或已过期，请重新获取。")
    keeps_changes = True


class CodeUsed(WrongCode):
    """The right code, but it has done its work. To outsiders it is a wrong one."""


class WrongLogin(DomainError):
    """Unknown phone or wrong password: the same answer for both."""

    code = "invalid_credentials"
    status = 401
    message = _("手机号或密码不正确。")
    keeps_changes = True


class SmsUnavailable(DomainError):
    """Nobody has plugged in a sender of text messages."""

    code = "sms_unavailable"
    status = 503
    message = _("短信服务暂不可用，请稍后再试。")
    retry_after = 60


class OpenOrders(Conflict):
    """An account with unfinished orders cannot be closed."""

    code = "open_orders"
