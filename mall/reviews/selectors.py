"""Questions about reviews. Means are shown with the two integers they are made of."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Prefetch, QuerySet

from mall.buyers.models import Buyer
from mall.catalogue.models import Product
from mall.orders.models import OrderLine
from mall.reviews.models import Review, ReviewPicture

KINDS = ("pictures", "good", "middling", "bad")
_STARS = {"good": (4, 5), "middling": (3,), "bad": (1, 2)}


@dataclass(frozen=True, slots=True)
class ReviewSummary:
    """What all reviews of a product come to, hidden ones included: stars_sum over count is the mean."""

    count: int
    stars_sum: int
    by_star: dict[int, int]
    hidden: int

    @property
    def mean(self) -> str:
        """The mean to one decimal, halves up: '4.7'; '' without reviews."""
        if not self.count:
            return ""
        tenths = (20 * self.stars_sum + self.count) // (2 * self.count)
        return f"{tenths // 10}.{tenths % 10}"

    @property
    def good_percent(self) -> int:
        """Of a hundred, how many gave four or five stars, rounded down."""
        return 100 * (self.by_star[4] + self.by_star[5]) // self.count if self.count else 0


def review_summary(product: Product) -> ReviewSummary:
    """Mean, counts per star and how many are hidden. One query."""
    rows = list(Review.objects.filter(product=product).values_list("stars").annotate(Count("id"), Count("hidden_at")))
    by_star = dict.fromkeys(range(1, 6), 0) | {stars: count for stars, count, _hidden in rows}
    return ReviewSummary(
        count=sum(by_star.values()),
        stars_sum=sum(stars * count for stars, count in by_star.items()),
        by_star=by_star,
        hidden=sum(hidden for _stars, _count, hidden in rows),
    )


def shown_reviews(product: Product, *, kind: str = "") -> QuerySet[Review]:
    """The reviews of a product that may be read, newest first, with pictures: good, middling, bad, with pictures."""
    reviews = complete(Review.objects.filter(product=product, hidden_at__isnull=True)).order_by("-id")
    if kind == "pictures":
        return reviews.filter(Exists(ReviewPicture.objects.filter(review=OuterRef("pk"))))
    return reviews.filter(stars__in=_STARS[kind]) if kind in _STARS else reviews


def reviews_by(buyer: Buyer) -> QuerySet[Review]:
    """A buyer's own reviews, newest first."""
    return complete(Review.objects.filter(buyer=buyer)).order_by("-id")


def reviews_of_mall(*, stars: int | None = None, state: str = "") -> QuerySet[Review]:
    """The mall's reviews, of so many stars; state: hidden, shown, unanswered."""
    reviews = complete(Review.objects.all())
    if stars is not None:
        reviews = reviews.filter(stars=stars)
    if state == "unanswered":
        return reviews.filter(replied_at__isnull=True, hidden_at__isnull=True)
    return reviews.filter(hidden_at__isnull=state == "shown") if state in {"hidden", "shown"} else reviews


def own_review(buyer: Buyer, product: Product) -> Review | None:
    """The newest readable review a buyer wrote of a product."""
    return Review.objects.filter(buyer=buyer, product=product, hidden_at__isnull=True).order_by("-id").first()


def lines_awaiting_review(buyer: Buyer) -> QuerySet[OrderLine]:
    """Lines of a buyer's received orders that he has not reviewed and not given back, newest order first."""
    return (
        OrderLine.objects.filter(order__buyer=buyer, order__received_at__isnull=False)
        .filter(refunded_quantity__lt=F("quantity"))
        .filter(~Exists(Review.objects.filter(line=OuterRef("pk"))))
        .select_related("order", "product", "sku")
        .order_by("-order_id", "position")
    )


def complete(reviews: QuerySet[Review]) -> QuerySet[Review]:
    """With buyer, product, line and pictures: one query more."""
    pictures = ReviewPicture.objects.order_by("position")
    return reviews.select_related("buyer", "product", "sku", "line__order").prefetch_related(
        Prefetch("pictures", pictures)
    )
