"""What stands outside of a wall, each with its reason: test_catalog.py allows these and nothing else."""

from __future__ import annotations

# Tables the relay's functions read across malls, and what for.
RELAY_TABLES = {
    "mall_mall": "list_mall_ids, list_malls",
    "mall_mallhost": "find_mall_by_host",
    "mall_delivery": "malls_with_due_deliveries, oldest_delivery_seconds",
    "mall_wechattrade": "malls_with_wechat_due",
    "mall_wechatrefund": "malls_with_wechat_due",
    "mall_wechataccount": "malls_with_wechat_account",
    "mall_case": "malls_with_cases_due",
    "mall_staffnotice": "malls_with_notices_due",
    "mall_staffmember": "malls_of_staff",
    "mall_importjob": "malls_with_imports_due",
    "referrals_click": "malls_with_clicks_due",
    "commissions_commission": "malls_with_due_releases",
}

RELAY_FUNCTIONS = {
    "find_mall_by_host",
    "list_mall_ids",
    "list_malls",
    "malls_with_due_deliveries",
    "oldest_delivery_seconds",
    "malls_with_wechat_due",
    "malls_with_wechat_account",
    "malls_with_cases_due",
    "malls_with_notices_due",
    "malls_of_staff",
    "malls_with_imports_due",
    "malls_with_clicks_due",
    "malls_with_due_releases",
}

# Tables without a mall, by the beginning of their name, and why no mall's rows are in them.
INSTALLATION_TABLES = {
    "django_": "the framework's: migrations, content types, sessions of staff, the operator's admin log",
    "auth_": "groups and permissions of the operator's admin",
    "mall_user": "staff log-ins; what one may do in a mall stands in mall_staffmember",
}

# Unique keys of mall tables that do not begin with mall_id, by name.
UNIQUE_ACROSS_MALLS = {
    "mall_host_once": "the host name is what decides the mall, so it is one in the installation",
    "mall_slug_once": "the slug is part of a host name",
    "mall_mall_public_id_key": "operators name malls by it; a random UUID, so a collision tells nothing",
}

# Referencing columns that are no composite key, by table and column.
SINGLE_COLUMN_KEYS = {
    ("*", "mall_id"): "the mall itself: it is the key's other half",
    ("*", "mall_user"): "a staff log-in belongs to the installation; what it may do in a mall is a row of the mall",
}

# History and money: rows that are only ever added.
APPEND_ONLY = {
    "mall_auditrecord",
    "mall_orderchange",
    "mall_linestep",
    "mall_casestep",
    "members_binding",
    "members_standingchange",
    "commissions_planversion",
    "commissions_planoverride",
    "commissions_journal",
    "commissions_entry",
}
