"""How the OpenAPI document names our two kinds of tokens."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class BuyerTokenScheme(OpenApiAuthenticationExtension):
    """A buyer's bearer token."""

    target_class = "mall.api.authentication.BuyerTokenAuthentication"
    name = "buyerToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """The entry below components.securitySchemes."""
        return {"type": "http", "scheme": "bearer", "description": "POST /api/v1/tokens"}


class StaffTokenScheme(OpenApiAuthenticationExtension):
    """A staff member's bearer token."""

    target_class = "mall.api.authentication.StaffTokenAuthentication"
    name = "staffToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """The entry below components.securitySchemes."""
        return {"type": "http", "scheme": "bearer", "description": "POST /api/v1/merchant/tokens"}
