"""Categories by the merchant API. Everybody reads the tree at /categories."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.fields import StrictIntegerField, TextField
from mall.api.lookup import get_or_404
from mall.api.permissions import StaffMay
from mall.api.uploads import PICTURE_BODY, PictureParser, picture_of
from mall.catalogue import tree
from mall.catalogue.errors import BadPicture
from mall.catalogue.models import Category
from mall.catalogue.selectors import picture_url
from mall.catalogue.signs import set_category_icon
from mall.staff.rights import EDIT_PRODUCTS


class CategoryGiven(serializers.Serializer):
    """A category as the merchant wants it. In a PATCH, what is absent stays; a parent of null is the top."""

    name = TextField(max_length=40)
    parent = TextField(max_length=36, required=False, allow_null=True)
    position = StrictIntegerField(min_value=0, max_value=tree.POSITION_MAX, required=False)

    def validate_parent(self, public_id: str | None) -> Category | None:
        """The category itself; another mall's is as missing as one that never was."""
        return get_or_404(Category.objects.all(), public_id) if public_id else None


class CategoryOwned(serializers.ModelSerializer):
    """A category as the merchant sees it."""

    id = serializers.UUIDField(source="public_id")
    parent = serializers.UUIDField(source="parent.public_id", allow_null=True, default=None)
    icon = serializers.SerializerMethodField()

    class Meta:
        model = Category
        fields = ("id", "name", "parent", "position", "icon")

    @extend_schema_field({"type": "string", "format": "uri-reference", "nullable": True})
    def get_icon(self, category: Category) -> str | None:
        """The address of its own picture below the mall's host; null where its name stands for it."""
        return picture_url(category.icon)


class MerchantCategories(APIView):
    """The mall's categories."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)

    @extend_schema(request=CategoryGiven, responses={201: CategoryOwned})
    def post(self, request: Request) -> Response:
        """One more category, below `parent` or at the top."""
        given = CategoryGiven(data=request.data)
        given.is_valid(raise_exception=True)
        made = tree.create_category(**given.validated_data)
        return Response(_answer(made), status=status.HTTP_201_CREATED)


class MerchantCategory(APIView):
    """One category of the mall."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)

    @extend_schema(request=CategoryGiven(partial=True), responses=CategoryOwned)
    def patch(self, request: Request, category_id: str) -> Response:
        """Another name, another place; what hangs below moves along."""
        category = get_or_404(Category.objects.all(), category_id)
        given = CategoryGiven(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        changes = dict(given.validated_data)
        if "parent" in changes:
            tree.move_category(category=category, parent=changes.pop("parent"))
        if changes:
            tree.rename_category(category=category, **changes)
        return Response(_answer(category))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, category_id: str) -> Response:
        """Take an empty category away."""
        tree.delete_category(category=get_or_404(Category.objects.all(), category_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class MerchantCategoryIcon(APIView):
    """A category's own picture in the grid of the home page."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)
    parser_classes = (PictureParser,)

    @extend_schema(request=PICTURE_BODY, responses=CategoryOwned)
    def put(self, request: Request, category_id: str) -> Response:
        """Give it this picture. The body is the file: JPEG, PNG or WebP, 10 MB."""
        category = get_or_404(Category.objects.all(), category_id)
        data = picture_of(request)
        if not data:
            raise BadPicture(_("请在请求正文中放入图片文件。"))
        return Response(_answer(set_category_icon(category=category, data=data)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, category_id: str) -> Response:
        """Take its picture away; a sign made from its name stands there again."""
        set_category_icon(category=get_or_404(Category.objects.all(), category_id), data=b"")
        return Response(status=status.HTTP_204_NO_CONTENT)


def _answer(category: Category) -> dict[str, Any]:
    return CategoryOwned(Category.objects.select_related("parent").get(pk=category.pk)).data
