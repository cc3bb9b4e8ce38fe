"""Questions about banners."""

from __future__ import annotations

from mall.banners.models import Banner


def all_banners() -> list[Banner]:
    """Every banner of the mall, hidden ones too, in the merchant's order."""
    return list(Banner.objects.order_by("position", "id"))


def shown_banners() -> list[Banner]:
    """The banners the home page shows, in the merchant's order."""
    return list(Banner.objects.filter(is_active=True).order_by("position", "id"))
