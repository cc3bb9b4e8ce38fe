"""What is refused to operators."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mall.errors import BadInput, Conflict, DomainError, Missing, NotAllowed


class NotOperator(NotAllowed):
    """Only an operator of the installation makes malls and enters them."""

    message = _("只有平台运营人员可以执行此操作。")


class UnknownMall(Missing):
    """No mall of this id."""

    message = _("没有这个商城。")


class SignUpClosed(Missing):
    """404: this installation's malls are made by its operator."""

    message = _("本站不开放自助开店，请联系平台运营。")


class RulesNotAccepted(BadInput):
    """400: who opens a mall must accept the rules."""

    code = "rules_not_accepted"
    field = "accepts_rules"
    message = _("请先阅读并同意开店规则。")


class SlugReserved(Conflict):
    """409: a name that visitors would take for the installation's own."""

    code = "slug_reserved"
    field = "slug"
    message = _("这个网址由平台保留，请换一个。")


class ReasonRequired(BadInput):
    """What an operator does to a mall is recorded there, with the reason, for its owner to read."""

    code = "required"
    field = "reason"
    message = _("请填写原因（reason），2-200 个字；商城店主会在操作记录里看到。")


class NoOwner(BadInput):
    """Only a mall's owners are helped from outside; they help the others."""

    code = "no_owner"
    field = "email"
    message = _("请选择该商城的一位在职店主。")


class BadHours(BadInput):
    """An operator's stay has an end."""

    code = "bad_hours"
    field = "hours"
    message = _("时长（hours）须为 1 到 72 之间的整数（小时）。")


class WrongLogin(DomainError):
    """Unknown email, wrong password or no operator: the same answer."""

    code = "invalid_credentials"
    status = 401
    message = _("邮箱或密码不正确。")
    keeps_changes = True
