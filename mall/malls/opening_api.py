"""A merchant's first day by the merchant API: the checklist, and sample goods."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.permissions import StaffMay
from mall.catalogue.samples import add_samples, remove_samples
from mall.malls.checklist import checklist, dismiss, plan_seen
from mall.staff.rights import EDIT_PLAN, EDIT_PRODUCTS


class ChecklistStep(serializers.Serializer):
    """One step; it is done when its fact is there."""

    key = serializers.ChoiceField(choices=["goods", "payment", "freight", "plan", "order"])
    title = serializers.CharField()
    hint = serializers.CharField()
    is_done = serializers.BooleanField()


class ChecklistShown(serializers.Serializer):
    """What a new mall still lacks."""

    steps = ChecklistStep(many=True, help_text="Empty once all is done, or the list was put away.")
    has_samples = serializers.BooleanField()


class SamplesAdded(serializers.Serializer):
    """How many sample goods are on sale now."""

    added = serializers.IntegerField()


class SamplesRemoved(serializers.Serializer):
    """What became of the sample goods."""

    deleted = serializers.IntegerField()
    kept = serializers.IntegerField(help_text="Off sale: somebody ordered them or they are referred to.")


class Checklist(APIView):
    """The list of the first day."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)

    @extend_schema(responses=ChecklistShown)
    def get(self, request: Request) -> Response:
        """The steps with what is done; nobody ticks them by hand."""
        found = checklist(request.mall_id)
        shown = (
            {"steps": found.steps, "has_samples": found.has_samples} if found else {"steps": [], "has_samples": False}
        )
        return Response(ChecklistShown(shown).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Put the list away for good."""
        dismiss(actor=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PlanSeen(APIView):
    """One step of the list that no other fact shows."""

    permission_classes = (StaffMay(EDIT_PLAN),)

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """The plan is well as it stands."""
        plan_seen(actor=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Samples(APIView):
    """Sample goods, to see what the mall looks like."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)

    @extend_schema(request=None, responses={201: SamplesAdded})
    def post(self, request: Request) -> Response:
        """Put twelve sample goods on sale; 409 while there are some."""
        return Response({"added": len(add_samples(actor=request.user))}, status=status.HTTP_201_CREATED)

    @extend_schema(responses={200: SamplesRemoved})
    def delete(self, request: Request) -> Response:
        """Take them away again."""
        deleted, kept = remove_samples(actor=request.user)
        return Response({"deleted": deleted, "kept": kept})
