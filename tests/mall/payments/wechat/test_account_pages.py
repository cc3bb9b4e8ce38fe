"""The merchant's WeChat account in the dashboard and by the API: written, checked, never read again."""

from __future__ import annotations

import pytest

from mall.payments.wechat.accounts import current_account
from mall.payments.wechat.models import Bill, BillDifference, WeChatAccount, WeChatRefund
from mall.staff.logins import issue_token
from mall.staff.models import AuditRecord, Role
from mall.tenancy.context import mall_scope
from tests.factories.http import Api
from tests.factories.mall import PASSWORD, host_of, make_mall, make_staff
from tests.factories.wechat import half_a_key
from tests.mall.payments.wechat.conftest import begin

SECRETS = ("private_key", "api_v3_key", "app_secret", "mini_app_secret")


def staff_api(mall, member) -> Api:
    with mall_scope(mall.pk):
        return Api(mall, token=issue_token(member=member)[0])


@pytest.fixture
def owner_api(mall, owner) -> Api:
    return staff_api(mall, owner)


@pytest.fixture
def dashboard(mall, owner):
    from django.test import Client

    client = Client(headers={"host": host_of(mall)}, raise_request_exception=False)
    answer = client.post("/dashboard/login", {"email": owner.user.email, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def form_of(papers: dict, **changes) -> dict:
    serial, pem = next(iter(papers["platform_keys"].items()))
    given = {name: value for name, value in papers.items() if name != "platform_keys"}
    return {**given, "platform_serial": serial, "platform_keys": pem, "is_active": "on", **changes}


def secrets_of(papers: dict) -> list[str]:
    return [papers[name] for name in SECRETS] + list(papers["platform_keys"].values())


class TestApi:
    def test_what_was_entered_is_never_answered(self, mall, merchants, fake, owner_api):
        papers = merchants[0].papers()
        assert owner_api.get("merchant/wechat-account").status_code == 404
        put = owner_api.put("merchant/wechat-account", papers)
        assert put.status_code == 200, put.content
        told = owner_api.get("merchant/wechat-account")
        for answer in (put, told):
            for secret in secrets_of(papers):
                assert secret not in answer.content.decode()
        shown = told.json()
        assert (shown["mchid"], shown["is_active"], shown["has_app_secret"]) == (merchants[0].mchid, True, True)
        assert set(shown["platform_serials"]) == set(papers["platform_keys"])

    def test_the_audit_log_says_who_and_nothing_secret(self, mall, merchants, fake, owner_api, owner):
        papers = merchants[0].papers()
        owner_api.put("merchant/wechat-account", papers)
        with mall_scope(mall.pk):
            record = AuditRecord.objects.get(action="wechat_account.saved")
            row = WeChatAccount.objects.get()
        assert (record.actor, record.detail) == (owner.user, {"mchid": papers["mchid"], "is_active": True})
        for secret in secrets_of(papers):
            assert secret not in row.sealed

    def test_what_is_left_out_stays(self, mall, merchants, fake, owner_api):
        papers = merchants[0].papers()
        owner_api.put("merchant/wechat-account", papers)
        assert owner_api.put("merchant/wechat-account", {"is_active": False}).json()["is_active"] is False
        with mall_scope(mall.pk):
            account = current_account()
        assert (account.api_v3_key, account.app_secret) == (papers["api_v3_key"], papers["app_secret"])

    def test_another_merchant_number_needs_its_own_keys(self, mall, merchants, fake, owner_api):
        owner_api.put("merchant/wechat-account", merchants[0].papers())
        answer = owner_api.put("merchant/wechat-account", {"mchid": merchants[1].mchid})
        assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "private_key")
        with mall_scope(mall.pk):
            assert current_account().mchid == merchants[0].mchid
        assert owner_api.put("merchant/wechat-account", merchants[1].papers()).status_code == 200

    def test_another_app_needs_its_own_secret(self, mall, merchants, fake, owner_api):
        owner_api.put("merchant/wechat-account", merchants[0].papers())
        assert owner_api.put("merchant/wechat-account", {"appid": "wxother"}).json()["has_app_secret"] is False

    def test_a_merchant_number_with_open_payments_stays(self, mall, merchants, merchant, order, owner_api):
        begin(order, "wechat_native")
        answer = owner_api.put("merchant/wechat-account", merchants[1].papers())
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "merchant_in_use")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("private_key", half_a_key),
            ("private_key", "x" * 9_000),
            ("api_v3_key", "short"),
            ("platform_keys", {}),
            ("platform_keys", {"PUB_KEY_ID_1": "nothing"}),
            ("platform_keys", {"a b": "nothing"}),
            ("appid", "wx 1"),
            ("mchid", "=cmd()"),
            ("app_secret", "a'b"),
            ("verify_word", "../etc"),
        ],
    )
    def test_what_cannot_be_meant_is_refused_naming_the_field(self, mall, merchants, fake, owner_api, field, value):
        given = value() if callable(value) else value
        answer = owner_api.put("merchant/wechat-account", merchants[0].papers() | {field: given})
        assert answer.status_code == 400, answer.content
        assert answer.json()["errors"][0]["attr"].startswith(field)
        with mall_scope(mall.pk):
            assert not WeChatAccount.objects.exists()

    def test_only_owner_and_finance_may(self, mall, merchants, fake):
        for role, status in ((Role.MANAGER, 403), (Role.SERVICE, 403), (Role.FINANCE, 200)):
            api = staff_api(mall, make_staff(mall, role))
            assert api.put("merchant/wechat-account", merchants[0].papers()).status_code == status

    def test_the_check_says_what_is_well_and_what_is_not(self, mall, merchants, fake, owner_api, settings):
        assert owner_api.post("merchant/wechat-account/check").json()["is_well"] is False
        owner_api.put("merchant/wechat-account", merchants[0].papers())
        steps = owner_api.post("merchant/wechat-account/check").json()["steps"]
        assert any("验签通过" in step["sentence"] and step["is_well"] for step in steps)
        fake.books.faults.append("forged")
        assert any(
            "验签失败" in step["sentence"] for step in owner_api.post("merchant/wechat-account/check").json()["steps"]
        )


class TestPage:
    def test_it_takes_the_papers_and_shows_none_of_their_secrets(self, mall, merchants, fake, dashboard):
        papers = merchants[0].papers()
        saved = dashboard.post("/dashboard/wechat", form_of(papers))
        assert (saved.status_code, saved["Location"]) == (302, "/dashboard/wechat")
        text = dashboard.get("/dashboard/wechat").content.decode()
        assert papers["mchid"] in text
        for secret in secrets_of(papers):
            assert secret not in text
            assert secret.splitlines()[-2 if "\n" in secret else 0] not in text
        with mall_scope(mall.pk):
            assert current_account().app_secret == papers["app_secret"]

    def test_a_mistake_elsewhere_sends_no_secret_back(self, mall, merchants, fake, dashboard):
        papers = merchants[0].papers()
        text = dashboard.post("/dashboard/wechat", form_of(papers, mchid="")).content.decode()
        for secret in secrets_of(papers):
            assert secret.splitlines()[-2 if "\n" in secret else 0] not in text

    def test_empty_secrets_leave_what_is_there(self, mall, merchants, fake, dashboard):
        papers = merchants[0].papers()
        dashboard.post("/dashboard/wechat", form_of(papers))
        empty = dict.fromkeys((*SECRETS, "platform_serial", "platform_keys"), "")
        given = form_of(papers, **empty)
        del given["is_active"]
        assert dashboard.post("/dashboard/wechat", given).status_code == 302
        with mall_scope(mall.pk):
            account = current_account()
        assert (account.api_v3_key, account.is_active) == (papers["api_v3_key"], False)

    def test_the_check_shows_its_steps(self, mall, merchants, fake, dashboard):
        dashboard.post("/dashboard/wechat", form_of(merchants[0].papers()))
        assert "验签通过" in dashboard.post("/dashboard/wechat/check").content.decode()


class TestReconciliation:
    @pytest.fixture
    def differing(self, mall, merchant, order, fake):
        begun = begin(order, "wechat_native")
        with mall_scope(mall.pk):
            bill = Bill.objects.create(day="2026-11-20", digest="0" * 40, payments=2, paid_fen=3_000)
            for kind, number, theirs in (("ours_missing", "=1+1", 1_250), ("amount_differs", "P2", 99)):
                BillDifference.objects.create(
                    bill=bill, kind=kind, subject="payment", number=number, ours_fen=None, theirs_fen=theirs
                )
            WeChatRefund.objects.create(payment=begun, number="D1", amount_fen=700, error="NOT_ENOUGH")
        return bill

    def test_differences_are_listed_and_narrowed(self, dashboard, differing):
        assert len(dashboard.get("/dashboard/reconciliation").context["page"].rows) == 2
        rows = dashboard.get("/dashboard/reconciliation?kind=amount_differs").context["page"].rows
        assert [(row.number, row.theirs_fen) for row in rows] == [("P2", 99)]
        assert len(dashboard.get("/dashboard/reconciliation?kind=nonsense&subject=x").context["page"].rows) == 2

    def test_the_file_is_safe_to_open(self, dashboard, differing):
        answer = dashboard.get("/dashboard/reconciliation?export=csv&kind=ours_missing")
        text = answer.content.decode("utf-8-sig")
        assert answer["Content-Disposition"].startswith("attachment")
        assert ("'=1+1" in text, ",=1+1" in text, "12.50" in text, "P2" in text) == (True, False, True, False)

    def test_bills_and_refunds_on_their_way_are_shown(self, dashboard, differing):
        bills = dashboard.get("/dashboard/reconciliation?view=bills").content.decode()
        assert ("2026-11-20" in bills, "¥30.00" in bills) == (True, True)
        refunds = dashboard.get("/dashboard/reconciliation?view=refunds").content.decode()
        assert ("D1" in refunds, "NOT_ENOUGH" in refunds) == (True, True)

    def test_the_api_tells_the_same_and_no_other_mall_sees_it(self, mall, owner_api, differing):
        assert owner_api.get("merchant/wechat-bills").json()["results"][0]["differences"] == 2
        rows = owner_api.get("merchant/wechat-bill-differences?kind=amount_differs").json()["results"]
        assert [(row["number"], row["day"]) for row in rows] == [("P2", "2026-11-20")]
        other = make_mall()
        api = staff_api(other, make_staff(other, Role.FINANCE))
        for path in ("merchant/wechat-bills", "merchant/wechat-bill-differences"):
            assert api.get(path).json()["results"] == []
