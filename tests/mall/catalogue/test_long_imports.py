"""A long table is written by a worker, few products at a time, each once, whatever happens to the worker."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.utils.translation import override

from mall import clock
from mall.catalogue import import_jobs, importing
from mall.catalogue.models import Product, Sku
from mall.catalogue.services import create_product
from mall.catalogue.tasks import apply_imports_everywhere, apply_imports_of_mall
from mall.imports import carrying
from mall.imports.errors import ImportDone, ImportHasErrors, ImportRunning
from mall.imports.models import ImportJob
from mall.tenancy.context import mall_scope
from tests.concurrency import together
from tests.factories.mall import make_mall

LONG = import_jobs.AT_ONCE + 30


class WorkerDied(Exception):
    """What a test throws where a process would have been killed."""


def table(names: list[str]) -> bytes:
    return ("商品名称,售价,库存\n" + "".join(f"{name},1.50,7\n" for name in names)).encode()


def a_job(names: list[str]) -> ImportJob:
    return import_jobs.take_in_products(data=table(names), file_name="a.csv", author=None)


def names(count: int = LONG) -> list[str]:
    return [f"茶{number}" for number in range(count)]


def handed_over(mall, wanted: list[str], *, only_good: bool = False) -> ImportJob:
    with mall_scope(mall.pk):
        job = a_job(wanted)
        return import_jobs.apply_products(job=job, only_good=only_good)


def again(mall, job: ImportJob) -> ImportJob:
    with mall_scope(mall.pk):
        return ImportJob.objects.get(pk=job.pk)


def written(mall) -> Counter[str]:
    with mall_scope(mall.pk):
        return Counter(Product.objects.values_list("name", flat=True))


def later(at, seconds: float):
    return lambda: at + timedelta(seconds=seconds)


@pytest.fixture
def mall(db):
    return make_mall()


def test_a_short_table_is_done_at_once_and_a_long_one_waits_for_a_worker(mall):
    short = handed_over(mall, names(import_jobs.AT_ONCE))
    assert (short.status, short.result["created"]) == ("done", import_jobs.AT_ONCE)
    job = handed_over(mall, [f"酒{number}" for number in range(LONG)])
    assert (job.status, job.groups, job.position, job.result["created"]) == ("applying", LONG, 0, 0)
    assert sum(written(mall).values()) == import_jobs.AT_ONCE
    with mall_scope(mall.pk), pytest.raises(ImportRunning):
        import_jobs.apply_products(job=job, only_good=False)
    with mall_scope(mall.pk), pytest.raises(ImportRunning):
        import_jobs.check_products(job=job, columns={"name": 0})
    apply_imports_of_mall(mall_id=mall.pk)
    job = again(mall, job)
    assert (job.status, job.position, job.plan, job.rows, job.due_at) == ("done", LONG, [], [], None)
    counts = {"created": LONG, "changed": 0, "unchanged": 0, "left": 0, "errors": 0}
    assert job.result == counts | {"rows_written": LONG}
    assert set(written(mall).values()) == {1}
    with mall_scope(mall.pk):
        assert set(Sku.objects.values_list("price_fen", "stock")) == {(150, 7)}
        with pytest.raises(ImportDone):
            import_jobs.apply_products(job=job, only_good=False)


def test_a_round_ends_in_time_and_the_next_goes_on_where_it_stood(mall, monkeypatch):
    monkeypatch.setattr(import_jobs, "ROUND_SECONDS", 0.0)
    monkeypatch.setattr(carrying, "GROUPS_AT_ONCE", 20)
    job = handed_over(mall, names())
    seen = []
    while job.status == "applying":
        apply_imports_of_mall(mall_id=mall.pk)
        job = again(mall, job)
        seen.append((job.position, sum(written(mall).values()), job.result["created"]))
    assert seen == [(20, 20, 20), (40, 40, 40), (LONG, LONG, LONG)]


def test_a_worker_that_dies_leaves_no_half_group_and_the_next_writes_none_twice(mall, monkeypatch):
    job = handed_over(mall, names())
    write, at = importing._write, clock.now()

    def dies_at_thirty(draft):
        if draft.rows[0].number == 30:
            raise WorkerDied
        write(draft)

    monkeypatch.setattr(importing, "_write", dies_at_thirty)
    with pytest.raises(WorkerDied):
        apply_imports_of_mall(mall_id=mall.pk)
    assert (again(mall, job).position, sum(written(mall).values())) == (20, 20)
    monkeypatch.setattr(importing, "_write", write)
    apply_imports_of_mall(mall_id=mall.pk)
    assert again(mall, job).position == 20, "whoever took it up is not taken for dead yet"
    monkeypatch.setattr(clock, "now", later(at, carrying.LEASE.total_seconds() + 60))
    apply_imports_everywhere()
    assert again(mall, job).status == "done"
    assert written(mall) == Counter(names())


def test_a_product_that_ends_every_worker_is_left_out_and_says_so(mall, monkeypatch):
    job = handed_over(mall, names())
    write, at = importing._write, clock.now()

    def dies_at_thirty(draft):
        if draft.rows[0].number == 30:
            raise WorkerDied
        write(draft)

    monkeypatch.setattr(importing, "_write", dies_at_thirty)
    died = 0
    for round_ in range(20):
        monkeypatch.setattr(clock, "now", later(at, 60 * (round_ + 1)))
        try:
            apply_imports_of_mall(mall_id=mall.pk)
        except WorkerDied:
            died += 1
        if again(mall, job).status == "done":
            break
    job = again(mall, job)
    assert (job.status, job.result["created"], job.result["left"]) == ("done", LONG - 1, 1)
    assert [error["row"] for error in job.errors] == [30]
    assert carrying.TRIES_MAX <= died <= 2 * carrying.TRIES_MAX
    assert written(mall) == Counter(name for name in names() if name != "茶28")


def test_what_has_changed_since_the_look_through_is_told_beside_its_row_in_the_merchants_language(mall):
    with override("en"):
        job = handed_over(mall, names())
    with mall_scope(mall.pk):
        for _ in range(2):
            create_product(name="茶3", skus=[{"price_fen": 100, "stock": 1}])
    apply_imports_of_mall(mall_id=mall.pk)
    job = again(mall, job)
    assert (job.result["created"], job.result["left"], job.result["errors"]) == (LONG - 1, 1, 1)
    assert job.errors == [{"row": 5, "field": "Product name", "error": job.errors[0]["error"]}]
    assert job.errors[0]["error"].isascii()


def test_bad_rows_are_left_out_of_a_long_table_only_when_asked(mall):
    with mall_scope(mall.pk):
        data = table(names()) + "坏,贵,1\n".encode()
        job = import_jobs.take_in_products(data=data, file_name="a.csv", author=None)
        with pytest.raises(ImportHasErrors):
            import_jobs.apply_products(job=job, only_good=False)
        job = import_jobs.apply_products(job=job, only_good=True)
    assert (job.groups, job.result["left"], job.result["errors"]) == (LONG, 1, 1)
    apply_imports_of_mall(mall_id=mall.pk)
    job = again(mall, job)
    counts = {"created": LONG, "changed": 0, "unchanged": 0, "left": 1, "errors": 1}
    assert job.result == counts | {"rows_written": LONG}
    assert [error["row"] for error in job.errors] == [LONG + 2]


def test_the_sweep_goes_on_in_each_mall_and_leaves_what_nobody_handed_over(mall):
    other, idle = make_mall(), make_mall()
    jobs = [(one, handed_over(one, names())) for one in (mall, other)]
    with mall_scope(idle.pk):
        waiting = a_job(names())
    apply_imports_everywhere()
    assert [again(one, job).status for one, job in jobs] == ["done", "done"]
    assert again(idle, waiting).status == "checked"
    assert not written(idle)


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_write_each_product_once():
    mall = make_mall()
    job = handed_over(mall, names())
    with mall_scope(mall.pk):
        ImportJob.objects.filter(pk=job.pk).update(due_at=clock.now() - timedelta(seconds=1))
    together([lambda: carrying_round(mall.pk)] * 4)
    assert again(mall, job).status == "done"
    assert written(mall) == Counter(names())


def carrying_round(mall_id: int) -> None:
    for _ in range(3):
        import_jobs.go_on(mall_id)
