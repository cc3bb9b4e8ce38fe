"""A description on a page."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from mall.catalogue.rich_text import shown

register = template.Library()


@register.filter
def rich(text: str) -> SafeString:
    """A product's description as safe HTML; plain text keeps its lines."""
    return shown(text)
