"""Addresses whose views have bugs."""

from __future__ import annotations

from django.urls import path
from rest_framework.permissions import AllowAny
from rest_framework.views import APIView


def broken(request):
    raise KeyError("insides")


class Broken(APIView):
    """A bug inside of the framework's view."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get(self, request):
        raise KeyError("insides")


urlpatterns = [path("broken", broken), path("api/broken", broken), path("api/broken-view", Broken.as_view())]

handler500 = "mall.api.failures.server_error"
