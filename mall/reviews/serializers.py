"""How reviews look in the API, to everybody, to who wrote them and to staff."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from mall.api.fields import ParagraphsField, StrictBooleanField, StrictIntegerField, TextField
from mall.catalogue.pictures import LIST_SIDE
from mall.catalogue.selectors import picture_url
from mall.orders.models import OrderLine
from mall.reviews.models import Review
from mall.reviews.naming import public_name
from mall.reviews.services import STARS_MAX, TEXT_MAX


class ReviewGiven(serializers.Serializer):
    """The buyer's word about a line of an order he has received."""

    line = TextField(max_length=100)
    stars = StrictIntegerField(min_value=1, max_value=STARS_MAX)
    text = ParagraphsField(max_length=TEXT_MAX, required=False, allow_blank=True)
    anonymous = StrictBooleanField(required=False)


class WordsGiven(serializers.Serializer):
    """A follow-up, or the merchant's answer."""

    text = ParagraphsField(max_length=TEXT_MAX)


class HidingGiven(serializers.Serializer):
    """Why a review is hidden; its author reads it."""

    reason = TextField(max_length=200)


class ReviewSummaryShown(serializers.Serializer):
    """mean: stars_sum over count to one decimal, empty without reviews. Hidden reviews are counted in all of them."""

    mean = serializers.CharField()
    count = serializers.IntegerField()
    stars_sum = serializers.IntegerField()
    by_star = serializers.DictField(child=serializers.IntegerField())
    hidden = serializers.IntegerField()


class ReviewShown(serializers.ModelSerializer):
    """A review as everybody reads it."""

    id = serializers.UUIDField(source="public_id")
    author = serializers.SerializerMethodField()
    specs = serializers.DictField(source="line.specs", child=serializers.CharField())
    pictures = serializers.SerializerMethodField()
    thumbnails = serializers.SerializerMethodField()

    class Meta:
        model = Review
        fields = (
            "id", "stars", "text", "author", "specs", "pictures", "thumbnails", "followup_text", "followup_at", "reply",
            "replied_at", "created_at",
        )  # fmt: skip

    def get_author(self, review: Review) -> str:
        """Never the whole name."""
        return public_name(review)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_pictures(self, review: Review) -> list[str]:
        """Addresses, in the order they came."""
        return [picture_url(picture.file) for picture in review.pictures.all()]

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_thumbnails(self, review: Review) -> list[str]:
        """The same pictures within 300 pixels, for lists."""
        return [picture_url(picture.file, LIST_SIDE) for picture in review.pictures.all()]


class OwnReview(ReviewShown):
    """A review as its author sees it. hidden_reason: why the merchant took it off the pages."""

    product = serializers.UUIDField(source="product.public_id")
    line = serializers.UUIDField(source="line.public_id")
    anonymous = serializers.BooleanField(source="is_anonymous")

    class Meta(ReviewShown.Meta):
        fields = (*ReviewShown.Meta.fields, "product", "line", "anonymous", "hidden_at", "hidden_reason")


class MerchantReview(OwnReview):
    """A review as staff see it."""

    order = serializers.UUIDField(source="line.order.public_id")
    product_name = serializers.CharField(source="line.name")

    class Meta(OwnReview.Meta):
        fields = (*OwnReview.Meta.fields, "order", "product_name")


class MerchantReviewQuery(serializers.Serializer):
    """Which of the mall's reviews."""

    stars = serializers.IntegerField(min_value=1, max_value=STARS_MAX, required=False)
    state = serializers.ChoiceField(choices=["shown", "hidden", "unanswered"], required=False)


class ReviewQuery(serializers.Serializer):
    """Which of a product's reviews."""

    kind = serializers.ChoiceField(choices=["pictures", "good", "middling", "bad"], required=False)


class LineAwaiting(serializers.ModelSerializer):
    """A received line that is not reviewed yet."""

    id = serializers.UUIDField(source="public_id")
    order = serializers.UUIDField(source="order.public_id")
    product = serializers.UUIDField(source="product.public_id")
    specs = serializers.DictField(child=serializers.CharField())

    class Meta:
        model = OrderLine
        fields = ("id", "order", "product", "name", "specs", "quantity")


def summary_shown(summary: Any) -> dict[str, Any]:
    """The two integers, what they make, and the counts."""
    return ReviewSummaryShown(
        {
            "mean": summary.mean,
            "count": summary.count,
            "stars_sum": summary.stars_sum,
            "by_star": {str(stars): count for stars, count in summary.by_star.items()},
            "hidden": summary.hidden,
        }
    ).data
