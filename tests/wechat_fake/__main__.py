"""`python -m tests.wechat_fake --port 9300`: the fake for a demo; POST /_fake/merchant answers a merchant's papers."""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.wechat_fake.merchants import kept_merchant
from tests.wechat_fake.server import Fake


def main() -> None:
    """Serve until Ctrl-C."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--port", type=int, default=9300)
    asked.add_argument("--cashier", action="store_true", help="codes and links lead to a page to pay at by hand")
    asked.add_argument("--merchant", type=Path, help="a merchant whose keys are kept in this file")
    asked.add_argument("--neighbours", default="", metavar="ADDRESS", help="show its pages to phones, at this address")
    chosen = asked.parse_args()
    fake = Fake(chosen.port, has_cashier=chosen.cashier, neighbours=chosen.neighbours)
    if chosen.merchant:
        merchant = kept_merchant(chosen.merchant)
        fake.books.merchants[merchant.mchid] = merchant
    print(f"WECHAT_PAY_BASE_URL={fake.base}", flush=True)  # noqa: T201 - whoever sits at the terminal needs it
    try:
        fake.server.serve_forever()
    except KeyboardInterrupt:
        fake.server.server_close()


if __name__ == "__main__":
    main()
