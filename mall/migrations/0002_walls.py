"""The walls around the ground floor's tables, and the few functions that may look across malls."""

from django.db import migrations

from mall.tenancy.operations import EnforceMallWalls, RelayFunction, append_only

MODELS = [
    "Mall", "MallHost", "StaffMember", "StaffToken", "AuditRecord", "Buyer", "BuyerToken", "PhoneCode", "Category",
    "Product", "ProductPicture", "Sku", "Order", "OrderLine", "OrderAddress", "OrderChange", "IdempotencyKey",
    "Payment", "Refund", "RefundLine", "Event", "Delivery",
]  # fmt: skip

REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'check_violation';
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("mall", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE mall_category_tree_id_seq AS integer", "DROP SEQUENCE mall_category_tree_id_seq"
        ),
        migrations.RunSQL(REFUSE_CHANGE, "DROP FUNCTION refuse_change()"),
        EnforceMallWalls(MODELS, relay=("Mall", "MallHost", "Delivery")),
        *append_only("mall_auditrecord"),
        *append_only("mall_orderchange"),
        RelayFunction(
            "find_mall_by_host(asked text)",
            "bigint",
            "SELECT h.mall_id FROM mall_mallhost h JOIN mall_mall m ON m.id = h.mall_id "
            "WHERE h.host = asked AND m.status = 'open'",
        ),
        RelayFunction("list_mall_ids()", "SETOF bigint", "SELECT id FROM mall_mall ORDER BY id"),
        RelayFunction(
            "list_malls()",
            "TABLE (id bigint, public_id uuid, slug varchar, name varchar, status varchar, host varchar, "
            "created_at timestamptz)",
            "SELECT m.id, m.public_id, m.slug, m.name, m.status, h.host, m.created_at FROM mall_mall m "
            "LEFT JOIN mall_mallhost h ON h.mall_id = m.id AND h.is_primary ORDER BY m.id",
        ),
        RelayFunction(
            "malls_with_due_deliveries(at timestamptz)",
            "SETOF bigint",
            "SELECT DISTINCT mall_id FROM mall_delivery WHERE done_at IS NULL AND parked_at IS NULL AND due_at <= at",
        ),
        RelayFunction(
            "oldest_delivery_seconds()",
            "double precision",
            "SELECT extract(epoch FROM now() - min(due_at)) FROM mall_delivery "
            "WHERE done_at IS NULL AND parked_at IS NULL",
        ),
    ]
