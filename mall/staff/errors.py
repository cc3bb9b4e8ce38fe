"""What is refused about staff."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mall.errors import BadInput, Conflict, DomainError, Missing


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


class WrongOldPassword(BadInput):
    """Counted like a wrong log-in: the session may be somebody else's by now."""

    code = "wrong_password"
    field = "old_password"
    message = _("现在的密码（old_password）不正确。")


class SamePassword(BadInput):
    code = "same_password"
    field = "password"
    message = _("新密码（password）不能与现在的相同。")


class NoSuchHelp(Conflict):
    """The link is for other people of this mall's staff."""

    code = "not_for_this_person"
    message = _("不能为此人生成重设密码的链接：自己请用“修改密码”；已停用的员工请先恢复；平台运营请在平台修改。")


class ServesOtherMalls(Conflict):
    """A link would open other malls' dashboards as well."""

    code = "serves_other_malls"
    message = _("此人的登录帐号也用于其他商城，不能由您重设密码。请他自己修改；忘记密码的，请联系平台运营。")


class LinkSpent(Missing):
    """404: forged, late, used, or another mall's."""

    code = "link_spent"
    message = _("链接无效、已用过或已超过 24 小时。请向给您链接的人再要一个。")
