"""How coupons look in the API."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework import serializers

from mall.api.fields import ChoiceTextField, FenField, StrictBooleanField, StrictIntegerField, TextField
from mall.api.lookup import get_or_404, public_uuid
from mall.buyers.models import Buyer
from mall.catalogue.models import Category, Product
from mall.coupons.models import Coupon, CouponTemplate
from mall.coupons.services import COUNT_MAX, DAYS_MAX, GIVEN_AT_ONCE_MAX, PER_PERSON_MAX
from mall.money import BPS_FULL


class CouponTemplateShown(serializers.ModelSerializer):
    """A kind of coupon. product and category: what it is for, null for everything; left: null without a bound."""

    id = serializers.UUIDField(source="public_id")
    product = serializers.UUIDField(source="product.public_id", allow_null=True, default=None)
    category = serializers.UUIDField(source="category.public_id", allow_null=True, default=None)
    left = serializers.SerializerMethodField()

    class Meta:
        model = CouponTemplate
        fields = (
            "id", "name", "kind", "off_fen", "off_bps", "off_max_fen", "threshold_fen", "product", "category",
            "valid_from", "valid_until", "valid_days", "per_person", "left",
        )  # fmt: skip

    def get_left(self, template: CouponTemplate) -> int | None:
        """How many may still be taken."""
        return None if template.total_count is None else max(0, template.total_count - template.taken_count)


class CouponTemplateOwned(CouponTemplateShown):
    """A kind of coupon as the merchant sees it."""

    class Meta(CouponTemplateShown.Meta):
        fields = (
            *CouponTemplateShown.Meta.fields, "total_count", "taken_count", "is_public", "closed_at", "created_at",
        )  # fmt: skip


class CouponShown(serializers.ModelSerializer):
    """One coupon of a wallet."""

    id = serializers.UUIDField(source="public_id")
    template = CouponTemplateShown()
    order = serializers.UUIDField(source="order.public_id", allow_null=True, default=None)

    class Meta:
        model = Coupon
        fields = ("id", "template", "taken_at", "starts_at", "expires_at", "order", "used_at")


class WalletQuery(serializers.Serializer):
    """Which of a buyer's coupons."""

    status = serializers.ChoiceField(choices=["usable", "used", "expired"], default="usable")


class CouponTemplateChanges(serializers.Serializer):
    """What may change once it is there."""

    name = TextField(max_length=60, required=False)
    per_person = StrictIntegerField(min_value=1, max_value=PER_PERSON_MAX, required=False)
    total_count = StrictIntegerField(min_value=1, max_value=COUNT_MAX, required=False, allow_null=True)
    is_public = StrictBooleanField(required=False)


class CouponTemplateGiven(CouponTemplateChanges):
    """A kind of coupon as the merchant wants it: fixed with off_fen, or percent with off_bps."""

    name = TextField(max_length=60)
    kind = ChoiceTextField(choices=CouponTemplate.Kind.choices)
    off_fen = FenField(min_value=1, required=False, allow_null=True)
    off_bps = StrictIntegerField(min_value=1, max_value=BPS_FULL, required=False, allow_null=True)
    off_max_fen = FenField(min_value=1, required=False, allow_null=True)
    threshold_fen = FenField(required=False)
    product = TextField(max_length=36, required=False, allow_null=True)
    category = TextField(max_length=36, required=False, allow_null=True)
    valid_from = serializers.DateTimeField(required=False, allow_null=True)
    valid_until = serializers.DateTimeField(required=False, allow_null=True)
    valid_days = StrictIntegerField(min_value=1, max_value=DAYS_MAX, required=False, allow_null=True)
    loss_reason = TextField(
        max_length=200,
        required=False,
        allow_blank=True,
        help_text="Why it may sell some of its goods at a loss; the owner's right, kept in the audit log.",
    )

    def validate_product(self, public_id: str | None) -> Product | None:
        """The product itself; another mall's is as missing as one that never was."""
        return get_or_404(Product.objects.all(), public_id) if public_id else None

    def validate_category(self, public_id: str | None) -> Category | None:
        """The category itself."""
        return get_or_404(Category.objects.all(), public_id) if public_id else None


class RecipientGiven(serializers.Serializer):
    """One buyer, as his orders name him."""

    buyer = TextField(max_length=36)


class GiftGiven(serializers.Serializer):
    """Whom staff give a coupon."""

    to = RecipientGiven(many=True, min_length=1, max_length=GIVEN_AT_ONCE_MAX)

    def validate_to(self, recipients: list[dict[str, str]]) -> list[Buyer]:
        """The buyers themselves, each once."""
        wanted = dict.fromkeys(public_uuid(one["buyer"]) for one in recipients)
        found = {buyer.public_id: buyer for buyer in Buyer.objects.filter(public_id__in=[w for w in wanted if w])}
        if len(found) < len(wanted):
            raise Http404
        return [found[public_id] for public_id in wanted if public_id is not None]


class GiftShown(serializers.Serializer):
    """How many were given."""

    given = serializers.IntegerField()


def template_as_json(template: CouponTemplate) -> dict[str, Any]:
    """A kind of coupon as it stands now, as staff see it."""
    found = CouponTemplate.objects.select_related("product", "category").get(pk=template.pk)
    return dict(CouponTemplateOwned(found).data)
