"""The room's addresses."""

from __future__ import annotations

from django.urls import path

from mall.reviews import api

api_urlpatterns = [
    path("products/<str:product_id>/reviews", api.ProductReviews.as_view(), name="product-reviews"),
    path("products/<str:product_id>/review-summary", api.ProductReviewSummary.as_view(), name="product-review-summary"),
    path("reviews", api.Reviews.as_view(), name="reviews"),
    path("reviews/awaiting", api.LinesAwaitingReview.as_view(), name="lines-awaiting-review"),
    path("reviews/<str:review_id>/pictures", api.ReviewPictures.as_view(), name="review-pictures"),
    path("reviews/<str:review_id>/follow-up", api.FollowUp.as_view(), name="review-follow-up"),
    path("merchant/reviews", api.MerchantReviews.as_view(), name="merchant-reviews"),
    path("merchant/reviews/<str:review_id>/reply", api.ReviewReply.as_view(), name="merchant-review-reply"),
    path("merchant/reviews/<str:review_id>/hide", api.ReviewHiding.as_view(), name="merchant-review-hide"),
    path("merchant/reviews/<str:review_id>/show", api.ReviewShowing.as_view(), name="merchant-review-show"),
]
