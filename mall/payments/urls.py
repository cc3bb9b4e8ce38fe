"""The room's addresses."""

from __future__ import annotations

from django.urls import path

from mall.payments import api, proof_api, proof_pages
from mall.payments.wechat import api as wechat_api
from mall.payments.wechat import doors as wechat_doors
from mall.payments.wechat import oauth as wechat_oauth
from mall.payments.wechat import pages as wechat_pages

api_urlpatterns = [
    path("orders/<str:order_id>/payments", api.OrderPayments.as_view(), name="order-payments"),
    path("merchant/payments", api.MerchantPayments.as_view(), name="merchant-payments"),
    path(
        "merchant/payments/<str:payment_id>/confirm", api.PaymentConfirmation.as_view(), name="merchant-payment-confirm"
    ),
    *wechat_api.api_urlpatterns,
    path("payments/<str:payment_id>/proofs", proof_api.BuyerProofs.as_view(), name="payment-proofs"),
    path("payment-proofs/<str:proof_id>/picture", proof_api.ProofPicture.as_view(), name="payment-proof-picture"),
    path("merchant/payments/<str:payment_id>/proofs", proof_api.MerchantProofs.as_view(), name="merchant-proofs"),
    path(
        "merchant/payment-proofs/<str:proof_id>/picture",
        proof_api.MerchantProofPicture.as_view(),
        name="merchant-proof-picture",
    ),
    path(
        "merchant/payment-proofs/<str:proof_id>/refuse", proof_api.ProofRefusal.as_view(), name="merchant-proof-refuse"
    ),
]

page_urlpatterns = [
    path("orders/<uuid:order_id>/proofs", proof_pages.proofs, name="proofs"),
    path("proofs/<uuid:proof_id>.jpg", proof_pages.picture, name="proof-picture"),
    *wechat_pages.page_urlpatterns,
    *wechat_oauth.page_urlpatterns,
    *wechat_doors.page_urlpatterns,
]
