"""Recompute every mall's books by other code; exit non-zero on the first fen that differs."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError

from commissions.ledger.audit import audit_every_mall


class Command(BaseCommand):
    help = "Compute the ledgers again from what is stored; exits 1 when anything differs."

    def handle(self, *args, **options) -> None:
        results = audit_every_mall()
        for mall_id, result in results.items():
            state = "balanced" if result.balanced else f"{len(result.findings)} findings"
            self.stdout.write(
                f"mall {mall_id}: {result.journals} journals, {result.entries} entries, "
                f"sum {result.sum_fen} fen, {state}"
            )
            for name, row in result.findings:
                self.stdout.write(f"  {name}: {row}")
        wrong = [mall_id for mall_id, result in results.items() if not result.balanced]
        if wrong:
            raise CommandError(f"the ledger of mall {', '.join(map(str, wrong))} does not hold")
