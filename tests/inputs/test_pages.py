"""Forms and addresses of the pages: missing, repeated, huge and odd fields get a page, never a bug."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from PIL import Image

from tests.factories.world import World
from tests.inputs.corpus import FORM_VALUES
from tests.inputs.requests import check_page, nothing_moves, once, page
from tests.tenancy.page_cases import ANYONE, CASES, address

pytestmark = pytest.mark.django_db

POSTING = [name for name, case in CASES.items() if case.posts is not None and not case.is_json]
READING = [name for name, case in CASES.items() if case.gets is not None]

# Whatever any page asks its address for, on every page.
ASKED = (
    "before", "brought_by", "by", "c", "category", "channel", "city", "code", "columns", "cursor", "district", "from",
    "kind", "member", "name", "newest", "next", "number", "order", "ordering", "page", "phone", "product",
    "province", "q", "quantity", "reason", "ref", "search", "seen", "sku", "standing", "state", "status", "tab",
    "taken", "to", "view",
)  # fmt: skip
WORST = ("x" * 3_000, "a\r\nb", "1" + "0" * 30, "-1", "\U00020bb7", "")


class Fields(HTMLParser):
    """Names and values of everything a page would send back."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag in {"input", "select", "textarea", "button"} and given.get("name"):
            self.found.setdefault(given["name"], given.get("value") or "")


def form_of(world: World, name: str) -> dict[str, str]:
    """The page's form as it would be sent: what the page holds, and what the table of pages knows."""
    case = CASES[name]
    fields = Fields()
    if case.gets == 200:
        query = {key: made(world) for key, made in case.query.items()}
        fields.feed(browser_of(world, name).get(address(name, world), query).content.decode())
    known = case.form(world) if case.form else {}
    known |= {key: made(world) for key, made in case.form_ids.items()}
    return {key: value for key, value in (fields.found | known).items() if key != "csrfmiddlewaretoken"}


def kind_of(field: str) -> str:
    """One name for the same field of every variant, and of every column of a table."""
    return re.sub(r"^[0-9a-f]{8}-|^column_.*", "*", field)


def browser_of(world: World, name: str) -> Any:
    """The browser of whoever may open it."""
    case = CASES[name]
    return world.browser("" if case.face == ANYONE else case.caller)


@pytest.mark.parametrize("name", POSTING)
def test_each_field_of_a_form_may_hold_anything(world, name):
    form, browser, url = form_of(world, name), browser_of(world, name), address(name, world)
    # A form without a field holds nothing that could be odd.
    for value in FORM_VALUES if form else FORM_VALUES[:1]:
        page(browser, "post", url, dict.fromkeys(form, value))
    for field in {kind_of(field): field for field in reversed(form)}.values():
        for value in (*WORST, "\x00"):
            page(browser, "post", url, form | {field: value})
        page(browser, "post", url, {key: value for key, value in form.items() if key != field})
        page(browser, "post", url, form | {field: [form[field], "x"]})
    page(browser, "post", url, {field: SimpleUploadedFile("x.txt", b"x") for field in form})


@pytest.mark.parametrize("name", POSTING)
def test_a_form_that_is_none_gets_a_page(world, name):
    browser, url = browser_of(world, name), address(name, world)
    bodies: dict[str, tuple[bytes, str]] = {
        "nothing": (b"", "application/x-www-form-urlencoded"),
        "invalid UTF-8": (b"name=%ff%fe&phone=%ed%a0%80", "application/x-www-form-urlencoded"),
        "raw bytes": (b"name=\xff\xfe\x00", "application/x-www-form-urlencoded"),
        "another charset": (b"name=x", "application/x-www-form-urlencoded; charset=nonsense"),
        "too many fields": (b"&".join(b"f%d=1" % n for n in range(2_000)), "application/x-www-form-urlencoded"),
        "a megabyte": (b"name=" + b"x" * 1_000_000, "application/x-www-form-urlencoded"),
        "half a multipart": (b"--x\r\nContent-Disposition: form-data; name=", "multipart/form-data; boundary=x"),
        "no boundary": (b"x", "multipart/form-data"),
        "an endless boundary": (b"x", "multipart/form-data; boundary=" + "x" * 5_000),
        "JSON": (b'{"name": "x"}', "application/json"),
    }
    for what, (body, kind) in bodies.items():
        answer = once(lambda body=body, kind=kind: browser.generic("POST", url, body, content_type=kind))
        check_page(answer, (name, what))


@pytest.mark.parametrize("name", READING)
def test_an_address_may_ask_for_anything(world, name):
    """All that pages ask their address for, at once and one by one."""
    browser, url, case = browser_of(world, name), address(name, world), CASES[name]
    own = {key: made(world) for key, made in case.query.items()}
    with nothing_moves(world):
        for value in WORST:
            page(browser, "get", url, own | dict.fromkeys(ASKED, value))
        named = {field for field in ASKED if field in asked_by(name)}
        for field in named:
            for value in ("1" + "0" * 30, "\\", ["1", "2"]):
                page(browser, "get", url, own | {field: value})
            page(browser, "get", f"{url}?{field}=%FF%FE&{field}=%ED%A0%80")
        answer = page(browser, "get", f"{url}?search=%00")
        assert answer.status_code == 400


def asked_by(name: str) -> set[str]:
    """What the view's module asks its address for."""
    import inspect

    from django.urls import resolve, reverse

    dummy = dict.fromkeys(CASES[name].path, "00000000-0000-0000-0000-000000000000")
    try:
        view = resolve(reverse(name, kwargs=dummy, urlconf="config.urls"), urlconf="config.urls").func
    except Exception:  # noqa: BLE001 - a number in the address: every page of that module is asked anyway
        return set()
    return set(re.findall(r'"([a-z_]+)"', inspect.getsource(inspect.getmodule(inspect.unwrap(view)))))


def pictures() -> dict[str, bytes]:
    """Files that are no pictures, or more than one."""
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(drawn, "PNG")
    good = drawn.getvalue()
    # A PNG whose header promises 60,000 × 60,000 pixels.
    bomb = good[:16] + (60_000).to_bytes(4, "big") * 2 + good[24:]
    return {
        "nothing": b"", "text": b"hello", "half": good[: len(good) // 2], "a bomb": bomb,
        "HTML": b"<script>alert(1)</script>",
        "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "GIF": b"GIF89a" + b"\xff" * 100,
        "zeros": b"\x00" * 1_000, "a picture and more": good + b"<script>" * 1_000,
    }  # fmt: skip


@pytest.mark.parametrize("what", pictures())
def test_a_file_that_is_no_picture_gets_a_page(world, what):
    browser = world.browser("owner")
    for name in ("x.png", "../../x.png", "x" * 300 + ".png", "\u202egnp.png", "x.php"):
        for url in (address("dashboard:product", world), "/dashboard/products/new"):
            file = SimpleUploadedFile(name, pictures()[what], content_type="image/png")
            answer = once(lambda url=url, file=file: browser.post(url, {"name": "x", "pictures": file}))
            check_page(answer, (what, name))


def test_a_query_without_an_end_is_no_bug(world):
    browser = world.browser("owner")
    query = QueryDict(mutable=True)
    query.setlist("status", ["x"] * 900)
    for url in ("/", "/products", "/dashboard/orders", "/dashboard/members"):
        page(browser, "get", f"{url}?{query.urlencode()}")
        page(browser, "get", f"{url}?{'&'.join(f'a{n}=1' for n in range(3_000))}")
