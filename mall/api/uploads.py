"""Pictures from apps: the body of the request is the file itself, whatever its type says."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from mall.catalogue.pictures import BYTES_MAX

# For the OpenAPI document: what a client puts into the body.
PICTURE_BODY = {"image/jpeg": OpenApiTypes.BINARY, "image/png": OpenApiTypes.BINARY, "image/webp": OpenApiTypes.BINARY}


class PictureParser(BaseParser):
    """The bytes of one picture. Whether they are one, the service that draws it anew says."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> bytes:
        """The body, refused before more than a picture's worth of it is read."""
        data = stream.read(BYTES_MAX + 1)
        if len(data) > BYTES_MAX:
            raise ParseError(_("图片不能超过 %(most)s MB。") % {"most": BYTES_MAX // 1024 // 1024})
        return data


def picture_of(request: Request) -> bytes:
    """What the body held; the framework does not ask the parser about an empty one."""
    return request.data if isinstance(request.data, bytes) else b""
