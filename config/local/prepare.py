"""Bring the demo's database up to date: one process, so Django starts only once."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import django
from django.core.management import call_command


def main() -> int:
    """Migrate as the owner, then let the demo's goods and people be there."""
    parser = argparse.ArgumentParser(prog="python -m config.local.prepare", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--wechat", type=Path, help="the papers of the pretended WeChat's merchant")
    chosen = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
    django.setup()
    print("  tables ...", flush=True)
    call_command("migrate", database="owner", verbosity=0, interactive=False)
    print("  malls, goods and people ...", flush=True)
    call_command("seed_demo", port=chosen.port)
    if chosen.wechat:
        from config.demo.goods import MALLS
        from config.demo.wechat import give_account

        give_account(MALLS[0].slug, chosen.wechat)
    return 0


if __name__ == "__main__":
    sys.exit(main())
