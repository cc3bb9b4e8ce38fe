"""What is refused about staff."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mall.errors import BadInput, Conflict, DomainError


class BadEmail(BadInput):
    code = "bad_email"
    field = "email"
    message = _("邮箱（email）格式不正确。")


class WeakPassword(BadInput):
    code = "weak_password"
    field = "password"
    message = _("密码（password）太弱：至少 8 位，不能过于常见，不能全是数字。")


class BadRole(BadInput):
    code = "bad_role"
    field = "role"
    message = _("角色（role）须为 owner、manager、finance 或 service。")


class EmailTaken(Conflict):
    code = "email_taken"
    field = "email"
    message = _("该邮箱已有登录帐号。若是本人，请填写该帐号现有的密码；否则请换一个邮箱。")


class AlreadyStaff(Conflict):
    code = "already_staff"
    field = "email"
    message = _("此人已是本商城的员工。")


class LastOwner(Conflict):
    code = "last_owner"
    message = _("商城至少要保留一位在职的店主，请先任命另一位店主。")


class WrongLogin(DomainError):
    code = "invalid_credentials"
    status = 401
    message = _("邮箱或密码不正确。")
    keeps_changes = True
