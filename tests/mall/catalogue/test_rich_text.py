"""Descriptions: what merchants need to show goods stays, whatever could run or hide on a buyer's page does not."""

from __future__ import annotations

import pytest
from django.template import Context, Template

from mall.catalogue.errors import BadProduct
from mall.catalogue.models import Product
from mall.catalogue.rich_text import sanitized, shown
from mall.catalogue.services import create_product, update_product
from mall.tenancy.context import mall_scope

DANGEROUS = [
    ("<script>alert(1)</script>茶", "茶"),
    ("<SCRIPT SRC=//evil.example/x.js></SCRIPT>茶", "茶"),
    ("<img src=x onerror=alert(1)>", '<img src="x">'),
    ("<p onclick=alert(1)>茶</p>", "<p>茶</p>"),
    ('<a href="javascript:alert(1)">茶</a>', '<a rel="noopener noreferrer nofollow">茶</a>'),
    ('<a href=" java&#10;script:alert(1)">茶</a>', '<a rel="noopener noreferrer nofollow">茶</a>'),
    ('<img src="data:text/html;base64,PHNjcmlwdD4=">', "<img>"),
    ('<img src="http://plain.example/a.jpg">', "<img>"),
    ('<p style="position:fixed;inset:0">茶</p>', "<p>茶</p>"),
    ('<p class="btn" id="buy">茶</p>', "<p>茶</p>"),
    ("<style>*{display:none}</style>茶", "茶"),
    ("<iframe src=https://evil.example></iframe>茶", "茶"),
    ("<form action=/orders><input name=x><button>买</button></form>", "买"),
    ("<svg><script>alert(1)</script></svg>茶", "茶"),
    ("<svg onload=alert(1)>茶", ""),
    ("<math><mi//xlink:href='data:x,<script>alert(4)</script>'>", ""),
    ("<!-- <script>alert(1)</script> -->茶", "茶"),
    ("<b>茶", "<b>茶</b>"),
    ("<base href=https://evil.example>茶", "茶"),
    ("<meta http-equiv=refresh content=0;url=//evil.example>茶", "茶"),
    ("<img src=x onerror=alert(1)//", "<img src=x onerror=alert(1)//"),
]
HARMLESS = [
    "<h2>产地</h2><p>西湖<br><strong>明前</strong></p>",
    '<img src="https://cdn.example/a.jpg" alt="茶" width="600" height="400">',
    '<img src="/media/1/products/a.jpg">',
    "<ul><li>一</li></ul><ol><li>二</li></ol><blockquote>三</blockquote><hr>",
    '<table><tbody><tr><th colspan="2">重</th></tr><tr><td>1</td><td>2</td></tr></tbody></table>',
    '<a href="https://x.example/" rel="noopener noreferrer nofollow">详</a>',
]
PLAIN = ["一\n二", "a < b & c > d", "x <3 y", "", "1<2"]


@pytest.mark.parametrize(("written", "kept"), DANGEROUS)
def test_what_could_run_or_hide_does_not_get_in(written, kept):
    assert sanitized(written) == kept
    page = shown(written)
    for word in ("script", "onerror", "onclick", "onload", "style", "iframe", "javascript", "class="):
        assert f"<{word}" not in page.lower()
        if written != "<img src=x onerror=alert(1)//":
            assert word not in page.lower()
    assert "<img src=x onerror" not in page


@pytest.mark.parametrize("written", HARMLESS)
def test_what_shows_goods_stays_and_cleaning_twice_changes_nothing(written):
    assert sanitized(written) == written
    assert sanitized(sanitized(written)) == shown(written) == written


@pytest.mark.parametrize("written", PLAIN)
def test_plain_text_is_kept_as_it_is(written):
    assert sanitized(written) == written


def test_plain_text_shows_its_lines_and_no_tags():
    assert shown("一\n二\n\na < b") == "<p>一<br>二</p>\n\n<p>a &lt; b</p>"


@pytest.mark.parametrize(("written", "seen"), [("一 < 二", "<p>一 &lt; 二</p>"), ("<p>茶</p>", "<p>茶</p>")])
def test_a_page_shows_no_tags_of_a_description(written, seen):
    page = Template("{% load richtext %}{{ text|rich }}")
    assert page.render(Context({"text": written})) == seen


@pytest.mark.django_db
def test_a_description_is_cleaned_when_it_is_saved_and_bounded_after_cleaning(mall):
    with mall_scope(mall.pk):
        sku = {"price_fen": 1, "stock": 1}
        product = create_product(name="茶", description="<p>好<script>x()</script></p>", skus=[sku])
        assert Product.objects.get().description == "<p>好</p>"
        update_product(product=product, changes={"description": "<b onclick=x()>新</b>"})
        assert Product.objects.get().description == "<b>新</b>"
        with pytest.raises(BadProduct) as refusal:
            update_product(product=product, changes={"description": "<p>" + "&" * 19_000 + "</p>"})
        assert refusal.value.field == "description"
        assert Product.objects.get().description == "<b>新</b>"
