"""Whether a mall's WeChat Pay account works; exits 1 at the first mall where it does not."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mall.malls.selectors import all_malls
from mall.payments.wechat.doctor import examine
from mall.tenancy.context import mall_scope


class Command(BaseCommand):
    """See the module."""

    help = "Check a mall's WeChat Pay account step by step. Calls WeChat, changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which mall."""
        parser.add_argument("slug", help="the mall's slug, as in its address")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print each step."""
        mall = next((row for row in all_malls() if row.slug == options["slug"]), None)
        if mall is None:
            raise CommandError(f"There is no mall {options['slug']}.")
        with mall_scope(mall.id):
            findings = list(examine())
        for finding in findings:
            self.stdout.write(f"{'OK ' if finding.is_well else 'BAD'} {finding.sentence}")
        if not all(finding.is_well for finding in findings):
            raise CommandError("WeChat Pay does not work for this mall yet: see the lines that begin with BAD.")
