"""Django looks here for the floor's models; each lives in the room of its noun."""

from mall.aftersales.models import Refund, RefundLine
from mall.buyers.models import Buyer, BuyerToken, ErasedPhone, PhoneCode
from mall.catalogue.models import Category, Product, ProductPicture, Sku
from mall.events.models import Delivery, Event
from mall.malls.models import Mall, MallHost
from mall.orders.models import IdempotencyKey, Order, OrderAddress, OrderChange, OrderLine
from mall.payments.models import Payment
from mall.payments.wechat.models import (
    Bill,
    BillDifference,
    ForgedNotifications,
    Notification,
    WeChatAccount,
    WeChatRefund,
    WeChatTrade,
)
from mall.staff.models import AuditRecord, StaffMember, StaffToken, User

__all__ = [
    "AuditRecord",
    "Bill",
    "BillDifference",
    "Buyer",
    "BuyerToken",
    "Category",
    "Delivery",
    "ErasedPhone",
    "Event",
    "ForgedNotifications",
    "IdempotencyKey",
    "Mall",
    "MallHost",
    "Notification",
    "Order",
    "OrderAddress",
    "OrderChange",
    "OrderLine",
    "Payment",
    "PhoneCode",
    "Product",
    "ProductPicture",
    "Refund",
    "RefundLine",
    "Sku",
    "StaffMember",
    "StaffToken",
    "User",
    "WeChatAccount",
    "WeChatRefund",
    "WeChatTrade",
]
