"""WeChat by the API: a mini-program's session, the merchant's account, and the bills compared."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.fields import StrictBooleanField, TextField
from mall.api.network import client_address
from mall.api.permissions import StaffMay
from mall.buyers.models import Buyer
from mall.limits.policy import HOUR, Limit
from mall.payments.wechat import identity
from mall.payments.wechat.accounts import PEM_MAX, PLATFORM_KEYS_MOST, account_seen, change_account
from mall.payments.wechat.doctor import examine
from mall.payments.wechat.models import Bill, BillDifference
from mall.payments.wechat.selectors import bills_with_counts
from mall.staff.rights import CONFIRM_PAYMENTS

SESSIONS_PER_NETWORK = Limit("wechat-sessions-network", 600, HOUR, closed=False, by_network=True)


class CodeGiven(serializers.Serializer):
    """What wx.login() gave the mini-program."""

    code = TextField(max_length=identity.CODE_MAX)


class MiniSession(serializers.Serializer):
    """Who sits there, for paying only. linked: whether his openid is the caller's from now on."""

    wechat_session = serializers.CharField()
    linked = serializers.BooleanField()


class MiniSessions(APIView):
    """A mini-program learns who sits there."""

    permission_classes = (AllowAny,)

    @extend_schema(
        request=CodeGiven,
        responses={201: MiniSession},
        examples=[OpenApiExample("A code", {"code": "0e1xyz"}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Turn wx.login()'s code into a handle that pays: send it as `wechat_session` with wechat_jsapi.

        With a buyer's token his openid is remembered, unless it is another buyer's already: then `linked` is false
        and the handle pays all the same. It never logs anybody in.
        """
        given = CodeGiven(data=request.data)
        given.is_valid(raise_exception=True)
        SESSIONS_PER_NETWORK.count(client_address(request))
        known = identity.of_mini_program(given.validated_data["code"])
        buyer = request.user if isinstance(request.user, Buyer) and not request.user.is_guest else None
        linked = identity.link(known=known, buyer=buyer) if buyer is not None else False
        told = {"wechat_session": identity.handle_of(known), "linked": linked}
        return Response(told, status=status.HTTP_201_CREATED)


class WeChatAccountShown(serializers.Serializer):
    """The merchant's account with WeChat. Secrets are written and never read: only whether they are there."""

    appid = serializers.CharField()
    mini_appid = serializers.CharField()
    mchid = serializers.CharField()
    merchant_serial = serializers.CharField()
    platform_serials = serializers.ListField(child=serializers.CharField())
    has_app_secret = serializers.BooleanField()
    has_mini_app_secret = serializers.BooleanField()
    verify_word = serializers.CharField()
    is_active = serializers.BooleanField()
    opens = serializers.BooleanField(help_text="false: no key of the installation opens it; enter everything again")
    updated_at = serializers.DateTimeField()


class PemField(serializers.CharField):
    """A key in PEM: several lines."""

    def to_internal_value(self, data: object) -> str:
        """Nothing but text."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class WeChatAccountGiven(serializers.Serializer):
    """What changes. What is left out stays; another mchid needs its own key, APIv3 key and platform keys."""

    appid = TextField(max_length=32, required=False)
    mini_appid = TextField(max_length=32, required=False, allow_blank=True)
    mchid = TextField(max_length=32, required=False)
    merchant_serial = TextField(max_length=64, required=False)
    private_key = PemField(max_length=PEM_MAX, required=False, write_only=True)
    api_v3_key = TextField(max_length=32, required=False, write_only=True)
    platform_keys = serializers.DictField(
        child=PemField(max_length=PEM_MAX),
        required=False,
        write_only=True,
        help_text=f"PUB_KEY_ID_… or serial → PEM, up to {PLATFORM_KEYS_MOST}; the whole new set.",
    )
    app_secret = TextField(max_length=64, required=False, write_only=True)
    mini_app_secret = TextField(max_length=64, required=False, write_only=True)
    verify_word = TextField(max_length=64, required=False)
    is_active = StrictBooleanField(required=False)


class MerchantWeChatAccount(APIView):
    """The mall's account with WeChat."""

    permission_classes = (StaffMay(CONFIRM_PAYMENTS),)

    @extend_schema(operation_id="merchant_wechat_account_retrieve", responses=WeChatAccountShown)
    def get(self, request: Request) -> Response:
        """What was entered, without its secrets; 404 before."""
        seen = account_seen()
        if seen is None:
            raise NotFound
        return Response(WeChatAccountShown(seen).data)

    @extend_schema(request=WeChatAccountGiven, responses=WeChatAccountShown)
    def put(self, request: Request) -> Response:
        """Enter or change it: secrets are sealed and never shown again. `is_active` false hides WeChat Pay."""
        given = WeChatAccountGiven(data=request.data)
        given.is_valid(raise_exception=True)
        changes = dict(given.validated_data)
        seen = account_seen()
        is_active = changes.pop("is_active", seen.is_active if seen else True)
        change_account(changes=changes, is_active=is_active, actor=request.user)
        return Response(WeChatAccountShown(account_seen()).data)


class Step(serializers.Serializer):
    """One step of the examination."""

    is_well = serializers.BooleanField()
    sentence = serializers.CharField()


class Examination(serializers.Serializer):
    """All of them."""

    is_well = serializers.BooleanField()
    steps = Step(many=True)


class MerchantWeChatCheck(APIView):
    """Whether the account works."""

    permission_classes = (StaffMay(CONFIRM_PAYMENTS),)

    @extend_schema(request=None, responses=Examination)
    def post(self, request: Request) -> Response:
        """Ask WeChat step by step whether the credentials work. Nothing is changed anywhere."""
        steps = list(examine())
        told = {"is_well": all(step.is_well for step in steps), "steps": steps}
        return Response(Examination(told).data)


class BillShown(serializers.ModelSerializer):
    """WeChat's bill of a day, and how many differences from our books it has."""

    differences = serializers.IntegerField(source="found")

    class Meta:
        model = Bill
        fields = ("day", "payments", "paid_fen", "refunds", "refunded_fen", "differences", "compared_at")


class DifferenceShown(serializers.ModelSerializer):
    """One payment or refund that a bill and our books do not tell alike."""

    day = serializers.DateField(source="bill.day")

    class Meta:
        model = BillDifference
        fields = ("day", "kind", "subject", "number", "provider_reference", "ours_fen", "theirs_fen")


class DifferenceQuery(serializers.Serializer):
    """Which differences."""

    kind = serializers.ChoiceField(choices=BillDifference.Kind.choices, required=False)
    subject = serializers.ChoiceField(choices=BillDifference.Subject.choices, required=False)


class MerchantBills(GenericAPIView):
    """The mall's bills."""

    permission_classes = (StaffMay(CONFIRM_PAYMENTS),)
    serializer_class = BillShown

    @extend_schema(operation_id="merchant_wechat_bills_list", responses=BillShown(many=True))
    def get(self, request: Request) -> Response:
        """WeChat's daily bills as they were compared with the books, newest first."""
        page = self.paginate_queryset(bills_with_counts())
        return self.get_paginated_response(BillShown(page, many=True).data)


class MerchantBillDifferences(GenericAPIView):
    """Where bills and books differ."""

    permission_classes = (StaffMay(CONFIRM_PAYMENTS),)
    serializer_class = DifferenceShown

    def get_queryset(self) -> QuerySet[BillDifference]:
        """Those asked for."""
        asked = DifferenceQuery(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        return BillDifference.objects.select_related("bill").filter(**asked.validated_data)

    @extend_schema(
        operation_id="merchant_wechat_differences_list",
        parameters=[DifferenceQuery],
        responses=DifferenceShown(many=True),
    )
    def get(self, request: Request) -> Response:
        """Payments and refunds that WeChat's bill and our books do not tell alike, newest first."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(DifferenceShown(page, many=True).data)


api_urlpatterns = [
    path("wechat/mini-sessions", MiniSessions.as_view(), name="wechat-mini-sessions"),
    path("merchant/wechat-account", MerchantWeChatAccount.as_view(), name="merchant-wechat-account"),
    path("merchant/wechat-account/check", MerchantWeChatCheck.as_view(), name="merchant-wechat-check"),
    path("merchant/wechat-bills", MerchantBills.as_view(), name="merchant-wechat-bills"),
    path("merchant/wechat-bill-differences", MerchantBillDifferences.as_view(), name="merchant-wechat-differences"),
]
