"""Reviews: by who received the goods, once; hiding takes words away and never stars."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client
from PIL import Image

from mall.catalogue.errors import BadPicture
from mall.malls.models import Mall
from mall.orders.models import Order
from mall.reviews import selectors, services, showing
from mall.reviews.errors import (
    AlreadyFollowedUp,
    AlreadyHidden,
    AlreadyReviewed,
    BadReview,
    NotHidden,
    NotReceivedYet,
    TooManyPictures,
)
from mall.reviews.models import Review, ReviewPicture
from mall.reviews.naming import public_name
from mall.reviews.selectors import ReviewSummary, lines_awaiting_review, review_summary, reviews_of_mall, shown_reviews
from mall.staff.models import AuditRecord
from mall.tenancy.context import mall_scope
from tests.concurrency import together
from tests.factories.http import Api
from tests.factories.mall import make_mall
from tests.factories.members import make_member
from tests.factories.pictures import a_picture
from tests.factories.trade import lines_of, make_sku, place_and_pay, receive, refund, ship


@pytest.fixture
def order(mall, buyer) -> Order:
    """Received: two goods."""
    return receive(place_and_pay(mall, buyer, (make_sku(mall), 1), (make_sku(mall), 2)))


def written(order: Order, position: int = 0, stars: int = 5, **more) -> Review:
    line = lines_of(order)[position]
    with mall_scope(order.mall_id):
        return services.write_review(line=line, buyer=order.buyer, stars=stars, **more)


def test_a_review_belongs_to_a_received_line(order):
    review = written(order, stars=4, text="很好\n包装严实")
    line = lines_of(order)[0]
    assert (review.line_id, review.product_id, review.sku_id, review.stars) == (
        line.pk, line.product_id, line.sku_id, 4,
    )  # fmt: skip
    assert review.text == "很好\n包装严实"


@pytest.mark.parametrize("until", [lambda order: order, ship])
def test_who_has_not_got_the_goods_cannot_say_how_they_are(mall, buyer, until):
    order = until(place_and_pay(mall, buyer))
    with pytest.raises(NotReceivedYet) as refused:
        written(order)
    assert refused.value.status == 409
    with mall_scope(mall.pk):
        assert not Review.objects.exists()


def test_nobody_reviews_for_another(mall, order):
    other = make_member(mall).buyer
    with mall_scope(mall.pk), pytest.raises(NotReceivedYet):
        services.write_review(line=lines_of(order)[0], buyer=other, stars=5)


def test_a_line_is_reviewed_once(order):
    written(order)
    with pytest.raises(AlreadyReviewed):
        written(order, stars=1)
    written(order, 1, stars=1)


@pytest.mark.django_db(transaction=True)
def test_of_ten_reviews_at_once_one_is_written():
    mall = make_mall()
    order = receive(place_and_pay(mall, make_member(mall).buyer))
    answers = together([lambda: written(order)] * 10, keep_errors=True)
    assert sum(isinstance(answer, Review) for answer in answers) == 1
    assert sum(isinstance(answer, AlreadyReviewed) for answer in answers) == 9


@pytest.mark.parametrize("stars", [0, 6, -1, True, "5", 4.0, None])
def test_stars_are_one_to_five(order, stars):
    with pytest.raises(BadReview) as refused:
        written(order, stars=stars)
    assert refused.value.field == "stars"


@pytest.mark.parametrize("text", ["x" * 501, "a\x00b", "\u202eabc", 5, None])
def test_text_is_bounded_and_clean(order, text):
    with pytest.raises(BadReview):
        written(order, text=text)


def test_up_to_nine_pictures_drawn_anew_where_everybody_may_see_them(order):
    review = written(order)
    with mall_scope(order.mall_id):
        for _number in range(9):
            services.add_review_picture(review=review, data=a_picture())
        with pytest.raises(TooManyPictures):
            services.add_review_picture(review=review, data=a_picture())
        places = list(ReviewPicture.objects.filter(review=review).order_by("position").values_list("position", "file"))
    assert [place for place, _file in places] == list(range(9))
    first = settings.MEDIA_ROOT / places[0][1]
    assert first.read_bytes()[:3] == b"\xff\xd8\xff"
    assert places[0][1].startswith(f"{order.mall_id}/reviews/")


def test_lists_show_small_pictures_and_a_tap_opens_the_large_one(order):
    review = written(order)
    with mall_scope(order.mall_id):
        services.add_review_picture(review=review, data=a_picture((900, 600)))
        (picture,) = showing.dress([selectors.complete(Review.objects.all()).get()])[0].shown_pictures
        product, mall = review.product.public_id, Mall.objects.get()
    sides = {}
    for name, address in picture.items():
        with Image.open(settings.MEDIA_ROOT / address.removeprefix(settings.MEDIA_URL)) as kept:
            sides[name] = max(kept.size)
    assert sides == {"large": 900, "small": 300}
    (shown,) = Api(mall).get(f"products/{product}/reviews").json()["results"]
    assert (shown["pictures"], shown["thumbnails"]) == ([picture["large"]], [picture["small"]])
    page = Client().get(f"/products/{product}/reviews", headers={"host": f"{mall.slug}.localhost"})
    assert f'<a href="{picture["large"]}"><img src="{picture["small"]}"' in page.content.decode()


@pytest.mark.parametrize("data", [b"", b"<script>", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50])
def test_what_is_no_picture_is_refused(order, data):
    review = written(order)
    with mall_scope(order.mall_id), pytest.raises(BadPicture):
        services.add_review_picture(review=review, data=data)


def test_one_follow_up_and_one_answer_that_may_be_put_better(order, owner):
    review = written(order)
    with mall_scope(order.mall_id):
        assert services.follow_up(review=review, text="一周后还是好").followup_at is not None
        with pytest.raises(AlreadyFollowedUp):
            services.follow_up(review=review, text="又来")
        services.reply_to_review(review=review, text="谢谢", actor=owner)
        services.reply_to_review(review=review, text="非常感谢", actor=owner)
        found = Review.objects.get()
        assert (found.followup_text, found.reply) == ("一周后还是好", "非常感谢")
        for empty in ("", "  ", None):
            with pytest.raises(BadReview):
                services.reply_to_review(review=review, text=empty, actor=owner)


def test_a_hidden_review_still_counts_and_says_why(order, owner):
    bad, good = written(order, stars=1, text="差"), written(order, 1, stars=5)
    with mall_scope(order.mall_id):
        product = bad.product
        for reason in ("", None, "x" * 201):
            with pytest.raises(BadReview):
                services.hide_review(review=bad, reason=reason, actor=owner)
        before = review_summary(product)
        services.hide_review(review=bad, reason="广告", actor=owner)
        after = review_summary(product)
        assert (after.count, after.stars_sum, after.mean, after.hidden) == (1, 1, "1.0", 1)
        assert (before.count, before.stars_sum) == (after.count, after.stars_sum)
        assert list(shown_reviews(product)) == []
        assert [one.pk for one in reviews_of_mall(state="hidden")] == [bad.pk]
        assert [one.pk for one in reviews_of_mall(state="shown")] == [good.pk]
        with pytest.raises(AlreadyHidden):
            services.hide_review(review=bad, reason="广告", actor=owner)
        assert AuditRecord.objects.filter(action="review.hidden", subject_id=bad.pk).count() == 1
        services.show_review(review=bad, actor=owner)
        assert [one.pk for one in shown_reviews(product)] == [bad.pk]
        with pytest.raises(NotHidden):
            services.show_review(review=bad, actor=owner)


def test_the_database_hides_nothing_without_a_reason(order):
    review = written(order)
    with mall_scope(order.mall_id), pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(hidden_at=review.created_at)


@pytest.mark.parametrize(
    ("by_star", "mean"),
    [
        ({}, ""),
        ({5: 1}, "5.0"),
        ({5: 2, 4: 1}, "4.7"),
        ({5: 1, 4: 1}, "4.5"),
        ({5: 19, 4: 1}, "5.0"),
        ({1: 1, 2: 1, 4: 1}, "2.3"),
        ({5: 1, 4: 3}, "4.3"),
    ],
)
def test_the_mean_has_one_decimal_halves_up(by_star, mean):
    count, total = sum(by_star.values()), sum(stars * number for stars, number in by_star.items())
    assert ReviewSummary(count, total, by_star, 0).mean == mean


def test_a_summary_is_one_statement(order, query_counts):
    review = written(order)
    with mall_scope(order.mall_id):
        product = review.product
        with query_counts("reviews.summary"):
            summary = review_summary(product)
    assert summary.by_star == {1: 0, 2: 0, 3: 0, 4: 0, 5: 1}


def test_what_awaits_a_review_is_received_kept_and_not_reviewed(mall, buyer, order):
    place_and_pay(mall, buyer)
    given_back = receive(place_and_pay(mall, buyer))
    refund(given_back)
    written(order)
    with mall_scope(mall.pk):
        assert [line.pk for line in lines_awaiting_review(buyer)] == [lines_of(order)[1].pk]


@pytest.mark.parametrize(
    ("nickname", "anonymous", "shown"),
    [("王小明", False, "王***明"), ("王小明", True, "匿名用户"), ("王", False, "王***"), ("", False, "匿名用户")],
)
def test_nobody_is_called_by_his_whole_name(order, nickname, anonymous, shown):
    review = written(order, is_anonymous=anonymous)
    review.buyer.nickname = nickname
    assert public_name(review) == shown
