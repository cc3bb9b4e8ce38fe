"""Schemathesis reads the OpenAPI document and makes requests of its own, a few for each operation."""

from __future__ import annotations

import warnings

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings

with warnings.catch_warnings():
    # Its own imports warn of what its libraries will change one day.
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

from tests.inputs.requests import once, token_of
from tests.tenancy.api_cases import CASES, schema

pytestmark = pytest.mark.django_db

EXAMPLES = 5
DOCUMENT = schemathesis.openapi.from_dict(schema())
DOCUMENT.app = get_wsgi_application()
OPERATIONS = {
    f"{operation.method.upper()} {operation.path.removeprefix('/api/v1')}": operation
    for operation in (result.ok() for result in DOCUMENT.get_all_operations())
}


@pytest.fixture(autouse=True)
def _stay_connected():
    """As the test client does: a request must not end the transaction that undoes it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_it_knows_every_operation():
    assert set(OPERATIONS) == set(CASES)


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_it_makes_up_is_answered_as_the_document_says(world, name):
    operation = OPERATIONS[name]
    headers = {"Host": world.host}
    if token := token_of(world, name):
        headers["Authorization"] = f"Bearer {token}"

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def asked(case):
        answer = once(lambda: case.call(headers=headers))
        case.validate_response(
            answer,
            checks=[not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance],
        )

    asked()
