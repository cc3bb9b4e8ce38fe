"""The catalog's tests are worth something only if they fail: each hole here is one that somebody could make.

The hole is made as the owner in a transaction that is rolled back, so no other test meets it.
"""

from __future__ import annotations

import pytest
from django.conf import settings

from tests.tenancy import test_catalog as catalog

APP, RELAY = settings.DATABASE_APP_ROLE, settings.DATABASE_RELAY_ROLE

# The test that must notice, and the holes it must notice.
HOLES = {
    catalog.test_the_registry_names_exactly_the_tables_that_carry_a_mall: [
        "CREATE TABLE mall_gift (id bigint PRIMARY KEY, mall_id bigint)",
    ],
    catalog.test_every_table_without_a_mall_has_a_reason_for_it: [
        "CREATE TABLE gifts (id bigint PRIMARY KEY)",
    ],
    catalog.test_row_level_security_is_enabled_and_forced_on_every_table_of_a_mall: [
        "ALTER TABLE mall_order DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE mall_order NO FORCE ROW LEVEL SECURITY",
    ],
    catalog.test_each_table_has_exactly_the_policies_it_should: [
        "CREATE POLICY support ON mall_order USING (true)",
        "DROP POLICY mall_only ON mall_order",
        "ALTER POLICY mall_only ON mall_order WITH CHECK (true)",
        f'CREATE POLICY relay ON mall_order TO "{RELAY}" USING (true)',
    ],
    catalog.test_every_reference_between_rows_of_a_mall_is_a_composite_key: [
        "ALTER TABLE mall_order DROP CONSTRAINT mall_order_buyer_id_same_mall",
    ],
    catalog.test_no_key_between_tables_of_a_mall_leaves_the_mall_out: [
        "ALTER TABLE mall_order ADD FOREIGN KEY (buyer_id) REFERENCES mall_buyer (id)",
    ],
    catalog.test_nothing_outside_of_the_malls_points_into_one: [
        "CREATE TABLE auth_gift (id bigint PRIMARY KEY, buyer_id bigint REFERENCES mall_buyer (id))",
    ],
    catalog.test_a_column_named_like_a_reference_is_one: [
        "ALTER TABLE mall_order ADD COLUMN coupon_id bigint",
    ],
    catalog.test_every_unique_key_begins_with_the_mall: [
        "CREATE UNIQUE INDEX mall_order_number ON mall_order (number)",
        "CREATE UNIQUE INDEX mall_order_lower ON mall_order (lower(number))",
    ],
    catalog.test_no_exclusion_constraint_looks_across_malls: [
        "ALTER TABLE mall_order ADD CONSTRAINT mall_order_apart EXCLUDE (number WITH =)",
    ],
    catalog.test_the_relay_owns_only_its_functions: [
        f'ALTER TABLE mall_order OWNER TO "{RELAY}"',
    ],
    catalog.test_the_app_has_none_of_the_rights_that_no_policy_binds: [
        f'GRANT TRUNCATE ON mall_order TO "{APP}"',
        f'GRANT TRIGGER ON mall_order TO "{APP}"',
    ],
    catalog.test_the_app_can_make_no_objects_of_its_own: [
        f'GRANT CREATE ON SCHEMA public TO "{APP}"',
    ],
    catalog.test_history_and_ledger_can_only_grow: [
        f'GRANT UPDATE ON commissions_entry TO "{APP}"',
        "DROP TRIGGER commissions_entry_no_change ON commissions_entry",
        "ALTER TABLE commissions_entry DISABLE TRIGGER commissions_entry_no_truncate",
    ],
    catalog.test_the_relay_functions_are_the_only_ones_that_look_across_malls: [
        "CREATE FUNCTION peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM mall_order'",
        "GRANT EXECUTE ON FUNCTION list_mall_ids() TO PUBLIC",
        "ALTER FUNCTION list_mall_ids() RESET search_path",
    ],
    catalog.test_a_view_or_rule_cannot_hide_a_table_from_its_policies: [
        "CREATE VIEW all_orders AS SELECT * FROM mall_order",
    ],
}
CASES = [(hole, check) for check, holes in HOLES.items() for hole in holes]


@pytest.mark.parametrize(("hole", "check"), CASES, ids=[hole for hole, _check in CASES])
def test_a_hole_in_the_walls_is_noticed(owner_cursor, hole, check):
    owner_cursor.execute("BEGIN")
    try:
        owner_cursor.execute(hole)
        with pytest.raises(AssertionError):
            check(owner_cursor)
    finally:
        owner_cursor.execute("ROLLBACK")
    check(owner_cursor)
