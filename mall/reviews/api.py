"""Reviews by the API: for everybody, for who writes them, and for staff."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.lookup import get_or_404
from mall.api.permissions import StaffMay
from mall.api.uploads import PICTURE_BODY, PictureParser, picture_of
from mall.catalogue.models import Product
from mall.orders.models import OrderLine
from mall.reviews import selectors, services
from mall.reviews.models import Review
from mall.reviews.serializers import (
    HidingGiven,
    LineAwaiting,
    MerchantReview,
    MerchantReviewQuery,
    OwnReview,
    ReviewGiven,
    ReviewQuery,
    ReviewShown,
    ReviewSummaryShown,
    WordsGiven,
    summary_shown,
)
from mall.staff.rights import ANSWER_REVIEWS, SEE_ORDERS


def _public_product(product_id: Any) -> Product:
    return get_or_404(Product.objects.exclude(status=Product.Status.DRAFT), product_id)


class ProductReviews(GenericAPIView):
    """What buyers say of a product."""

    permission_classes = (AllowAny,)
    serializer_class = ReviewShown

    @extend_schema(operation_id="product_reviews_list", parameters=[ReviewQuery], responses=ReviewShown(many=True))
    def get(self, request: Request, product_id: str) -> Response:
        """A page of its reviews, newest first; hidden ones are left out here, but not of the summary."""
        product = _public_product(product_id)
        asked = ReviewQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        page = self.paginate_queryset(selectors.shown_reviews(product, **asked.validated_data))
        return self.get_paginated_response(ReviewShown(page, many=True).data)


class ProductReviewSummary(APIView):
    """What all reviews of a product come to."""

    permission_classes = (AllowAny,)

    @extend_schema(responses=ReviewSummaryShown)
    def get(self, request: Request, product_id: str) -> Response:
        """Mean with the two integers behind it, and counts per star; hidden reviews count like all others."""
        return Response(summary_shown(selectors.review_summary(_public_product(product_id))))


class Reviews(GenericAPIView):
    """The caller's reviews."""

    serializer_class = OwnReview

    @extend_schema(operation_id="reviews_list", responses=OwnReview(many=True))
    def get(self, request: Request) -> Response:
        """A page of what he wrote, newest first."""
        page = self.paginate_queryset(selectors.reviews_by(request.user))
        return self.get_paginated_response(OwnReview(page, many=True).data)

    @extend_schema(request=ReviewGiven, responses={201: OwnReview})
    def post(self, request: Request) -> Response:
        """Review a line of an order that was received; 409 `not_received` before, `already_reviewed` after."""
        given = ReviewGiven(data=request.data)
        given.is_valid(raise_exception=True)
        fields = given.validated_data
        mine = OrderLine.objects.filter(order__buyer=request.user).select_related("order")
        review = services.write_review(
            line=get_or_404(mine, fields["line"]),
            buyer=request.user,
            stars=fields["stars"],
            text=fields.get("text", ""),
            is_anonymous=fields.get("anonymous", False),
        )
        return Response(_own(review), status=status.HTTP_201_CREATED)


class LinesAwaitingReview(GenericAPIView):
    """What the caller may review."""

    serializer_class = LineAwaiting

    @extend_schema(operation_id="lines_awaiting_review_list", responses=LineAwaiting(many=True))
    def get(self, request: Request) -> Response:
        """A page of received lines without a review, newest first."""
        page = self.paginate_queryset(selectors.lines_awaiting_review(request.user))
        return self.get_paginated_response(LineAwaiting(page, many=True).data)


class ReviewPictures(APIView):
    """Pictures of a review."""

    parser_classes = (PictureParser,)

    @extend_schema(request=PICTURE_BODY, responses={201: OwnReview})
    def post(self, request: Request, review_id: str) -> Response:
        """One picture more, up to nine, for everybody to see. The body is the file: JPEG, PNG or WebP, 10 MB."""
        review = get_or_404(Review.objects.filter(buyer=request.user), review_id)
        services.add_review_picture(review=review, data=picture_of(request))
        return Response(_own(review), status=status.HTTP_201_CREATED)


class FollowUp(APIView):
    """A word more."""

    @extend_schema(request=WordsGiven, responses=OwnReview)
    def post(self, request: Request, review_id: str) -> Response:
        """What there is to add after a while, once."""
        review = get_or_404(Review.objects.filter(buyer=request.user), review_id)
        given = WordsGiven(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(_own(services.follow_up(review=review, **given.validated_data)))


class MerchantReviews(GenericAPIView):
    """The mall's reviews."""

    permission_classes = (StaffMay(SEE_ORDERS),)
    serializer_class = MerchantReview

    def get_queryset(self) -> QuerySet[Review]:
        """Those asked for."""
        asked = MerchantReviewQuery(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        return selectors.reviews_of_mall(**asked.validated_data)

    @extend_schema(
        operation_id="merchant_reviews_list", parameters=[MerchantReviewQuery], responses=MerchantReview(many=True)
    )
    def get(self, request: Request) -> Response:
        """A page of the mall's reviews, newest first, hidden ones too."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(MerchantReview(page, many=True).data)


class ReviewReply(APIView):
    """The merchant's answer."""

    permission_classes = (StaffMay(ANSWER_REVIEWS),)

    @extend_schema(request=WordsGiven, responses=MerchantReview)
    def post(self, request: Request, review_id: str) -> Response:
        """Below the review for everybody to read; another answer takes its place."""
        review = get_or_404(Review.objects.all(), review_id)
        given = WordsGiven(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(_staffs(services.reply_to_review(review=review, actor=request.user, **given.validated_data)))


class ReviewHiding(APIView):
    """Taking a review off the pages."""

    permission_classes = (StaffMay(ANSWER_REVIEWS),)

    @extend_schema(request=HidingGiven, responses=MerchantReview)
    def post(self, request: Request, review_id: str) -> Response:
        """Only with a reason, which its author reads; its stars stay in mean and count."""
        review = get_or_404(Review.objects.all(), review_id)
        given = HidingGiven(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(_staffs(services.hide_review(review=review, actor=request.user, **given.validated_data)))


class ReviewShowing(APIView):
    """Putting a review back."""

    permission_classes = (StaffMay(ANSWER_REVIEWS),)

    @extend_schema(request=None, responses=MerchantReview)
    def post(self, request: Request, review_id: str) -> Response:
        """A hidden review can be read again."""
        review = get_or_404(Review.objects.all(), review_id)
        return Response(_staffs(services.show_review(review=review, actor=request.user)))


def _own(review: Review) -> dict[str, Any]:
    return OwnReview(selectors.complete(Review.objects.all()).get(pk=review.pk)).data


def _staffs(review: Review) -> dict[str, Any]:
    return MerchantReview(selectors.complete(Review.objects.all()).get(pk=review.pk)).data
