"""Clicks: recording one, confirming that its page was shown, judging what is due."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.errors import Conflict
from mall.tenancy.context import require_mall_id
from members.models import Member
from referrals.clicks.bell import ring
from referrals.clicks.judgement import BATCH, judge_batch
from referrals.clicks.models import Click, Visit
from referrals.clicks.sightings import Sighting
from referrals.links.models import ShareLink

# How late a page may still say that it was shown, while nobody has judged the click.
CONFIRM_MINUTES = 30
# A visit ends after this long without a page.
VISIT_MINUTES = 30
# Bounds one task well below its time limit; what is left is due in the next sweep.
ROUNDS_MAX = 20


class ConfirmedTooLate(Conflict):
    """The click has been judged without its page."""

    code = "click_closed"
    message = _("该点击已超过确认时限，不能再确认。")


def record_click(
    *, link: ShareLink, seen: Sighting, member: Member | None = None, by_staff: bool = False, is_confirmed: bool = False
) -> Click:
    """Store one arrival as it was observed; whether it counts is judged later.

    member: who was logged in. is_confirmed: its page is on the screen already.
    """
    click = Click.objects.create(
        link=link,
        visitor_key=seen.visitor_key,
        at=seen.at,
        source=seen.source,
        method=seen.method,
        is_prefetch=seen.is_prefetch,
        user_agent=seen.user_agent,
        network=seen.network,
        member=member,
        by_staff=by_staff,
        due_at=seen.at if is_confirmed else seen.due_at,
        confirmed_at=seen.at if is_confirmed else None,
    )
    if is_confirmed:
        _ring_on_commit()
    return click


def confirm_click(*, click: Click) -> None:
    """The page of this click has been shown. Saying it again changes nothing. Locks the click.

    Raises ConfirmedTooLate when it has been judged without, or is older than CONFIRM_MINUTES.
    """
    at = clock.now()
    earliest = at - timedelta(minutes=CONFIRM_MINUTES)
    confirmed = Click.objects.filter(
        pk=click.pk, confirmed_at__isnull=True, judged_at__isnull=True, at__gt=earliest
    ).update(confirmed_at=at, due_at=at)
    if confirmed:
        _ring_on_commit()
    elif not Click.objects.filter(pk=click.pk, confirmed_at__isnull=False).exists():
        raise ConfirmedTooLate


def show_page(
    *,
    seen: Sighting,
    link: ShareLink | None,
    member: Member | None = None,
    by_staff: bool = False,
    is_own: bool = False,
) -> None:
    """A page was shown to a visitor: his visit goes on, and his click on `link` is confirmed.

    A page opened by its address alone (somebody forwarded it) carries the code without a click: then the
    arrival is recorded and confirmed here, once per visit and link. is_own: the visitor is the promoter,
    whose pages carry his own code without being an arrival. Locks the visitor.
    """
    mall_id = require_mall_id("A visit")
    with connection.cursor() as cursor:
        # Two pages of one visitor at the same moment would begin two visits.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [f"visitor:{seen.visitor_key}", mall_id]
        )
    visit = _continue_visit(seen, link)
    if link is None or _confirm_newest(seen, link) or is_own:
        return
    arrived = Click.objects.filter(visitor_key=seen.visitor_key, link=link, confirmed_at__gte=visit.started_at)
    if not arrived.exists():
        record_click(link=link, seen=seen, member=member, by_staff=by_staff, is_confirmed=True)


def judge_clicks(mall_id: int) -> int:
    """Judge what is due in one mall until nothing is left; returns how many clicks were taken up.

    Opens its own transactions (one per batch), so it must not be called inside one.
    """
    taken = 0
    for _round in range(ROUNDS_MAX):
        batch = judge_batch(mall_id)
        taken += batch
        if batch < BATCH:
            break
    return taken


def _continue_visit(seen: Sighting, link: ShareLink | None) -> Visit:
    visit = (
        Visit.objects.filter(visitor_key=seen.visitor_key, last_at__gt=seen.at - timedelta(minutes=VISIT_MINUTES))
        .order_by("-last_at")
        .first()
    )
    if visit is None:
        return Visit.objects.create(visitor_key=seen.visitor_key, link=link, started_at=seen.at, last_at=seen.at)
    visit.last_at = max(visit.last_at, seen.at)
    visit.view_count += 1
    visit.link = visit.link or link
    visit.save(update_fields=["last_at", "view_count", "link"])
    return visit


def _confirm_newest(seen: Sighting, link: ShareLink) -> bool:
    """Confirm the visitor's newest open click on the link; whether there was one."""
    newest = (
        Click.objects.filter(
            visitor_key=seen.visitor_key,
            link=link,
            confirmed_at__isnull=True,
            judged_at__isnull=True,
            at__gt=seen.at - timedelta(minutes=CONFIRM_MINUTES),
        )
        .order_by("-at")
        .values("pk")[:1]
    )
    confirmed = Click.objects.filter(pk__in=newest, judged_at__isnull=True).update(confirmed_at=seen.at, due_at=seen.at)
    if confirmed:
        _ring_on_commit()
    return bool(confirmed)


def _ring_on_commit() -> None:
    mall_id = require_mall_id("A click")
    transaction.on_commit(lambda: ring(mall_id), robust=True)
