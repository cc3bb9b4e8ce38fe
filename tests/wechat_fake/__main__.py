"""`python -m tests.wechat_fake --port 9300`: the fake for a demo; POST /_fake/merchant answers a merchant's papers."""

from __future__ import annotations

import argparse

from tests.wechat_fake.server import Fake


def main() -> None:
    """Serve until Ctrl-C."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--port", type=int, default=9300)
    fake = Fake(asked.parse_args().port)
    print(f"WECHAT_PAY_BASE_URL={fake.base}")  # noqa: T201 - whoever sits at the terminal needs it
    try:
        fake.server.serve_forever()
    except KeyboardInterrupt:
        fake.server.server_close()


if __name__ == "__main__":
    main()
