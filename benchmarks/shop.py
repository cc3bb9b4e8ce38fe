"""Shop: a list of products, one product, an order, against django-oscar-api with the same number of goods."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from benchmarks import house
from benchmarks.databases import Databases
from benchmarks.peers import environment as peers
from benchmarks.report import Table, milliseconds, per_second
from tests.installation import HOUSE, Installation, free_port, wait_until

SECONDS = 5
CONNECTIONS = 16
BUYERS = 8
THREADS = 8
# Of each buyer in each run: more than he can use up.
COUPONS = 1_200
REFUSED_MOST = {"fenyong": 0, "oscar": 0.02}
# Measured apart on such a machine, from its own container: docs/performance.md says so.
SALEOR_LIST, SALEOR_DETAIL = 17, 19
PICTURES = """
INSERT INTO mall_productpicture (mall_id, product_id, file, position)
SELECT mall_id, id, mall_id || '/products/' || id || '.jpg', 0 FROM mall_product WHERE mall_id = %s
"""


class Shop:
    """Both shops, each under granian with one process and the same threads."""

    def __init__(self, installation: Installation, databases: Databases, options: Any) -> None:
        self.installation, self.seconds = installation, SECONDS / 2 if options.quick else SECONDS
        self.products, self.runs, self.run = options.size(2_000), options.runs, 0
        self.program = peers.python(options.folder / "peers")
        house.point_at(installation, "fenyong")
        self.database = databases.migrated("shop")
        house.point_at(installation, self.database)
        self.mall_id = house.make_mall()
        self.asked = self._stock()
        self.oscar = {
            "url": installation.url("owner", databases.empty("oscar")),
            "media": str(options.folder / "media"),
        }
        self._peer("-m", "benchmarks.peers.oscar_shop", json.dumps(self.oscar | {"products": self.products}))
        self._open()

    def _stock(self) -> dict[str, Any]:
        from mall import clock
        from mall.buyers.services import issue_token
        from mall.catalogue.models import Sku
        from mall.catalogue.services import create_product
        from mall.freight.services import save_freight_template
        from mall.malls.models import Mall
        from mall.promotions.services import create_threshold_discount
        from mall.tenancy.context import mall_scope
        from tests.factories.members import make_member

        now = clock.now()
        with mall_scope(self.mall_id):
            rules = [{"regions": [], "first_fen": 800, "extra_fen": 200}]
            save_freight_template(actor=None, name="快递", rules=rules, is_default=True)
            create_threshold_discount(
                actor=None,
                name="满减",
                threshold_fen=5_000,
                off_fen=300,
                starts_at=now,
                ends_at=now + timedelta(days=1),
            )
            shown = create_product(
                name="四种规格",
                skus=[{"specs": {"款": str(n)}, "price_fen": 10_000, "stock": 10**6} for n in range(4)],
                free_freight=False,
            )
            for number in range(1, self.products):
                skus = [{"specs": {}, "price_fen": 10_000, "stock": 10**6}]
                create_product(name=f"商品 {number}", skus=skus, free_freight=False)
            goods = [str(public_id) for public_id in Sku.objects.values_list("public_id", flat=True)]
        with self.installation.session("owner", self.database) as cursor:
            cursor.execute("SELECT set_config('app.mall_id', %s, false)", [str(self.mall_id)])
            cursor.execute(PICTURES, [self.mall_id])
        members = [make_member(Mall(pk=self.mall_id)) for _ in range(BUYERS)]
        with mall_scope(self.mall_id):
            tokens = [issue_token(buyer=member.buyer)[0] for member in members]
            coupons = [self._coupons(member.buyer) for member in members]
        return {"product": str(shown.public_id), "goods": goods, "tokens": tokens, "coupons": coupons}

    def _coupons(self, buyer: Any) -> list[str]:
        """For all runs."""
        from mall.coupons.models import Coupon
        from mall.coupons.services import create_coupon_template, give_coupons
        from mall.staff.models import StaffMember

        template = create_coupon_template(name="券", kind="fixed", off_fen=500, valid_days=7, actor=None)
        [first] = give_coupons(template=template, buyers=[buyer], actor=StaffMember.objects.get())
        dates = {"starts_at": first.starts_at, "expires_at": first.expires_at}
        copies = Coupon.objects.bulk_create(
            Coupon(mall_id=self.mall_id, template=template, buyer=buyer, **dates)
            for _ in range(COUPONS * (self.runs + 1))
        )
        return [str(coupon.public_id) for coupon in copies]

    def _open(self) -> None:
        """A first hour of trade at both: by the statistics of empty tables each order would read them whole."""
        with self._ours_serving() as (port, host):
            self._buy("fenyong", port, host, self._fresh())
        with self._theirs_serving() as (port, host):
            self._buy("oscar", port, host, self._their_goods())
        for database in (self.database, "bench_oscar"):
            with self.installation.session("owner", database) as cursor:
                cursor.execute("VACUUM ANALYZE")

    def ours(self) -> dict[str, dict[str, float]]:
        """The list's first page and a deep one, a product, and orders, at our own server."""
        with self._ours_serving() as (port, host):
            first = "/api/v1/products?page_size=20"
            return {
                "list": self._read(port, host, first),
                "deep": self._read(port, host, self._deep(port, host, first)),
                "detail": self._read(port, host, f"/api/v1/products/{self.asked['product']}"),
                "orders": self._buy("fenyong", port, host, self._fresh()),
            }

    def theirs(self) -> dict[str, dict[str, float]]:
        """The same at theirs."""
        with self._theirs_serving() as (port, host):
            return {
                "list": self._read(port, host, "/api/products/?limit=20"),
                "detail": self._read(port, host, "/api/products/1/"),
                "orders": self._buy("oscar", port, host, self._their_goods()),
            }

    def _fresh(self) -> dict[str, Any]:
        """What the next buyers need: coupons are used once."""
        run, self.run = self.run, self.run + 1
        return self.asked | {"coupons": [coupons[run :: self.runs + 1] for coupons in self.asked["coupons"]]}

    def _their_goods(self) -> dict[str, Any]:
        return {"goods": list(range(2, self.products))}

    @contextmanager
    def _ours_serving(self) -> Iterator[tuple[int, str]]:
        """Our server's port and host."""
        house.point_at(self.installation, self.database)
        self.installation.valkey().flushall()
        self.installation.add_web(threads=THREADS)
        try:
            self.installation.serve()
            yield self.installation.port, "bench.localhost"
        finally:
            self.installation.stop()

    @contextmanager
    def _theirs_serving(self) -> Iterator[tuple[int, str]]:
        """Their server's port and host."""
        port = free_port()
        host = f"127.0.0.1:{port}"
        server = self.installation.add(
            "oscar",
            [
                str(self.program), "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
                "--workers", "1", "--blocking-threads", str(THREADS), "--no-ws", "--log-level", "error",
                "benchmarks.peers.oscar_shop:application",
            ],
        )  # fmt: skip
        server.environment |= {"OSCAR": json.dumps(self.oscar)}
        server.start()
        try:
            wait_until("the other shop", lambda: _answers(port, "/api/products/?limit=1"))
            yield port, host
        finally:
            self.installation.stop()

    def _deep(self, port: int, host: str, path: str) -> str:
        """Where the list goes on after four fifths of all products."""
        for _ in range(self.products * 4 // 5 // 20):
            path = _get(port, host, path)["next"].split(host, 1)[1].split("/", 1)[1]
            path = f"/{path}"
        return path

    def _read(self, port: int, host: str, path: str) -> dict[str, float]:
        asked = {
            "port": port, "host": host, "path": path, "connections": CONNECTIONS, "seconds": self.seconds,
            "status": 200,
        }  # fmt: skip
        return _run("benchmarks.load", asked)

    def _buy(self, shop: str, port: int, host: str, more: dict[str, Any]) -> dict[str, float]:
        asked = {"shop": shop, "port": port, "host": host, "buyers": BUYERS, "seconds": self.seconds} | more
        found = _run("benchmarks.buyers", asked)
        # Two of theirs at once lose a race for a counter now and then; such an order does not count.
        if found["refused"] > found["orders"] * REFUSED_MOST[shop]:
            raise RuntimeError(f"{shop}: {found}")
        return found

    def _peer(self, *arguments: str) -> None:
        done = subprocess.run(
            [str(self.program), *arguments],
            cwd=HOUSE,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(done.stderr)


def _run(module: str, asked: dict[str, Any]) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", module], input=json.dumps(asked), cwd=HOUSE, capture_output=True, text=True, check=True
    )
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def _get(port: int, host: str, path: str) -> Any:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={"Host": host})
    return json.loads(connection.getresponse().read())


def _answers(port: int, path: str) -> bool:
    try:
        return bool(_get(port, "127.0.0.1", path))
    except OSError:
        return False


def run(installation: Installation, databases: Databases, options: Any) -> None:
    """Print the table of the shop."""
    bench = Shop(installation, databases, options)
    ours, theirs = [], []
    for _ in range(options.runs):
        ours.append(bench.ours())
        theirs.append(bench.theirs())

    def middle(rows: list[dict[str, dict[str, float]]], what: str, name: str = "per_second") -> float:
        return statistics.median(row[what][name] for row in rows)

    table = Table(f"Shop: {bench.products:,} products, one web process, load on the same two cores")
    for what, name in (("list", "list of 20 with price and picture"), ("detail", "one product with 4 SKUs")):
        note = f"p99 {milliseconds(middle(ours, what, 'p99'))}"
        table.add(f"Fenyong, {name}", per_second(middle(ours, what)), note)
        table.add(f"django-oscar-api, {name}", per_second(middle(theirs, what)))
    table.add("Fenyong, a page after four fifths of them", per_second(middle(ours, "deep")))
    table.add("Fenyong, orders", per_second(middle(ours, "orders")))
    table.add("django-oscar-api, basket and checkout", per_second(middle(theirs, "orders")))
    table.ratio("list / django-oscar-api", middle(ours, "list"), middle(theirs, "list"), 25)
    table.ratio("list / Saleor (measured apart)", middle(ours, "list"), SALEOR_LIST, 40)
    table.ratio("detail / django-oscar-api", middle(ours, "detail"), middle(theirs, "detail"), 40)
    table.ratio("detail / Saleor (measured apart)", middle(ours, "detail"), SALEOR_DETAIL, 40)
    table.ratio("deep page / first page", middle(ours, "deep"), middle(ours, "list"), 0.8)
    table.ratio("orders / django-oscar-api", middle(ours, "orders"), middle(theirs, "orders"), 20)
    table.print()
