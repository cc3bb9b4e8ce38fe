"""Fill the demo: two malls with goods, a chain of members and history. Safe to run again."""

from __future__ import annotations

import json

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.demo.seeding import seed


class Command(BaseCommand):
    help = "Make the demo's malls where they are missing, and write .local/demo.json."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--port", type=int, default=settings.PUBLIC_PORT)

    def handle(self, *args, port: int, **options) -> None:
        if not settings.SANDBOX_ALLOWED:
            raise CommandError("The demo pays with play money: set SANDBOX_ALLOWED=1, and never do so for a real mall.")
        demo = {"base": f"http://127.0.0.1:{port}"} | seed(lambda line: self.stdout.write(f"  {line}"))
        demo["operator"]["url"] = demo["operator"]["url"].format(port=port)
        place = settings.LOCAL_DIR / "demo.json"
        place.parent.mkdir(exist_ok=True)
        place.write_text(json.dumps(demo, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
