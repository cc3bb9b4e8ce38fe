"""Every page of a mall's host and of the operator's: who may open it, and where ids stand in its address.

The table is compared with the URL resolver: a page that is not here fails the matrix.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.factories.world import World
from tests.tenancy.page_buyer_cases import BUYER_PAGES
from tests.tenancy.page_calls import ANYONE, BUYER, STAFF
from tests.tenancy.page_staff_cases import DASHBOARD_PAGES

__all__ = ["ANYONE", "BUYER", "CASES", "ELSEWHERE", "STAFF", "address", "named_patterns"]

CASES = {f"pages:{name}": page for name, page in BUYER_PAGES.items()} | {
    f"dashboard:{name}": page for name, page in DASHBOARD_PAGES.items()
}

# Addresses of a mall's host that are no pages of a mall.
ELSEWHERE = {
    "healthz": "a probe, on every host, says nothing of any mall",
    "readyz": "a probe",
    "healthz-pipeline": "a probe; the oldest delivery of all malls in seconds, no more",
    "api-schema": "the same document on every host",
    "api-docs": "the same page on every host",
}


def named_patterns(urlconf: str) -> Iterator[tuple[str, str]]:
    """(full name or "", route) of every address below a urlconf."""

    def walk(patterns: list[URLPattern | URLResolver], prefix: str, space: str) -> Iterator[tuple[str, str]]:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
                yield from walk(pattern.url_patterns, route, inner)
            else:
                yield (f"{space}{pattern.name}" if pattern.name else ""), route

    return walk(get_resolver(urlconf).url_patterns, "", "")


def address(name: str, world: World, *, foreign: dict[str, Any] | None = None) -> str:
    """The page's address in a world; `foreign` puts other ids into the path."""
    page, foreign = CASES[name], foreign or {}
    parts = {part: foreign.get(part, made(world)) for part, made in page.path.items()}
    return reverse(name, kwargs=parts, urlconf="config.urls")
