"""How the demo's tables of goods are written."""

from __future__ import annotations

from dataclasses import dataclass, field

Variant = tuple[dict[str, str], int, int]


@dataclass(frozen=True, slots=True)
class Goods:
    """One product: name, subtitle, variants as (specs, price, market price) in fen, words it is found by.

    shape: what its picture shows (mall.catalogue.shapes), where it is not its aisle's.
    """

    name: str
    subtitle: str
    skus: list[Variant]
    keywords: str = ""
    shape: str = ""


@dataclass(frozen=True, slots=True)
class Aisle:
    """A category: its sign's shape, the hue of its pictures, and its goods."""

    name: str
    shape: str
    hue: int
    goods: list[Goods] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DemoBanner:
    """A picture at the head of the home page; category: where a tap on it leads."""

    title: str
    subtitle: str
    shape: str
    hue: int
    category: str


@dataclass(frozen=True, slots=True)
class DemoMall:
    """A mall of the demo. members: nicknames, each brought by the one before."""

    slug: str
    name: str
    notice: str
    color: str
    members: list[str]
    aisles: list[Aisle]
    banners: list[DemoBanner]
    returns_promise: str


def weights(*variants: tuple[str, int, int]) -> list[Variant]:
    """Variants by weight or size of the pack."""
    return kinds(*variants)


def kinds(*variants: tuple[str, int, int]) -> list[Variant]:
    """Variants of whatever sort."""
    return [({"规格": name}, price, market) for name, price, market in variants]


def colors(*variants: tuple[str, int, int]) -> list[Variant]:
    """Variants by colour or glaze."""
    return [({"颜色": name}, price, market) for name, price, market in variants]
