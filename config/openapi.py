"""The schema's share of failures: which answers an operation may give besides its own."""

from __future__ import annotations

from drf_standardized_errors.openapi_serializers import ClientErrorEnum
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS

from mall.api.schema import TokenSchema

# An object that is not in the right state, and a key that was used for something else.
REFUSALS = frozenset({"409", "422"})


class RefusalSerializer(serializers.Serializer):
    """One reason; its code is named with the operation that refuses."""

    code = serializers.CharField()
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True)


class RefusalResponseSerializer(serializers.Serializer):
    """A request that was understood and is not done."""

    type = serializers.ChoiceField(choices=ClientErrorEnum.choices)
    errors = RefusalSerializer(many=True)


class BadRequestResponseSerializer(serializers.Serializer):
    """A request that cannot be meant: its JSON cannot be read (client_error), or a field cannot be taken."""

    type = serializers.ChoiceField(choices=["validation_error", "client_error"])
    errors = RefusalSerializer(many=True)


class FailuresSchema(TokenSchema):
    """Refusals belong to what changes something: a question is never in a wrong state.

    A question can be a bad request all the same, where it takes parameters of its own.
    """

    def _should_add_error_response(self, responses: dict, status_code: str) -> bool:
        if status_code in REFUSALS and self.method in SAFE_METHODS:
            return False
        if status_code == "400" and status_code not in responses and self._is_asked_by_parameters():
            return True
        return super()._should_add_error_response(responses, status_code)

    def _is_asked_by_parameters(self) -> bool:
        """Whether a value in the query can be refused; cursors and page sizes never are."""
        names = {one["name"] for one in self._get_parameters() if one["in"] == "query"}
        return bool(names - {"cursor", "page_size"})
