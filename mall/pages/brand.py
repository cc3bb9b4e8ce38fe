"""A mall's colour, made readable: merchants choose freely, readers must still be able to read."""

from __future__ import annotations

READABLE = 4.5
# Above this the colour is a light one (yellow, lime): dark letters suit it, darkening would make it mud.
LIGHT = 0.45
INK, PAPER, NIGHT = "#161616", "#ffffff", "#1b1b1d"

_SHEET = """\
body.h5 {{ --weui-BRAND: {fill}; --on-brand: {on_fill}; --brand-text: {on_paper}; --brand-on-contrast: {on_letters}; }}
@media (prefers-color-scheme: dark) {{ body.h5 {{ --brand-text: {on_night}; }} }}
"""


def stylesheet(color: str) -> str:
    """The CSS of one brand colour, given as six hex digits with or without '#'."""
    chosen = "#" + color.lstrip("#").lower()
    if luminance(chosen) > LIGHT:
        fill, letters = chosen, INK
    else:
        fill, letters = _until_readable(chosen, against=PAPER, towards=0), PAPER
    return _SHEET.format(
        fill=fill,
        on_fill=letters,
        on_paper=_until_readable(chosen, against=PAPER, towards=0),
        on_night=_until_readable(chosen, against=NIGHT, towards=255),
        on_letters=_until_readable(chosen, against=letters, towards=0 if letters == PAPER else 255),
    )


def luminance(color: str) -> float:
    """Relative luminance of #rrggbb, 0 black to 1 white."""
    parts = [channel / 255 for channel in _channels(color)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """How far two colours stand apart, 1 to 21."""
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _until_readable(color: str, *, against: str, towards: int) -> str:
    # A twentieth of the way at a time; black on white and white on black end it.
    for step in range(21):
        mixed = [round(channel + (towards - channel) * step / 20) for channel in _channels(color)]
        candidate = "#" + "".join(f"{channel:02x}" for channel in mixed)
        if contrast(candidate, against) >= READABLE:
            break
    return candidate


def _channels(color: str) -> list[int]:
    return [int(color[start : start + 2], 16) for start in (1, 3, 5)]
