"""买家秀: what buyers say of a product, and saying it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mall.aftersales.case_forms import PicturesForm
from mall.api.lookup import get_or_404
from mall.catalogue.models import Product
from mall.orders.attempts import once
from mall.orders.models import OrderLine
from mall.orders.pages import mine
from mall.orders.showing import lines_with_pictures
from mall.pages.access import buyer_page
from mall.pages.forms import PageForm, sent
from mall.pages.rendering import ShareCard, code_in_address, page
from mall.reviews import selectors, services, showing
from mall.reviews.models import Review
from mall.reviews.ports import review_first

PAGE_SIZE = 10
FIRST = 2
KINDS = {
    "": gettext_lazy("全部"),
    "pictures": gettext_lazy("有图"),
    "good": gettext_lazy("好评"),
    "middling": gettext_lazy("中评"),
    "bad": gettext_lazy("差评"),
}


class WordsForm(PageForm):
    """A follow-up."""

    text = forms.CharField(
        label=gettext_lazy("追评"),
        max_length=services.TEXT_MAX,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": gettext_lazy("用了一段时间，再说说感受")}),
    )


class ReviewForm(PicturesForm):
    """One line's stars and words."""

    stars = forms.TypedChoiceField(
        label=gettext_lazy("评分"),
        choices=[(str(stars), str(stars)) for stars in range(services.STARS_MAX, 0, -1)],
        coerce=int,
        error_messages={"required": gettext_lazy("请点星星打分。")},
    )
    text = forms.CharField(
        label=gettext_lazy("评价内容"),
        required=False,
        max_length=services.TEXT_MAX,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": gettext_lazy("说说商品怎么样，帮到后来的买家")}),
    )
    anonymous = forms.BooleanField(label=gettext_lazy("匿名评价"), required=False)
    line = forms.UUIDField(widget=forms.HiddenInput)
    attempt = forms.UUIDField(widget=forms.HiddenInput)


@require_safe
def product_reviews(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """The reviews of a product: the first ones as a part of its page, all of them as a page."""
    product = get_or_404(Product.objects.exclude(status=Product.Status.DRAFT), product_id)
    kind = request.GET.get("kind", "")
    if kind not in KINDS:
        kind = ""
    if request.htmx and "before" not in request.GET:
        return page(request, "h5/reviews/part.html", _part(request, product))
    found = selectors.shown_reviews(product, kind=kind)
    before = request.GET.get("before", "")
    if before:
        found = found.filter(pk__lt=get_or_404(Review.objects.filter(product=product), before).pk)
    rows, more = _rows(request, found, product=product, kind=kind)
    if request.htmx:
        return page(request, "h5/reviews/rows.html", {"reviews": rows, "more": more})
    first = None if before or kind else _first(request, product)
    rows = [one for one in rows if first is None or one.pk != first.pk]
    context = {
        "product": product,
        "summary": selectors.review_summary(product),
        "first": first,
        "reviews": rows,
        "more": more,
        "kinds": [{"label": label, "current": key == kind, "address": _address(request, product, kind=key)}
                  for key, label in KINDS.items()],
    }  # fmt: skip
    card = ShareCard(title=_("%(product)s的评价") % {"product": product.name}, description=request.mall.name)
    return page(request, "h5/reviews/all.html", context, card=card)


@buyer_page
@require_http_methods(["GET", "HEAD", "POST"])
def review_new(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """发表评价: each line of an order that he has received, by itself."""
    order = mine(request, order_id)
    lines = list(selectors.lines_awaiting_review(request.buyer).filter(order=order))
    form = ReviewForm(sent(request), request.FILES) if request.method == "POST" else None
    if form is not None and form.is_valid() and _written(request, form):
        messages.success(request, _("感谢您的评价。"))
        others = len(lines) > 1
        return redirect("pages:review-new", order.public_id) if others else redirect("pages:my-reviews")
    if not lines and form is None:
        messages.error(request, _("这笔订单没有待评价的商品；确认收货后才能评价。"))
        return redirect("pages:order", order.public_id)
    return page(request, "h5/reviews/new.html", {"order": order, "rows": _forms(lines, form), "form": form})


@buyer_page
@require_safe
def my_reviews(request: HttpRequest) -> HttpResponse:
    """我的评价, and what waits for one."""
    found = selectors.reviews_by(request.buyer)
    before = request.GET.get("before", "")
    if before:
        found = found.filter(pk__lt=get_or_404(Review.objects.filter(buyer=request.buyer), before).pk)
    rows = list(found[: PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE]
    waiting = [] if before else list(selectors.lines_awaiting_review(request.buyer)[:PAGE_SIZE])
    _dress_lines(waiting)
    context = {
        "reviews": showing.dress(shown),
        "waiting": waiting,
        "words": WordsForm(),
        "more": f"{reverse('pages:my-reviews')}?before={shown[-1].public_id}" if len(rows) > PAGE_SIZE else "",
        "fresh": True,
    }
    return page(request, "h5/reviews/mine.html", context)


@buyer_page
@require_POST
def review_follow_up(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """追评."""
    review = get_or_404(Review.objects.filter(buyer=request.buyer), review_id)
    form = WordsForm(request.POST)
    if form.is_valid():
        with form.service():
            services.follow_up(review=review, text=form.cleaned_data["text"])
    if form.errors:
        messages.error(request, next(iter(form.errors.values()))[0])
    else:
        messages.success(request, _("追评已发表。"))
    return redirect("pages:my-reviews")


def _written(request: HttpRequest, form: ReviewForm) -> bool:
    fields = form.cleaned_data
    line = get_or_404(OrderLine.objects.select_related("order").filter(order__buyer=request.buyer), fields["line"])

    def make() -> Review:
        review = services.write_review(
            line=line,
            buyer=request.buyer,
            stars=fields["stars"],
            text=fields["text"],
            is_anonymous=fields["anonymous"],
        )
        for data in form.sent_pictures():
            services.add_review_picture(review=review, data=data)
        return review

    with form.service():
        once(request, make=make, among=Review.objects.all())
    return not form.errors


def _forms(lines: Sequence[OrderLine], filled: ReviewForm | None) -> list[dict[str, Any]]:
    """A form for each line; the one that was sent keeps what stands in it."""
    _dress_lines(lines)
    meant = filled["line"].value() if filled is not None else None
    return [
        {
            "line": line,
            "form": filled
            if filled is not None and meant == str(line.public_id)
            else ReviewForm(initial={"line": line.public_id, "attempt": uuid4()}),
        }
        for line in lines
    ]


def _dress_lines(lines: Sequence[OrderLine]) -> None:
    covers = {line.pk: line.cover for line in lines_with_pictures().filter(pk__in=[one.pk for one in lines])}
    for line in lines:
        line.picture = covers.get(line.pk)


def _part(request: HttpRequest, product: Product) -> dict[str, Any]:
    """Summary and the newest reviews, the promoter's own before them."""
    first = _first(request, product)
    found = selectors.shown_reviews(product)
    rows = list(found.exclude(pk=first.pk)[:FIRST] if first else found[:FIRST])
    return {
        "product": product,
        "summary": selectors.review_summary(product),
        "first": first,
        "reviews": showing.dress(rows),
        "all": _address(request, product),
    }


def _first(request: HttpRequest, product: Product) -> Review | None:
    pk = review_first(request, product.public_id)
    found = selectors.shown_reviews(product).filter(pk=pk).first() if pk is not None else None
    if found is not None:
        showing.dress([found])
    return found


def _rows(request: HttpRequest, found: Any, *, product: Product, kind: str) -> tuple[list[Review], str]:
    rows = list(found[: PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE]
    showing.dress(shown)
    last = str(shown[-1].public_id) if len(rows) > PAGE_SIZE else ""
    return shown, _address(request, product, kind=kind, before=last) if last else ""


def _address(request: HttpRequest, product: Product, **query: str) -> str:
    """This list's address, with the share code the visitor came by."""
    asked = {name: value for name, value in {**query, "ref": code_in_address(request)}.items() if value}
    path = reverse("pages:product-reviews", args=[product.public_id])
    return f"{path}?{urlencode(asked)}" if asked else path
