"""Many keep-alive connections asking for one address: a process of its own, the same for both sides.

echo '{"port": 8000, "host": "…", "path": "/s/…", "connections": 64, "seconds": 5}' | python -m benchmarks.load
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

AGENT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
    "MicroMessenger/8.0.53(0x18003531) NetType/WIFI Language/zh_CN"
)


async def ask(asked: dict, until: float, times: list[float]) -> int:
    """One connection: ask, read the whole answer, ask again; how many had the status asked for."""
    request = (
        f"GET {asked['path']} HTTP/1.1\r\nHost: {asked['host']}\r\nUser-Agent: {AGENT}\r\nAccept: */*\r\n\r\n"
    ).encode()
    wanted = f"HTTP/1.1 {asked.get('status', 302)}".encode()
    answered = 0
    while time.perf_counter() < until:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", asked["port"])
            while time.perf_counter() < until:
                begun = time.perf_counter()
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                lower = head.lower()
                if b"content-length:" in lower:
                    length = int(lower.split(b"content-length:")[1].split(b"\r\n")[0])
                    await reader.readexactly(length)
                if head.startswith(wanted):
                    answered += 1
                    times.append(time.perf_counter() - begun)
            writer.close()
        except (OSError, asyncio.IncompleteReadError):
            # The server was killed or restarts: what it has not answered does not count.
            await asyncio.sleep(0.05)
    return answered


async def main(asked: dict) -> dict:
    """Run for the seconds asked for; answers a second, answers in all, percentiles."""
    times: list[float] = []
    until = time.perf_counter() + asked["seconds"]
    answered = sum(await asyncio.gather(*(ask(asked, until, times) for _ in range(asked["connections"]))))
    times.sort()
    at = lambda share: times[min(len(times) - 1, int(len(times) * share))] if times else 0.0  # noqa: E731 - one use
    return {"answered": answered, "per_second": answered / asked["seconds"], "p50": at(0.5), "p99": at(0.99)}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(json.load(sys.stdin)))))
