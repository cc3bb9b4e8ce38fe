"""评价: what buyers say, the merchant's answer, and hiding with a reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from mall.api.lookup import get_or_404
from mall.dashboard.actions import Question, ask
from mall.dashboard.doors import staff_page
from mall.dashboard.exports import export_of, time_cell
from mall.dashboard.fields import PlainTextField
from mall.dashboard.forms import DashboardForm, FilterForm, NoFields, filters_of
from mall.dashboard.lists import page_of
from mall.dashboard.pages import show
from mall.reviews import selectors, services, showing
from mall.reviews.models import Review
from mall.staff import rights

STATES: dict[str, Any] = {
    "": _("全部"),
    "unanswered": _("未回复"),
    "shown": _("展示中"),
    "hidden": _("已隐藏"),
}


class ReviewFilter(FilterForm):
    """What the list of reviews can be narrowed to."""

    q = PlainTextField(
        required=False,
        max_length=40,
        label=_("商品名或订单号"),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    stars = forms.TypedChoiceField(
        required=False,
        label=_("星级"),
        coerce=int,
        empty_value=None,
        choices=[("", _("全部星级")), *((stars, f"{stars} ★") for stars in range(5, 0, -1))],
    )


class ReplyForm(DashboardForm):
    """What the merchant says."""

    text = PlainTextField(
        max_length=services.TEXT_MAX,
        label=_("回复"),
        help_text=_("所有人都能看到。"),
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}),
    )


class HideForm(DashboardForm):
    """Why a review is taken off the pages."""

    reason = PlainTextField(
        max_length=200,
        label=_("隐藏原因"),
        help_text=_("评价人会看到这句话。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )


@staff_page(rights.SEE_ORDERS)
@require_safe
def review_list(request: HttpRequest) -> HttpResponse:
    """The mall's reviews, newest first; ?export=csv takes them along."""
    form = filters_of(ReviewFilter, request)
    asked = form.asked()
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    rows = selectors.reviews_of_mall(stars=asked.get("stars"), state=state)
    if wanted := asked.get("q"):
        rows = rows.filter(Q(line__order__number=wanted) | Q(line__name__icontains=wanted))
    if file := _exported(request, rows):
        return file
    page = page_of(request, rows)
    showing.dress(page.rows)
    return show(
        request,
        "dashboard/reviews.html",
        {
            "section": "reviews",
            "page": page,
            "form": form,
            "state": state,
            "states": STATES.items(),
            "is_narrowed": bool(asked) or bool(state),
        },
    )


def _exported(request: HttpRequest, rows: QuerySet[Review]) -> HttpResponse | None:
    at = time_cell(request)
    columns = [
        (_("时间"), lambda one: at(one.created_at)),
        (_("商品"), lambda one: one.line.name),
        (_("订单号"), lambda one: one.line.order.number),
        (_("星级"), lambda one: one.stars),
        (_("评价"), lambda one: one.text),
        (_("追评"), lambda one: one.followup_text),
        (_("回复"), lambda one: one.reply),
        (_("隐藏原因"), lambda one: one.hidden_reason),
    ]
    return export_of(request, rows, name="reviews", columns=columns)


@staff_page(rights.ANSWER_REVIEWS)
@require_http_methods(["GET", "HEAD", "POST"])
def review_reply(request: HttpRequest, public_id: str) -> HttpResponse:
    """Answer, or answer otherwise."""
    review = _review(public_id)
    return ask(
        request,
        _question(
            review, _("回复评价"), review.text or _t("买家只打了 %(stars)s 星，没有写字。") % {"stars": review.stars}
        ),
        lambda typed: services.reply_to_review(review=review, text=typed["text"], actor=request.staff_member),
        form_class=ReplyForm,
        initial={"text": review.reply},
        done=_t("已回复。"),
    )


@staff_page(rights.ANSWER_REVIEWS)
@require_http_methods(["GET", "HEAD", "POST"])
def review_hide(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take it off the pages."""
    review = _review(public_id)
    sentence = _t("隐藏后买家看不到这条评价的文字和图片；%(stars)s 星仍计入平均分和条数，商品页会注明有评价被隐藏。")
    return ask(
        request,
        _question(review, _("隐藏评价"), sentence % {"stars": review.stars}, is_grave=True),
        lambda typed: services.hide_review(review=review, reason=typed["reason"], actor=request.staff_member),
        form_class=HideForm,
        done=_t("已隐藏。"),
    )


@staff_page(rights.ANSWER_REVIEWS)
@require_http_methods(["GET", "HEAD", "POST"])
def review_show(request: HttpRequest, public_id: str) -> HttpResponse:
    """Put it back."""
    review = _review(public_id)
    return ask(
        request,
        _question(review, _("恢复展示"), _t("这条评价将重新展示给所有人。")),
        lambda _typed: services.show_review(review=review, actor=request.staff_member),
        form_class=NoFields,
        done=_t("已恢复展示。"),
    )


def _review(public_id: str) -> Review:
    return get_or_404(Review.objects.select_related("line"), public_id)


def _question(review: Review, title: Any, sentence: str, **more: Any) -> Question:
    return Question(
        title=title,
        sentence=sentence,
        button=title,
        back=reverse("dashboard:reviews"),
        facts=[(_("商品"), review.line.name)],
        **more,
    )


urlpatterns = [
    path("reviews", review_list, name="reviews"),
    path("reviews/<str:public_id>/reply", review_reply, name="review-reply"),
    path("reviews/<str:public_id>/hide", review_hide, name="review-hide"),
    path("reviews/<str:public_id>/show", review_show, name="review-show"),
]
