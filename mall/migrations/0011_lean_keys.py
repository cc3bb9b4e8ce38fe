"""Each row keeps one key to its mall, and no index says what a longer one says already."""

from django.db import migrations

from mall.tenancy.operations import AlterFields, AnchorToMall

OF_A_MALL = (
    "Address", "AuditRecord", "Banner", "Bill", "BillDifference", "Buyer", "BuyerToken", "CartItem", "Case",
    "CaseLine", "CasePicture", "CaseStep", "Category", "Coupon", "CouponTemplate", "Delivery", "ErasedPhone",
    "Event", "ForgedNotifications", "FreightRule", "FreightTemplate", "IdempotencyKey", "ImportJob",
    "InvoiceRequest", "LimitedPrice", "LineStep", "MallHost", "Notification", "Order", "OrderAddress",
    "OrderChange", "OrderLine", "Payment", "PhoneCode", "Product", "ProductPicture", "Refund", "RefundLine",
    "Review", "ReviewPicture", "Sku", "StaffMember", "StaffNotice", "StaffToken", "ThresholdDiscount",
    "TransferProof", "WeChatAccount", "WeChatIdentity", "WeChatRefund", "WeChatTrade",
)  # fmt: skip
# Nothing else of their mall is above them.
ROOTS = (
    "AuditRecord", "Banner", "Bill", "Buyer", "Category", "CouponTemplate", "ErasedPhone", "Event",
    "ForgedNotifications", "FreightTemplate", "IdempotencyKey", "ImportJob", "MallHost", "Notification",
    "PhoneCode", "Product", "StaffMember", "StaffNotice", "StaffToken", "ThresholdDiscount", "WeChatAccount",
)  # fmt: skip
# A longer index begins with the mall and this.
TWICE = (
    ("BillDifference", "bill"), ("Case", "refund"), ("CaseLine", "case"), ("CasePicture", "case"),
    ("CaseStep", "case"), ("Category", "parent"), ("Coupon", "buyer"), ("Delivery", "event"),
    ("InvoiceRequest", "order"), ("LimitedPrice", "sku"), ("LineStep", "line"), ("Mall", "slug"),
    ("Order", "buyer"), ("OrderAddress", "order"), ("OrderChange", "order"), ("ProductPicture", "product"),
    ("RefundLine", "refund"), ("Review", "line"), ("Review", "product"), ("ReviewPicture", "review"),
    ("Sku", "product"), ("StaffMember", "user"), ("WeChatIdentity", "buyer"), ("WeChatTrade", "payment"),
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("mall", "0010_import_groups"),
    ]

    operations = [
        AlterFields(
            [
                *((model, "mall", {"db_constraint": False}) for model in OF_A_MALL),
                *((model, field, {"db_index": False}) for model, field in TWICE),
            ]
        ),
        AnchorToMall(ROOTS),
    ]
