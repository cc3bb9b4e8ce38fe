"""What is refused about a promoter's standing."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mall.errors import BadInput, Conflict


class ReasonRequired(BadInput):
    """A change of standing is kept for good, with its reason."""

    code = "required"
    field = "reason"
    message = _("请填写原因（reason），1-200 个字，不含换行。")


class AccountClosed(Conflict):
    """A closed account has no standing to change."""

    code = "account_closed"
    message = _("该会员已注销，不能再停权或恢复。")
