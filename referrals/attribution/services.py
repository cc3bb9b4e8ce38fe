"""Attribution asked by others: who brought a visitor who is about to register."""

from __future__ import annotations

from mall import clock
from members.joining.ports import ReferrerFound
from referrals.attribution.facts import Question, attributable_clicks, window_start
from referrals.attribution.ports import attribution_rules
from referrals.clicks.models import VisitorMember
from referrals.clicks.visitors import members_behind
from referrals.links.models import ShareLink
from referrals.links.selectors import link_by_code

CODE_SHOWN = 20


def referrer_behind(code: str | None, visitor_key: str) -> ReferrerFound:
    """Who brought somebody: the owner of the named code of any kind, else of the visitor's last attributable click.

    A code that is nobody's brings nobody, also where the visitor clicked something: who names a code
    means it. The click must lie within the mall's window. Never raises. Needs mall_scope.
    """
    if code:
        link = link_by_code(code)
        if link is None:
            return ReferrerFound(source="refused:unknown_code", code=_storable(code))
        return _found(link, "ref", visitor_key)
    if not visitor_key:
        return ReferrerFound()
    at = clock.now()
    rules = attribution_rules(at)
    question = Question(visitor_key, window_start(at, rules), at, rules)
    clicks = attributable_clicks([question], members_behind([visitor_key]))[0]
    last = max(clicks, key=lambda click: (click.at, click.id), default=None)
    return _found(ShareLink.objects.get(pk=last.link_id), "visitor", visitor_key) if last else ReferrerFound()


def _found(link: ShareLink, source: str, visitor_key: str) -> ReferrerFound:
    is_himself = bool(visitor_key) and (
        VisitorMember.objects.filter(visitor_key=visitor_key, member=link.owner_id).exists()
    )
    return ReferrerFound(member_id=link.owner_id, source=source, code=link.code, link_id=link.pk, is_himself=is_himself)


def _storable(code: str) -> str:
    """What was sent in place of a code, as far as the history of bindings keeps it."""
    return "".join(character for character in code[:CODE_SHOWN] if character.isprintable())
