"""What is refused about notices."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mall.errors import BadInput


class BadWebhook(BadInput):
    """400: no address of a group's robot."""

    code = "bad_webhook"
    field = "webhook"
    message = _("请粘贴企业微信群机器人的完整地址：https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…")
