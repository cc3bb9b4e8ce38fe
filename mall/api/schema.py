"""How the OpenAPI document names our two kinds of tokens, and which of them an operation takes."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_standardized_errors.openapi import AutoSchema

BUYER, STAFF = "buyerToken", "staffToken"


class TokenSchema(AutoSchema):
    """Each operation asks for the token its permissions let through; an open one takes either or none.

    A view names in `also_answers` the failures that cannot be told from its permissions: a log-in
    answers 401 to a wrong password, and 429 to a guesser. A body that is a file may be none of ours: 400.
    """

    def get_auth(self) -> list[dict[str, Any]]:
        from mall.api.permissions import IsStaff

        schemes = super().get_auth()
        if {} in schemes:
            return schemes
        wanted = STAFF if any(isinstance(one, IsStaff) for one in self.view.get_permissions()) else BUYER
        return [scheme for scheme in schemes if wanted in scheme]

    def _should_add_error_response(self, responses: dict[str, Any], status_code: str) -> bool:
        is_named = status_code in getattr(self.view, "also_answers", ()) and status_code not in responses
        return is_named or super()._should_add_error_response(responses, status_code)

    def _should_add_validation_error_response(self) -> bool:
        # Asked of an operation without a body, it warns that it cannot guess one.
        has_body = self.method in {"POST", "PUT", "PATCH"}
        takes_a_file = has_body and isinstance(self.get_request_serializer(), dict)
        return takes_a_file or super()._should_add_validation_error_response()


class BuyerTokenScheme(OpenApiAuthenticationExtension):
    """A buyer's bearer token."""

    target_class = "mall.api.authentication.BuyerTokenAuthentication"
    name = BUYER

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """The entry below components.securitySchemes."""
        return {"type": "http", "scheme": "bearer", "description": "POST /api/v1/tokens"}


class StaffTokenScheme(OpenApiAuthenticationExtension):
    """A staff member's bearer token."""

    target_class = "mall.api.authentication.StaffTokenAuthentication"
    name = STAFF

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """The entry below components.securitySchemes."""
        return {"type": "http", "scheme": "bearer", "description": "POST /api/v1/merchant/tokens"}
