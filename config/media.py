"""Pictures that merchants and buyers uploaded, for everybody to see."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.static import serve

from mall.tenancy.middleware import asked_mall_id

# Whatever else somebody manages to store is not given out: an HTML file
# on a mall's host would be that mall's own script.
SHOWN = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif"})


class UploadedFiles:
    """Answers for /media/; a proxy or an object store in front makes it idle."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve the file, or 404 in the same words for every reason."""
        if not request.path_info.startswith(settings.MEDIA_URL):
            return self.get_response(request)
        name = request.path_info.removeprefix(settings.MEDIA_URL)
        if request.method not in {"GET", "HEAD"} or PurePosixPath(name).suffix.lower() not in SHOWN:
            return HttpResponse(status=404)
        try:
            mall_id = asked_mall_id(request)
        except (OperationalError, InterfaceError):
            return HttpResponse(status=503, headers={"Retry-After": "2"})
        # A mall's files lie in the folder of its id, and its host gives out no others.
        folder, *rest = PurePosixPath(name).parts
        if mall_id is None or folder != str(mall_id) or ".." in rest:
            return HttpResponse(status=404)
        try:
            response = serve(request, name, document_root=str(settings.MEDIA_ROOT))
        except Http404:
            return HttpResponse(status=404)
        # A stored file never changes: another picture gets another name.
        response["Cache-Control"] = "public, max-age=31536000, immutable"
        response["X-Content-Type-Options"] = "nosniff"
        return response
