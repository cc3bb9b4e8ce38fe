"""Freight templates by the merchant API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.fields import ChoiceTextField, FenField, StrictBooleanField, StrictIntegerField, TextField
from mall.api.lookup import get_or_404
from mall.api.permissions import StaffMay
from mall.freight import services
from mall.freight.models import FreightRule, FreightTemplate
from mall.staff.rights import EDIT_PRODUCTS


class RuleGiven(serializers.Serializer):
    """One price. regions: full official names, "浙江省" or "浙江省/杭州市"; none: everywhere else."""

    regions = serializers.ListField(child=TextField(max_length=80), max_length=services.REGIONS_MAX, default=list)
    is_excluded = StrictBooleanField(default=False, help_text="no delivery there")
    first_units = StrictIntegerField(min_value=1, max_value=services.UNITS_MAX, default=1, help_text="pieces or grams")
    first_fen = FenField(default=0)
    extra_units = StrictIntegerField(min_value=1, max_value=services.UNITS_MAX, default=1)
    extra_fen = FenField(default=0)


class TemplateGiven(serializers.Serializer):
    """A template as the merchant wants it; rules is the whole set, exactly one of them for everywhere else."""

    name = TextField(max_length=40)
    charge_by = ChoiceTextField(choices=FreightTemplate.ChargeBy.choices, default=FreightTemplate.ChargeBy.PIECE)
    free_above_fen = FenField(required=False, allow_null=True)
    is_default = StrictBooleanField(default=False)
    rules = RuleGiven(many=True, min_length=1, max_length=services.RULES_MAX)


class RuleShown(serializers.ModelSerializer):
    """One price of a template."""

    regions = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = FreightRule
        fields = ("regions", "is_excluded", "first_units", "first_fen", "extra_units", "extra_fen")


class TemplateShown(serializers.ModelSerializer):
    """A template with its prices."""

    id = serializers.UUIDField(source="public_id")
    rules = RuleShown(many=True)

    class Meta:
        model = FreightTemplate
        fields = ("id", "name", "charge_by", "free_above_fen", "is_default", "rules", "created_at")


class MerchantFreightTemplates(GenericAPIView):
    """The mall's freight templates."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)
    serializer_class = TemplateShown

    @extend_schema(operation_id="merchant_freight_templates_list", responses=TemplateShown(many=True))
    def get(self, request: Request) -> Response:
        """A page of freight templates, newest first."""
        page = self.paginate_queryset(FreightTemplate.objects.prefetch_related("rules"))
        return self.get_paginated_response(TemplateShown(page, many=True).data)

    @extend_schema(request=TemplateGiven, responses={201: TemplateShown})
    def post(self, request: Request) -> Response:
        """Make a freight template."""
        return Response(_saved(request, None), status=status.HTTP_201_CREATED)


class MerchantFreightTemplate(APIView):
    """One freight template."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)

    @extend_schema(responses=TemplateShown)
    def get(self, request: Request, template_id: str) -> Response:
        """The template with its prices."""
        return Response(TemplateShown(get_or_404(FreightTemplate.objects.all(), template_id)).data)

    @extend_schema(request=TemplateGiven, responses=TemplateShown)
    def put(self, request: Request, template_id: str) -> Response:
        """Make the template hold exactly this; placed orders keep their freight."""
        return Response(_saved(request, get_or_404(FreightTemplate.objects.all(), template_id)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, template_id: str) -> Response:
        """Delete a template that no product names."""
        template = get_or_404(FreightTemplate.objects.all(), template_id)
        services.delete_freight_template(template=template, actor=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _saved(request: Request, template: FreightTemplate | None) -> dict[str, Any]:
    given = TemplateGiven(data=request.data)
    given.is_valid(raise_exception=True)
    saved = services.save_freight_template(template=template, actor=request.user, **given.validated_data)
    return dict(TemplateShown(saved).data)
