"""The room's addresses."""

from __future__ import annotations

from django.urls import path

from mall.aftersales import api, case_api, case_merchant_api

api_urlpatterns = [
    path("orders/<str:order_id>/refunds", api.OrderRefunds.as_view(), name="order-refunds"),
    path("merchant/refunds", api.MerchantRefunds.as_view(), name="merchant-refunds"),
    path("merchant/refunds/<str:refund_id>/approve", api.RefundApproval.as_view(), name="merchant-refund-approve"),
    path("merchant/refunds/<str:refund_id>/reject", api.RefundRejection.as_view(), name="merchant-refund-reject"),
    path("orders/<str:order_id>/cases", case_api.OrderCases.as_view(), name="order-cases"),
    path("cases", case_api.Cases.as_view(), name="cases"),
    path("cases/<str:case_id>", case_api.OneCase.as_view(), name="case"),
    path("cases/<str:case_id>/withdraw", case_api.CaseWithdrawal.as_view(), name="case-withdraw"),
    path("cases/<str:case_id>/ship", case_api.CaseShipment.as_view(), name="case-ship"),
    path("cases/<str:case_id>/confirm", case_api.CaseConfirmation.as_view(), name="case-confirm"),
    path("cases/<str:case_id>/pictures", case_api.CasePictures.as_view(), name="case-pictures"),
    path("case-pictures/<str:picture_id>", case_api.OneCasePicture.as_view(), name="case-picture"),
    path("merchant/cases", case_merchant_api.MerchantCases.as_view(), name="merchant-cases"),
    path("merchant/cases/<str:case_id>", case_merchant_api.OneMerchantCase.as_view(), name="merchant-case"),
    path(
        "merchant/cases/<str:case_id>/approve", case_merchant_api.CaseApprovals.as_view(), name="merchant-case-approve"
    ),
    path(
        "merchant/cases/<str:case_id>/reject", case_merchant_api.CaseRejections.as_view(), name="merchant-case-reject"
    ),
    path(
        "merchant/cases/<str:case_id>/receive", case_merchant_api.CaseReceipts.as_view(), name="merchant-case-receive"
    ),
    path("merchant/cases/<str:case_id>/resend", case_merchant_api.CaseResending.as_view(), name="merchant-case-resend"),
    path(
        "merchant/case-pictures/<str:picture_id>",
        case_merchant_api.OneMerchantCasePicture.as_view(),
        name="merchant-case-picture",
    ),
]
