"""Making malls and changing their settings."""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from mall import clock
from mall.events.services import record
from mall.malls.errors import BadHost, BadSetting, BadSlug, HostTaken, SlugTaken
from mall.malls.models import Mall, MallHost
from mall.malls.ports import mall_created
from mall.money import FEN_MAX
from mall.staff.audit import log
from mall.staff.models import Role, User
from mall.staff.services import add_staff
from mall.tenancy.context import mall_scope
from mall.tenancy.middleware import forget_hosts

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")


def create_mall(
    *,
    slug: str,
    name: str,
    owner_email: str,
    owner_password: str,
    host: str | None = None,
    operator: User | None = None,
) -> Mall:
    """A new mall with its host names, its owner and the defaults of the floors above, in one transaction.

    It answers at <slug>.<MALL_BASE_DOMAIN>; with `host` that one is primary and the other still leads here.
    Raises BadSlug, SlugTaken, BadHost, HostTaken, BadSetting, and what add_staff raises.
    """
    slug, hosts = _checked_slug(slug), []
    if host:
        hosts.append(_checked_host(host))
    hosts.append(f"{slug}.{settings.MALL_BASE_DOMAIN}")
    cleaned_name = _checked_text("name", name, 60, least=1)
    # Row-level security admits the row of the mall in force only, so the id comes first.
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('mall_mall', 'id'))")
        mall_id = cursor.fetchone()[0]
    with mall_scope(mall_id):
        mall = Mall(id=mall_id, slug=slug, name=cleaned_name, created_at=clock.now())
        try:
            with transaction.atomic():
                mall.save(force_insert=True)
        except IntegrityError as error:
            raise SlugTaken from error
        for position, one in enumerate(dict.fromkeys(hosts)):
            add_host(host=one, is_primary=position == 0)
        add_staff(email=owner_email, password=owner_password, role=Role.OWNER, actor=operator)
        mall_created(mall_id)
        log(action="mall.created", actor=operator, subject=mall, detail={"slug": slug, "hosts": hosts})
    return mall


def add_host(*, host: str, is_primary: bool = False) -> MallHost:
    """Let a host name lead to the mall in force. Raises BadHost, HostTaken."""
    host = _checked_host(host)
    if host in settings.INSTALLATION_HOSTS:
        raise HostTaken
    try:
        with transaction.atomic():
            if is_primary:
                MallHost.objects.filter(is_primary=True).update(is_primary=False)
            found = MallHost.objects.create(host=host, is_primary=is_primary)
    except IntegrityError as error:
        raise HostTaken from error
    transaction.on_commit(forget_hosts)
    return found


# Which settings of his mall a merchant changes himself, and how each is checked.
_TEXTS = {
    "name": (1, 60), "notice": (0, 200), "service_phone": (0, 20), "service_wechat": (0, 40), "service_hours": (0, 60),
    "licence": (0, 120), "returns_promise": (0, 200), "returns_address": (0, 300),
}  # fmt: skip
_FLAGS = ("phone_proof_required", "four_eyes_payouts")
_NUMBERS = {
    "unpaid_close_minutes": (1, 7 * 24 * 60),
    "auto_receive_days": (1, 90),
    "after_sales_days": (0, 90),
    "payout_min_fen": (1, FEN_MAX),
    "payment_fee_bps": (0, 2_000),
    "promotion_margin_bps": (0, 9_000),
}
# A promotion's floor is cost and fees and commission, and so much more.
_MARGINS = ("payment_fee_bps", "promotion_margin_bps")


def update_settings(*, actor: User | None, changes: dict[str, Any]) -> Mall:
    """Change settings of the mall in force; absent ones keep their value. Writes the audit log.

    Records mall.margin_changed when fees or margin do. Locks the mall's row. Raises BadSetting naming the field. The
    time zone is fixed at the first event.
    """
    mall = Mall.objects.select_for_update(no_key=True).get(pk=_current())
    changed: dict[str, Any] = {}
    for field, value in changes.items():
        checked = _checked_setting(mall, field, value)
        if getattr(mall, field) != checked:
            setattr(mall, field, checked)
            changed[field] = checked
    if changed:
        mall.save(update_fields=list(changed))
        log(action="mall.settings_changed", actor=actor, subject=mall, detail=changed)
    if not changed.keys().isdisjoint(_MARGINS):
        record("mall.margin_changed", mall.pk)
    return mall


def _checked_setting(mall: Mall, field: str, value: Any) -> Any:
    if field in _TEXTS:
        least, most = _TEXTS[field]
        return _checked_text(field, value, most, least=least)
    if field in _FLAGS:
        if not isinstance(value, bool):
            raise BadSetting(_("%(field)s 须为是或否。") % {"field": field}, field=field)
        return value
    if field in _NUMBERS:
        least, most = _NUMBERS[field]
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise BadSetting(
                _("%(field)s 须为 %(least)s 到 %(most)s 之间的整数。") % {"field": field, "least": least, "most": most},
                field=field,
            )
        return value
    if field == "brand_color":
        if not isinstance(value, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
            raise BadSetting(_("主题色须写成 #07c160 的形式。"), field=field)
        return value
    if field == "bank_instructions":
        return _checked_instructions(value)
    if field == "timezone":
        return _checked_timezone(mall, value)
    raise BadSetting(_("没有名为 %(field)s 的设置。") % {"field": field[:40]}, field=field[:40])


def _checked_instructions(value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > 10:
        raise BadSetting(_("转账说明须为至多 10 行文字。"), field="bank_instructions")
    return [_checked_text("bank_instructions", line, 200) for line in value]


def _checked_timezone(mall: Mall, value: Any) -> str:
    from mall.events.models import Event

    if not isinstance(value, str) or value not in available_timezones():
        raise BadSetting(_("时区须为 Asia/Shanghai 这样的名称。"), field="timezone")
    # Days and months of what has happened would be cut anew.
    if value != mall.timezone and Event.objects.exists():
        raise BadSetting(_("已有业务记录，时区不能再更改。"), field="timezone")
    return value


def _checked_text(field: str, value: Any, most: int, *, least: int = 0) -> str:
    text = value.strip() if isinstance(value, str) else None
    if text is None or not least <= len(text) <= most or not text.isprintable():
        raise BadSetting(
            _("%(field)s 须为 %(least)s 到 %(most)s 个字符，不含换行等控制字符。")
            % {"field": field, "least": least, "most": most},
            field=field,
        )
    return text


def _checked_slug(slug: Any) -> str:
    if not isinstance(slug, str) or not _SLUG.fullmatch(slug):
        raise BadSlug
    return slug


def _checked_host(host: Any) -> str:
    lowered = host.strip().rstrip(".").lower() if isinstance(host, str) else ""
    if len(lowered) > 253 or not _HOST.fullmatch(lowered):
        raise BadHost
    return lowered


def _current() -> int:
    from mall.tenancy.context import require_mall_id

    return require_mall_id("The settings of a mall")
