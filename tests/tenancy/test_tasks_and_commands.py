"""Outside of requests the mall comes from nowhere by itself: each task and each command says how it gets one."""

from __future__ import annotations

import inspect

import pytest
from django.conf import settings
from django.core.management import call_command, get_commands
from django.db import connection

from config.celery import app
from config.wiring import BEAT_SCHEDULE
from mall.tenancy.context import current_mall_id
from tests.tenancy.test_walls import fingerprint

FLOORS = ("config", "mall", "members", "referrals", "commissions")

THE_MALL = "is given the mall's id"
DUE_MALLS = "asks a relay function which malls have work, and acts for one after the other"
ALL_MALLS = "asks list_mall_ids, and acts for one after the other"

TASKS = {
    "mall.tasks.deliver_mall": THE_MALL,
    "mall.tasks.sweep_deliveries": DUE_MALLS,
    "mall.tasks.run_order_timers": ALL_MALLS,
    "mall.aftersales.tasks.keep_case_deadlines": DUE_MALLS,
    "mall.buyers.tasks.forget_spent_secrets_everywhere": ALL_MALLS,
    "mall.catalogue.tasks.apply_imports_of_mall": THE_MALL,
    "mall.catalogue.tasks.apply_imports_everywhere": DUE_MALLS,
    "mall.notices.tasks.push_notices": DUE_MALLS,
    "mall.carts.tasks.forget_left_carts_everywhere": ALL_MALLS,
    "mall.orders.tasks.forget_old_keys_everywhere": ALL_MALLS,
    "mall.payments.wechat.tasks.ask_wechat_of_mall": THE_MALL,
    "mall.payments.wechat.tasks.ask_wechat_everywhere": DUE_MALLS,
    "mall.payments.wechat.tasks.compare_wechat_bills": DUE_MALLS,
    "referrals.tasks.judge": THE_MALL,
    "referrals.tasks.sweep_clicks": DUE_MALLS,
    "commissions.tasks.release_mall": THE_MALL,
    "commissions.tasks.sweep_releases": DUE_MALLS,
    "commissions.tasks.audit_all_ledgers": ALL_MALLS,
}

COMMANDS = {
    "audit_ledger": ALL_MALLS,
    "check_category_tree": ALL_MALLS,
    "wechat_doctor": "is given the mall's slug",
    "seed_demo": "makes its malls, and acts for one after the other",
}


def our_tasks() -> dict:
    """Every task a worker of ours knows."""
    app.loader.import_default_modules()
    return {name: task for name, task in app.tasks.items() if name.split(".")[0] in FLOORS}


def test_every_task_says_how_it_gets_its_mall():
    assert set(our_tasks()) == set(TASKS), "name the new task here, with how it gets its mall"


def test_every_command_says_how_it_gets_its_mall():
    own = {name for name, place in get_commands().items() if place in FLOORS}
    assert own == set(COMMANDS), "name the new command here, with how it gets its mall"


@pytest.mark.parametrize("name", TASKS)
def test_a_message_carries_the_malls_id_and_nothing_else(name):
    parameters = inspect.signature(our_tasks()[name].run).parameters.values()
    expected = [("mall_id", inspect.Parameter.KEYWORD_ONLY)] if TASKS[name] == THE_MALL else []
    assert [(parameter.name, parameter.kind) for parameter in parameters] == expected


def test_the_clock_rings_only_tasks_that_find_their_malls_themselves():
    for name, entry in BEAT_SCHEDULE.items():
        assert TASKS[entry["task"]] != THE_MALL, name
        assert not entry.get("args"), name
        assert not entry.get("kwargs"), name


def setting_in_force() -> tuple[int | None, str]:
    """The mall as Python and as PostgreSQL know it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('app.mall_id', true), '')")
        return current_mall_id(), cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", [name for name in TASKS if name != "commissions.tasks.audit_all_ledgers"])
def test_a_task_leaves_no_mall_behind_and_the_other_as_it_is(worlds, name):
    ours, other = worlds
    before = fingerprint(other.mall.pk)
    kwargs = {"mall_id": ours.mall.pk} if TASKS[name] == THE_MALL else {}
    our_tasks()[name].run(**kwargs)
    assert setting_in_force() == (None, "")
    if kwargs:
        assert fingerprint(other.mall.pk) == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", [name for name, way in TASKS.items() if way == THE_MALL])
def test_a_mall_that_does_not_exist_is_no_work(name):
    our_tasks()[name].run(mall_id=2**62)
    assert setting_in_force() == (None, "")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["check_category_tree"])
def test_a_command_leaves_no_mall_behind(worlds, name):
    call_command(name)
    assert setting_in_force() == (None, "")


def test_tasks_are_sent_as_json_and_results_are_kept_nowhere():
    """A pickled message could bring anything along, a kept result would outlive its mall's scope."""
    assert settings.CELERY_ACCEPT_CONTENT == ["json"]
    assert settings.CELERY_TASK_IGNORE_RESULT is True
