"""Banners by the merchant API."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.fields import StrictBooleanField, StrictIntegerField, TextField
from mall.api.lookup import get_or_404, public_uuid
from mall.api.permissions import StaffMay
from mall.api.uploads import PICTURE_BODY, PictureParser, picture_of
from mall.banners import services
from mall.banners.errors import BadBanner
from mall.banners.models import Banner
from mall.banners.selectors import all_banners
from mall.catalogue.selectors import picture_url
from mall.staff.rights import EDIT_PRODUCTS


class BannerShown(serializers.ModelSerializer):
    """A picture at the head of the home page."""

    id = serializers.UUIDField(source="public_id")
    image = serializers.SerializerMethodField()

    class Meta:
        model = Banner
        fields = ("id", "image", "title", "link", "position", "is_active", "created_at")

    def get_image(self, banner: Banner) -> str:
        """Where the picture lies."""
        return picture_url(banner.file)


class BannerList(serializers.Serializer):
    """All of them: eight at most."""

    results = BannerShown(many=True)


class BannerQuery(serializers.Serializer):
    """What stands beside the picture."""

    title = TextField(max_length=60, required=False, allow_blank=True)
    link = TextField(max_length=300, required=False, allow_blank=True, help_text="A path inside the mall.")
    position = serializers.IntegerField(min_value=0, max_value=services.POSITION_MAX, required=False)


class BannerChanges(serializers.Serializer):
    """What may change; what is left out stays."""

    title = TextField(max_length=60, required=False, allow_blank=True)
    link = TextField(max_length=300, required=False, allow_blank=True, help_text="A path inside the mall, or empty.")
    position = StrictIntegerField(min_value=0, max_value=services.POSITION_MAX, required=False)
    is_active = StrictBooleanField(required=False)


class BannerNamed(serializers.Serializer):
    """One banner."""

    id = TextField(max_length=64)


class BannerOrder(serializers.Serializer):
    """Every banner of the mall, once, the first one first."""

    banners = BannerNamed(many=True, max_length=services.BANNERS_MAX)


class Banners(APIView):
    """The mall's banners."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)

    def get_parsers(self) -> list:
        """A POST is the file itself; a PUT is JSON."""
        if self.request is not None and self.request.method == "POST":
            return [PictureParser()]
        return super().get_parsers()

    @extend_schema(operation_id="merchant_banners_list", responses=BannerList)
    def get(self, request: Request) -> Response:
        """All banners in their order, hidden ones too."""
        return _all()

    @extend_schema(parameters=[BannerQuery], request=PICTURE_BODY, responses={201: BannerShown})
    def post(self, request: Request) -> Response:
        """Hang up one more, eight at most. The body is the picture: JPEG, PNG or WebP, 10 MB; 7 wide to 3 high."""
        asked = BannerQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        banner = services.add_banner(data=picture_of(request), **asked.validated_data)
        return Response(BannerShown(banner).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="merchant_banners_order",
        request=BannerOrder,
        responses=BannerList,
        examples=[
            OpenApiExample(
                "Order",
                value={
                    "banners": [
                        {"id": "0b9c7b1e-3a53-4d0e-9b5f-0d4c3c3c1a11"},
                        {"id": "7d3a0e52-1f6b-4a3c-8d52-66b0b0f3e9aa"},
                    ]
                },
                request_only=True,
            )
        ],
    )
    def put(self, request: Request) -> Response:
        """Put all banners in this order."""
        given = BannerOrder(data=request.data)
        given.is_valid(raise_exception=True)
        there = {banner.public_id: banner for banner in all_banners()}
        wanted = [there.get(public_uuid(one["id"])) for one in given.validated_data["banners"]]
        if None in wanted:
            raise BadBanner(_("没有这张轮播图。"), field="banners")
        services.order_banners(banners=[banner for banner in wanted if banner is not None])
        return _all()


class OneBanner(APIView):
    """One banner."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)

    @extend_schema(request=BannerChanges, responses=BannerShown)
    def patch(self, request: Request, banner_id: str) -> Response:
        """Change its words, its place, or whether it is shown."""
        banner = get_or_404(Banner.objects.all(), banner_id)
        given = BannerChanges(data=request.data)
        given.is_valid(raise_exception=True)
        return _changed(banner, given.validated_data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, banner_id: str) -> Response:
        """Take it down for good, with its file."""
        services.remove_banner(banner=get_or_404(Banner.objects.all(), banner_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class BannerPicture(APIView):
    """The picture of a banner."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)
    parser_classes = (PictureParser,)

    @extend_schema(request=PICTURE_BODY, responses=BannerShown)
    def put(self, request: Request, banner_id: str) -> Response:
        """Another picture in its place; the body is the file."""
        banner = get_or_404(Banner.objects.all(), banner_id)
        return Response(BannerShown(services.change_banner(banner=banner, data=picture_of(request))).data)


def _changed(banner: Banner, changes: dict[str, Any]) -> Response:
    return Response(BannerShown(services.change_banner(banner=banner, **changes)).data)


def _all() -> Response:
    return Response(BannerList({"results": all_banners()}).data)
