"""A product's description: plain text, or HTML of a few harmless tags. What is not on the list does not get in."""

from __future__ import annotations

import re

import nh3
from django.template.defaultfilters import linebreaks_filter
from django.utils.safestring import SafeString, mark_safe

TAGS = {
    "a", "b", "blockquote", "br", "caption", "em", "figcaption", "figure", "h2", "h3", "h4", "hr", "i", "img", "li",
    "ol", "p", "s", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
# Their content is no text of the page either.
DROPPED = {"script", "style", "iframe", "object", "embed", "template", "noscript", "svg", "math", "title", "textarea"}
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--")
_CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    clean_content_tags=DROPPED,
    url_schemes={"https"},
    link_rel="noopener noreferrer nofollow",
)


def sanitized(text: str) -> str:
    """The description as it is kept: HTML without whatever is not on the list; plain text as it is."""
    return _CLEANER.clean(text).strip() if is_html(text) else text


def is_html(text: str) -> bool:
    """Whether somebody wrote tags, rather than a text in which a < may stand."""
    return _TAG.search(text) is not None


def shown(text: str) -> SafeString:
    """The description for a page. Cleaned once more: old rows are no exception."""
    if is_html(text):
        return mark_safe(_CLEANER.clean(text))  # noqa: S308 - only what the allow-list lets through
    return linebreaks_filter(text, autoescape=True)
