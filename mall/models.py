"""Django looks here for the floor's models; each lives in the room of its noun."""

from mall.addresses.models import Address
from mall.aftersales.case_models import Case, CaseLine, CasePicture, CaseStep
from mall.aftersales.models import Refund, RefundLine
from mall.banners.models import Banner
from mall.buyers.models import Buyer, BuyerToken, ErasedPhone, PhoneCode
from mall.carts.models import CartItem
from mall.catalogue.models import Category, Product, ProductPicture, Sku
from mall.coupons.models import Coupon, CouponTemplate
from mall.events.models import Delivery, Event
from mall.freight.models import FreightRule, FreightTemplate
from mall.imports.models import ImportJob
from mall.invoices.models import InvoiceRequest
from mall.malls.models import Mall, MallHost
from mall.notices.models import StaffNotice
from mall.orders.models import IdempotencyKey, Order, OrderAddress, OrderChange, OrderLine
from mall.payments.models import Payment, TransferProof
from mall.payments.wechat.models import (
    Bill,
    BillDifference,
    ForgedNotifications,
    Notification,
    WeChatAccount,
    WeChatIdentity,
    WeChatRefund,
    WeChatTrade,
)
from mall.pricing.models import LineStep
from mall.promotions.models import LimitedPrice, ThresholdDiscount
from mall.reviews.models import Review, ReviewPicture
from mall.staff.models import AuditRecord, StaffMember, StaffToken, User

__all__ = [
    "Address",
    "AuditRecord",
    "Banner",
    "Bill",
    "BillDifference",
    "Buyer",
    "BuyerToken",
    "CartItem",
    "Case",
    "CaseLine",
    "CasePicture",
    "CaseStep",
    "Category",
    "Coupon",
    "CouponTemplate",
    "Delivery",
    "ErasedPhone",
    "Event",
    "ForgedNotifications",
    "FreightRule",
    "FreightTemplate",
    "IdempotencyKey",
    "ImportJob",
    "InvoiceRequest",
    "LimitedPrice",
    "LineStep",
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
    "Review",
    "ReviewPicture",
    "Sku",
    "StaffMember",
    "StaffNotice",
    "StaffToken",
    "ThresholdDiscount",
    "TransferProof",
    "User",
    "WeChatAccount",
    "WeChatIdentity",
    "WeChatRefund",
    "WeChatTrade",
]
