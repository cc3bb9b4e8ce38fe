"""A mall whose merchant has an account with the fake."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from mall import clock
from mall.errors import DomainError
from mall.malls.models import Mall
from mall.orders.models import Order
from mall.payments.models import Payment
from mall.payments.providers import Payer
from mall.payments.services import start_payment
from mall.payments.wechat.accounts import Credentials, save_account
from mall.tenancy.context import mall_scope
from tests.factories.mall import host_of
from tests.factories.trade import make_sku, place
from tests.wechat_fake.merchants import Merchant
from tests.wechat_fake.server import Fake

PAYER = Payer(openid="oBuyer", client_ip="203.0.113.7")


@pytest.fixture(scope="session")
def _server() -> Iterator[Fake]:
    with Fake() as fake:
        yield fake


@pytest.fixture(scope="session")
def merchants(_server: Fake) -> list[Merchant]:
    """Two merchants: keys take long to make."""
    return [_server.books.add_merchant() for _ in range(2)]


@pytest.fixture
def fake(_server: Fake, settings) -> Iterator[Fake]:
    """WeChat, with nothing wrong."""
    settings.WECHAT_PAY_BASE_URL = settings.WECHAT_API_BASE_URL = settings.WECHAT_OPEN_BASE_URL = _server.base
    _server.books.refund_ends = "PROCESSING"
    with clock.unmoved():
        yield _server
    _server.books.faults.clear()
    _server.books.is_snapshot = False
    _server.books.offset = 0.0


@pytest.fixture
def merchant(merchants: list[Merchant], fake: Fake, mall: Mall) -> Merchant:
    """The mall's merchant."""
    return open_account(mall, merchants[0])


@pytest.fixture
def order(mall: Mall, merchant: Merchant, buyer) -> Order:
    """An order of ¥20."""
    return place(mall, buyer, (make_sku(mall, price_fen=1_000, stock=10), 2))


@pytest.fixture
def scope(mall: Mall) -> Iterator[None]:
    """In the mall."""
    with mall_scope(mall.pk):
        yield


@pytest.fixture
def later(fake: Fake) -> Callable[[float], None]:
    """Move both clocks."""

    def move(seconds: float) -> None:
        clock.advance(seconds=seconds)
        fake.books.offset += seconds

    return move


@pytest.fixture
def post(mall: Mall) -> Callable[..., int]:
    """Send a notification to a mall's host: the answer's status."""

    def send(told: tuple[bytes, dict[str, str]], *, kind: str = "pay", to: Mall = mall) -> int:
        browser = Client(headers={"host": host_of(to)}, raise_request_exception=False)
        body, headers = told
        answer = browser.post(f"/wechat/{kind}/notify", body, content_type="application/json", headers=headers)
        assert answer.status_code < 500, answer.content
        return answer.status_code

    return send


def open_account(mall: Mall, merchant: Merchant) -> Merchant:
    """Write the merchant's papers into the mall. Needs no scope."""
    with mall_scope(mall.pk):
        save_account(credentials=Credentials(**merchant.papers()))
    return merchant


def begin(order: Order, provider: str = "wechat_jsapi") -> Payment:
    """Begin to pay the order as a request does: some refusals keep what they have written. Needs no scope."""
    refusal = None
    with mall_scope(order.mall_id):
        try:
            return start_payment(order=order, provider=provider, payer=PAYER)
        except DomainError as error:
            if not error.keeps_changes:
                raise
            refusal = error
    raise refusal
