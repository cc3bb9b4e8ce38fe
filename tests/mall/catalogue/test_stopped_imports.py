"""A long table that somebody stops half-way: what is written stays, nothing comes after it, whatever workers do."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, OperationalError, connection, connections, transaction

from mall import clock
from mall.catalogue import import_jobs, importing
from mall.catalogue.models import Product, Sku
from mall.catalogue.services import set_skus
from mall.catalogue.tasks import apply_imports_everywhere, apply_imports_of_mall
from mall.imports import carrying
from mall.imports.errors import ImportDone, ImportNotRunning, ImportStopped
from mall.imports.models import ImportJob
from mall.tenancy.context import mall_scope
from tests.factories.mall import make_mall

LONG = import_jobs.AT_ONCE + 30


def table(count: int = LONG, *, rows_each: int = 1, code: bool = True) -> bytes:
    """So many products; the first one begins in row 2."""
    lines = [
        f"茶{number},1.50,7,包:{row},{f'C{number}-{row}' if code else ''}"
        for number in range(count)
        for row in range(rows_each)
    ]
    return "\n".join(["商品名称,售价,库存,规格,货号", *lines]).encode()


def handed_over(mall, data: bytes) -> ImportJob:
    with mall_scope(mall.pk):
        job = import_jobs.take_in_products(data=data, file_name="a.csv", author=None)
        return import_jobs.apply_products(job=job, only_good=False)


def stopped(mall, job: ImportJob) -> ImportJob:
    with mall_scope(mall.pk):
        return carrying.stop(job=job)


def again(mall, job: ImportJob) -> ImportJob:
    with mall_scope(mall.pk):
        return ImportJob.objects.get(pk=job.pk)


def written(mall) -> Counter[str]:
    with mall_scope(mall.pk):
        return Counter(Product.objects.values_list("name", flat=True))


def skus(mall) -> int:
    with mall_scope(mall.pk):
        return Sku.objects.count()


@pytest.fixture
def mall(db):
    return make_mall()


@pytest.fixture
def one_batch_a_round(monkeypatch):
    """A round of a worker writes twenty products and ends."""
    monkeypatch.setattr(import_jobs, "ROUND_SECONDS", 0.0)
    monkeypatch.setattr(carrying, "GROUPS_AT_ONCE", 20)


def test_what_is_written_stays_and_nothing_comes_after_it(mall, one_batch_a_round, monkeypatch):
    job = handed_over(mall, table(rows_each=2))
    apply_imports_of_mall(mall_id=mall.pk)
    at = clock.now()
    job = stopped(mall, job)
    assert (job.status, job.position, job.groups, job.due_at) == ("stopped", 20, LONG, None)
    assert job.done_at is not None
    assert job.result == {
        "created": 20, "changed": 0, "unchanged": 0, "left": 0, "errors": 0,
        "rows_written": 40, "rows_left": 2 * (LONG - 20),
    }  # fmt: skip
    for hours in (0, 1, 48):
        monkeypatch.setattr(clock, "now", lambda hours=hours: at + timedelta(hours=hours))
        apply_imports_of_mall(mall_id=mall.pk)
        apply_imports_everywhere()
    assert again(mall, job).position == 20
    assert written(mall) == Counter(f"茶{number}" for number in range(20))
    assert skus(mall) == 40


def test_rows_with_errors_are_neither_written_nor_left(mall, one_batch_a_round):
    with mall_scope(mall.pk):
        data = table() + "\n坏,贵,1,,\n".encode()
        job = import_jobs.take_in_products(data=data, file_name="a.csv", author=None)
        job = import_jobs.apply_products(job=job, only_good=True)
    apply_imports_of_mall(mall_id=mall.pk)
    result = stopped(mall, job).result
    assert (result["rows_written"], result["rows_left"], result["left"], result["errors"]) == (20, LONG - 20, 1, 1)


def test_it_goes_on_where_it_stood_and_writes_nothing_twice(mall, one_batch_a_round):
    job = handed_over(mall, table())
    apply_imports_of_mall(mall_id=mall.pk)
    stopped(mall, job)
    with mall_scope(mall.pk):
        # Twenty are written, so it is no table that is done at once, however few are left.
        assert import_jobs.apply_products(job=job, only_good=False).status == "applying"
        sku = Sku.objects.get(code="C0-0")
        set_skus(
            product=sku.product, skus=[{"id": str(sku.public_id), "price_fen": 150, "stock": 3, "specs": {"包": "0"}}]
        )
    for _round in range(2):
        apply_imports_of_mall(mall_id=mall.pk)
    job = again(mall, job)
    assert (job.status, job.position, job.rows, job.plan) == ("done", LONG, [], [])
    assert (job.result["created"], job.result["rows_written"], job.result["rows_left"]) == (LONG, LONG, 0)
    assert written(mall) == Counter(f"茶{number}" for number in range(LONG))
    with mall_scope(mall.pk):
        assert Sku.objects.get(product__name="茶0").stock == 3, "what was written before the stop is not written again"


def test_only_a_running_one_can_be_stopped_and_a_refusal_changes_nothing(mall, one_batch_a_round):
    with mall_scope(mall.pk):
        waiting = import_jobs.take_in_products(data=table(1), file_name="a.csv", author=None)
        with pytest.raises(ImportNotRunning):
            carrying.stop(job=waiting)
        done = import_jobs.apply_products(job=waiting, only_good=False)
        with pytest.raises(ImportDone):
            carrying.stop(job=done)
    job = stopped(mall, handed_over(mall, table()))
    with mall_scope(mall.pk):
        with pytest.raises(ImportStopped):
            carrying.stop(job=job)
        with pytest.raises(ImportStopped):
            import_jobs.check_products(job=job, columns={"name": 0, "price_fen": 1})
    assert (again(mall, done).status, again(mall, job).status) == ("done", "stopped")
    assert again(mall, job).columns == job.columns


def test_the_database_keeps_what_is_stopped_from_ever_being_due(mall):
    job = stopped(mall, handed_over(mall, table()))
    with mall_scope(mall.pk), pytest.raises(IntegrityError, match="due_while_applying"), transaction.atomic():
        ImportJob.objects.filter(pk=job.pk).update(due_at=clock.now())


class TestTheSameFileOnceMore:
    """What the page of a stopped import says about it."""

    def half_way(self, mall, data: bytes) -> None:
        job = handed_over(mall, data)
        apply_imports_of_mall(mall_id=mall.pk)
        stopped(mall, job)

    def forecast(self, mall, data: bytes) -> dict[str, int]:
        with mall_scope(mall.pk):
            return import_jobs.take_in_products(data=data, file_name="a.csv", author=None).result

    def test_rows_with_a_code_are_known_again(self, mall, one_batch_a_round):
        self.half_way(mall, table())
        counts = {"created": LONG - 20, "changed": 0, "unchanged": 20, "left": 0, "errors": 0}
        assert self.forecast(mall, table()) == counts
        handed_over(mall, table())
        for _round in range(3):
            apply_imports_of_mall(mall_id=mall.pk)
        assert written(mall) == Counter(f"茶{number}" for number in range(LONG))

    def test_rows_that_have_nothing_but_a_name_say_so_and_the_others_can_go(self, mall, one_batch_a_round):
        data = table(code=False)
        self.half_way(mall, data)
        counts = {"created": LONG - 20, "changed": 0, "unchanged": 0, "left": 20, "errors": 20}
        assert self.forecast(mall, data) == counts
        with mall_scope(mall.pk):
            job = import_jobs.take_in_products(data=data, file_name="a.csv", author=None)
            import_jobs.apply_products(job=job, only_good=True)
        for _round in range(3):
            apply_imports_of_mall(mall_id=mall.pk)
        assert written(mall) == Counter(f"茶{number}" for number in range(LONG))
        assert skus(mall) == LONG

    def test_a_difference_to_the_stock_at_export_would_count_twice(self, mall):
        with mall_scope(mall.pk):
            first = "商品名称,售价,库存,货号\n茶,1,10,A\n".encode()
            job = import_jobs.take_in_products(data=first, file_name="a.csv", author=None)
            import_jobs.apply_products(job=job, only_good=False)
            for expected in (15, 20):
                data = "货号,库存,导出时库存\nA,15,10\n".encode()
                job = import_jobs.take_in_products(data=data, file_name="a.csv", author=None)
                import_jobs.apply_products(job=job, only_good=False)
                assert Sku.objects.get().stock == expected


class WorkerAtWork:
    """A worker with a connection of its own, in the middle of its first twenty products."""

    def __init__(self, mall, monkeypatch) -> None:
        self.is_writing, self.may_go_on, self.backend = threading.Event(), threading.Event(), 0
        write = importing._write

        def held(draft):
            write(draft)
            if draft.rows[0].number == 10:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_backend_pid()")
                    self.backend = cursor.fetchone()[0]
                self.is_writing.set()
                assert self.may_go_on.wait(30)
                Product.objects.exists()

        monkeypatch.setattr(importing, "_write", held)
        self.pool = ThreadPoolExecutor(2)
        self.worker = self.pool.submit(self.own_connection, lambda: import_jobs.go_on(mall.pk))
        assert self.is_writing.wait(30)

    def own_connection(self, work):
        try:
            return work()
        finally:
            connections.close_all()

    def stop(self, mall, job):
        """Somebody presses the button meanwhile, and waits for what is being written."""
        stopping = self.pool.submit(self.own_connection, lambda: stopped(mall, job))
        with pytest.raises(TimeoutError):
            stopping.result(timeout=0.5)
        return stopping


@pytest.mark.django_db(transaction=True)
def test_a_stop_in_the_middle_of_a_batch_lets_it_finish_as_a_whole(monkeypatch):
    mall = make_mall()
    job = handed_over(mall, table(200))
    monkeypatch.setattr(carrying, "GROUPS_AT_ONCE", 20)
    at_work = WorkerAtWork(mall, monkeypatch)
    stopping = at_work.stop(mall, job)
    at_work.may_go_on.set()
    found = stopping.result(timeout=30)
    at_work.worker.result(timeout=30)
    position, counts = found.position, written(mall)
    # Once the batch is there the worker may be faster and take one more; never a part of one.
    assert position in range(20, 200, 20)
    assert counts == Counter(f"茶{number}" for number in range(position))
    assert (found.result["rows_written"], found.result["rows_left"]) == (position, 200 - position)
    apply_imports_everywhere()
    assert (again(mall, job).status, written(mall)) == ("stopped", counts)


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_while_somebody_stops_leaves_none_of_its_batch_and_nobody_goes_on(monkeypatch):
    mall = make_mall()
    job = handed_over(mall, table())
    monkeypatch.setattr(carrying, "GROUPS_AT_ONCE", 20)
    at_work = WorkerAtWork(mall, monkeypatch)
    stopping = at_work.stop(mall, job)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [at_work.backend])
    found = stopping.result(timeout=30)
    at_work.may_go_on.set()
    with pytest.raises(OperationalError):
        at_work.worker.result(timeout=30)
    assert (found.status, found.position, found.result["rows_written"], found.result["rows_left"]) == (
        "stopped", 0, 0, LONG,
    )  # fmt: skip
    at = clock.now()
    monkeypatch.setattr(clock, "now", lambda: at + carrying.LEASE * 10)
    apply_imports_of_mall(mall_id=mall.pk)
    apply_imports_everywhere()
    assert (again(mall, job).status, written(mall)) == ("stopped", Counter())


def test_a_program_stops_it_and_lets_it_go_on(mall, owner_api, one_batch_a_round):
    owner = owner_api
    job = owner.post("merchant/product-imports", table()).json()
    address = f"merchant/product-imports/{job['id']}"
    early = owner.post(f"{address}/stop")
    assert (early.status_code, early.json()["errors"][0]["code"]) == (409, "import_not_running")
    owner.post(f"{address}/apply", {"only_good": False})
    apply_imports_of_mall(mall_id=mall.pk)
    answer = owner.post(f"{address}/stop")
    found = answer.json()
    assert (answer.status_code, found["status"], found["position"], found["total"]) == (200, "stopped", 20, LONG)
    assert (found["result"]["rows_written"], found["result"]["rows_left"]) == (20, LONG - 20)
    twice = owner.post(f"{address}/stop")
    assert (twice.status_code, twice.json()["errors"][0]["code"]) == (409, "import_stopped")
    checked = owner.post(f"{address}/check", {"columns": job["columns"]})
    assert (checked.status_code, checked.json()["errors"][0]["code"]) == (409, "import_stopped")
    assert owner.get(address).json() == found
    assert owner.post(f"{address}/apply", {"only_good": False}).json()["status"] == "applying"
    for _round in range(2):
        apply_imports_of_mall(mall_id=mall.pk)
    assert owner.get(address).json()["result"]["rows_left"] == 0
    late = owner.post(f"{address}/stop")
    assert (late.status_code, late.json()["errors"][0]["code"]) == (409, "import_done")
    assert written(mall) == Counter(f"茶{number}" for number in range(LONG))
