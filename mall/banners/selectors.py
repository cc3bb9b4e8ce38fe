"""Questions about banners."""

from __future__ import annotations

from mall.banners.models import Banner


def shown_banners() -> list[Banner]:
    """The banners the home page shows, in the merchant's order."""
    return list(Banner.objects.filter(is_active=True).order_by("position", "id"))
