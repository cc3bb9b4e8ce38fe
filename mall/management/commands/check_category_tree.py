"""Whether every mall's category tree is sound; --fix renumbers those that are not."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mall.catalogue.models import Category
from mall.catalogue.tree import repair_tree, wrong_numbers
from mall.malls.selectors import all_mall_ids
from mall.tenancy.context import mall_scope


class Command(BaseCommand):
    """See the module."""

    help = "Check the category trees of all malls against their parents; exits 1 when one is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        """Only --fix."""
        parser.add_argument("--fix", action="store_true", help="renumber what is wrong")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Go through the malls one by one, each in its own transaction."""
        taken: set[int] = set()
        wrong = 0
        for mall_id in all_mall_ids():
            with mall_scope(mall_id):
                if options["fix"]:
                    found = repair_tree(taken_elsewhere=frozenset(taken))
                else:
                    found = len(wrong_numbers(taken_elsewhere=frozenset(taken)))
                taken.update(Category.objects.filter(parent=None).values_list("tree_id", flat=True))
            if found:
                wrong += found
                self.stdout.write(f"mall {mall_id}: {found} categories {'renumbered' if options['fix'] else 'wrong'}")
        if wrong and not options["fix"]:
            raise CommandError(f"{wrong} categories have wrong numbers. Run check_category_tree --fix.")
        self.stdout.write("The category trees are sound.")
