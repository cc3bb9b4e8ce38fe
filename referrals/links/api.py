"""Share links over the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.fields import TextField
from mall.api.lookup import get_or_404
from mall.api.pagination import NewestFirstPagination
from mall.catalogue.models import Product
from mall.reviews.models import Review
from members.access import IsMember, member_of
from referrals.links.models import LinkKind, ShareLink
from referrals.links.reviews import put_review_first
from referrals.links.selectors import LinkCounts, counts_of, link_url, links_of, mall_address
from referrals.links.services import CAMPAIGN_MAX, take_link


class ShareLinkInput(serializers.Serializer):
    """Which link is wanted."""

    kind = serializers.ChoiceField(choices=LinkKind.choices)
    product = TextField(max_length=64, required=False, allow_null=True, help_text="For kind `product`: its id.")
    channel = TextField(max_length=30, help_text="A slug of the mall's list: wechat, weibo, qq, other, …")
    campaign = TextField(max_length=CAMPAIGN_MAX, required=False, allow_blank=True)
    review = TextField(
        max_length=64,
        required=False,
        allow_null=True,
        help_text="For kind `product`: the id of the caller's own review of it, shown first; null for none.",
    )


class ShareLinkOutput(serializers.Serializer):
    """A link as its owner passes it on."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    url = serializers.URLField()
    kind = serializers.ChoiceField(choices=LinkKind.choices)
    product = serializers.UUIDField(allow_null=True)
    channel = serializers.CharField()
    campaign = serializers.CharField()
    review = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()


class CountedShareLinkOutput(ShareLinkOutput):
    """A link with what it brought. paid_fen before, commission_fen after refunds."""

    clicks = serializers.IntegerField()
    valid_clicks = serializers.IntegerField()
    registrations = serializers.IntegerField()
    orders = serializers.IntegerField()
    paid_fen = serializers.IntegerField()
    commission_fen = serializers.IntegerField()


class ShareLinks(APIView):
    """The caller's share links."""

    permission_classes = (IsMember,)
    pagination_class = NewestFirstPagination

    @extend_schema(request=ShareLinkInput, responses={201: ShareLinkOutput, 200: ShareLinkOutput})
    def post(self, request: Request) -> Response:
        """Take a link: 201 for a new one, 200 with the same one for whoever has it already."""
        given = ShareLinkInput(data=request.data)
        given.is_valid(raise_exception=True)
        fields = given.validated_data
        product_id = fields.get("product")
        product = get_or_404(Product.objects.filter(status=Product.Status.ON_SALE), product_id) if product_id else None
        link, created = take_link(
            owner=member_of(request),
            kind=fields["kind"],
            channel_slug=fields["channel"],
            product=product,
            campaign=fields.get("campaign", ""),
        )
        if "review" in fields:
            put_review_first(link=link, review=_own_review(request, fields["review"]))
        answer = ShareLinkOutput(_shown(link, mall_address()))
        return Response(answer.data, status=status.HTTP_201_CREATED if created else status.HTTP_200_OK)

    @extend_schema(responses=CountedShareLinkOutput(many=True))
    def get(self, request: Request) -> Response:
        """The caller's links with what each brought, newest first."""
        pages = self.pagination_class()
        links = pages.paginate_queryset(links_of(member_of(request)), request, view=self)
        counts = counts_of([link.pk for link in links])
        address = mall_address()
        shown = [_shown(link, address, counts[link.pk]) for link in links]
        return pages.get_paginated_response(CountedShareLinkOutput(shown, many=True).data)


def _own_review(request: Request, review_id: str | None) -> Review | None:
    """Another's is as missing as one that does not exist."""
    return get_or_404(Review.objects.filter(buyer=request.user), review_id) if review_id else None


def _shown(link: ShareLink, address: str, counts: LinkCounts | None = None) -> dict[str, Any]:
    shown = {
        "id": link.public_id,
        "code": link.code,
        "url": link_url(link, address),
        "kind": link.kind,
        "product": link.product.public_id if link.product else None,
        "channel": link.channel.slug,
        "campaign": link.campaign,
        "review": link.review.public_id if link.review else None,
        "created_at": link.created_at,
    }
    if counts is not None:
        shown |= {name: getattr(counts, name) for name in LinkCounts.__slots__}
    return shown
