"""A product's pictures by the merchant API."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.fields import TextField
from mall.api.lookup import get_or_404
from mall.api.permissions import StaffMay
from mall.api.uploads import PICTURE_BODY, PictureParser
from mall.api.uploads import picture_of as body_of
from mall.catalogue.merchant_api import PictureOwned
from mall.catalogue.models import Product
from mall.catalogue.pictures import PICTURES_MAX, add_picture, order_pictures, picture_of, remove_picture
from mall.catalogue.selectors import pictures
from mall.staff.rights import EDIT_PRODUCTS


class PictureNamed(serializers.Serializer):
    """A picture of the product."""

    id = TextField(max_length=64)


class PictureOrder(serializers.Serializer):
    """The order pictures are shown in, the cover first."""

    pictures = PictureNamed(many=True, max_length=PICTURES_MAX)


class MerchantPictures(APIView):
    """The pictures of one product."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)

    def get_parsers(self) -> list:
        """A POST is the file itself; a PUT is JSON."""
        if self.request is not None and self.request.method == "POST":
            return [PictureParser()]
        return super().get_parsers()

    @extend_schema(request=PICTURE_BODY, responses={201: PictureOwned})
    def post(self, request: Request, product_id: str) -> Response:
        """One picture more, up to nine, as the last. The body is the file: JPEG, PNG or WebP, 10 MB."""
        product = get_or_404(Product.objects.all(), product_id)
        picture = add_picture(product=product, data=body_of(request))
        return Response(PictureOwned(picture).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=PictureOrder, responses=PictureOwned(many=True))
    def put(self, request: Request, product_id: str) -> Response:
        """Put all pictures of the product in this order."""
        product = get_or_404(Product.objects.all(), product_id)
        given = PictureOrder(data=request.data)
        given.is_valid(raise_exception=True)
        row = [picture_of(product, one["id"]) for one in given.validated_data["pictures"]]
        order_pictures(product=product, pictures=row)
        return Response(PictureOwned(pictures(product), many=True).data)


class MerchantPicture(APIView):
    """One picture of a product."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, product_id: str, picture_id: str) -> Response:
        """Take the picture away, with its files."""
        product = get_or_404(Product.objects.all(), product_id)
        remove_picture(picture=picture_of(product, picture_id))
        return Response(status=status.HTTP_204_NO_CONTENT)
