"""What is refused about malls."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mall.errors import BadInput, Conflict


class BadSlug(BadInput):
    code = "bad_slug"
    field = "slug"
    message = _("商城网址须为 2-40 位小写字母、数字或连字符，且以字母或数字开头和结尾。")


class SlugTaken(Conflict):
    code = "slug_taken"
    field = "slug"
    message = _("这个商城网址已被使用，请换一个。")


class BadHost(BadInput):
    code = "bad_host"
    field = "host"
    message = _("域名（host）格式不正确：不含协议、端口和路径，例如 shop.example.com。")


class HostTaken(Conflict):
    code = "host_taken"
    field = "host"
    message = _("该域名（host）已指向另一个商城。")


class BadSetting(BadInput):
    code = "invalid"
