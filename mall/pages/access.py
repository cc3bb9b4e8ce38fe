"""Who may open a page: doors in front of the views."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from mall.buyers.sessions import buyer_of_request
from mall.pages.rendering import code_in_address

View = Callable[..., HttpResponse]


def log_in_first(request: HttpRequest) -> HttpResponse:
    """To the log-in page, and afterwards back to the page; of a fragment, the page around it."""
    if not request.htmx:
        kept = {"next": request.get_full_path() if request.method in ("GET", "HEAD") else "/me"}
        if ref := code_in_address(request):
            kept["ref"] = ref
        return redirect(f"{reverse('pages:login')}?{urlencode(kept)}")
    around = urlsplit(request.htmx.current_url_abs_path or "/me")
    answer = HttpResponse(status=204)
    answer["HX-Redirect"] = f"{reverse('pages:login')}?{urlencode({'next': around.path})}"
    return answer


def buyer_page(view: View) -> View:
    """Only for a buyer who is logged in; request.buyer is him."""

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        buyer = buyer_of_request(request)
        if buyer is None:
            return log_in_first(request)
        request.buyer = buyer
        return view(request, *args, **kwargs)

    return guarded
