"""Pictures to upload."""

from __future__ import annotations

import io

from PIL import Image


def a_picture(size: tuple[int, int] = (64, 48), kind: str = "PNG") -> bytes:
    """The bytes of a plain picture."""
    written = io.BytesIO()
    Image.new("RGB", size, "red").save(written, kind)
    return written.getvalue()
