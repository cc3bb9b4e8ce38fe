"""Closing an account (注销): the person leaves the tables, the facts stay."""

from __future__ import annotations

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from mall import clock
from mall.addresses.models import Address
from mall.aftersales.case_models import Case
from mall.aftersales.evidence import forget_evidence
from mall.buyers.errors import OpenOrders
from mall.buyers.models import Buyer, ErasedPhone, PhoneCode
from mall.buyers.services import revoke_all_tokens
from mall.carts.models import CartItem
from mall.invoices.models import InvoiceRequest
from mall.orders.models import Order, OrderAddress, OrderStatus
from mall.payments.proofs import forget_pictures
from mall.payments.wechat.models import WeChatIdentity
from mall.tenancy.context import require_mall_id

CLOSED_NICKNAME = "已注销用户"
# Goods or money are still on their way to him.
_UNFINISHED = (OrderStatus.AWAITING_PAYMENT, OrderStatus.PAID, OrderStatus.SHIPPED)


def close_buyer(*, buyer: Buyer) -> None:
    """Erase who the buyer was: phone, nickname, password, addresses, openids, pictures, codes and log-ins.

    For good. The phone stays as a keyed hash, so that its next registration pays nobody. Locks the buyer's
    row. Raises OpenOrders. Closing twice changes nothing.
    """
    locked = Buyer.objects.select_for_update(no_key=True).get(pk=buyer.pk)
    if locked.closed_at is not None:
        return
    _refuse_unfinished(buyer=locked)
    at = clock.now()
    if locked.phone:
        ErasedPhone.objects.bulk_create(
            [ErasedPhone(mall_id=locked.mall_id, digest=phone_digest(locked.phone), at=at)], ignore_conflicts=True
        )
        PhoneCode.objects.filter(phone=locked.phone).delete()
    orders = Order.objects.filter(buyer=locked)
    OrderAddress.objects.filter(order__in=orders, erased_at__isnull=True).update(
        name="", phone="", detail="", district="", erased_at=at
    )
    orders.exclude(note="").update(note="")
    forget_evidence(buyer=locked)
    InvoiceRequest.objects.filter(order__in=orders).update(title="", tax_number="", email="")
    Address.objects.filter(buyer=locked).delete()
    CartItem.objects.filter(buyer=locked).delete()
    WeChatIdentity.objects.filter(buyer=locked).delete()
    forget_pictures(buyer=locked)
    revoke_all_tokens(buyer=locked)
    locked.phone, locked.password, locked.nickname, locked.closed_at = None, "", CLOSED_NICKNAME, at
    locked.save(update_fields=["phone", "password", "nickname", "closed_at"])


def was_erased(phone: str) -> bool:
    """Whether an account with this phone (E.164) was closed in this mall."""
    return ErasedPhone.objects.filter(digest=phone_digest(phone)).exists()


def phone_digest(phone: str) -> str:
    """A keyed hash of a phone, different in each mall."""
    value = f"{require_mall_id('An erased phone')}|{phone}"
    return salted_hmac("mall.buyers.closing", value, algorithm="sha256").hexdigest()


def _refuse_unfinished(*, buyer: Buyer) -> None:
    """Raise OpenOrders while the buyer waits for goods, or an order of his for its payment."""
    unfinished = Order.objects.filter(buyer=buyer, status__in=_UNFINISHED).count()
    if unfinished:
        raise OpenOrders(_("您还有 %(count)s 笔未完成的订单，请先取消或确认收货后再注销。") % {"count": unfinished})
    cases = Case.objects.filter(order__buyer=buyer, closed_at__isnull=True).count()
    if cases:
        raise OpenOrders(_("您还有 %(count)s 个未结束的售后，请先等它结束或撤销后再注销。") % {"count": cases})
