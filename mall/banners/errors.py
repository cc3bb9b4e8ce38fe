"""What is refused about banners."""

from __future__ import annotations

from mall.errors import BadInput, Conflict


class BadBanner(BadInput):
    """400: a banner's title, link or position cannot be meant."""

    code = "invalid"


class TooManyBanners(Conflict):
    """409: more pictures than anybody would look at."""

    code = "too_many_banners"
