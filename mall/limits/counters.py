"""How often something happened in a while: counters in Valkey, counted and compared in one step.

What is counted by (a phone, an address, a log-in) is never readable in a key. Windows begin with
the first count and run by Valkey's own time, which no test and no clock of ours can move.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from functools import cache

from django.conf import settings
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from mall.tenancy.context import current_mall_id

logger = logging.getLogger(__name__)

# A key without an end would lock somebody out for good, hence the look at PTTL.
_COUNT = """
local counted = redis.call('INCR', KEYS[1])
if counted == 1 or redis.call('PTTL', KEYS[1]) < 0 then
    redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
return counted
"""
_GIVE_BACK = """
local counted = tonumber(redis.call('GET', KEYS[1]) or '0')
if counted > 0 then
    return redis.call('DECR', KEYS[1])
end
return 0
"""


def hit(name: str, key: str, limit: int, seconds: int, *, fail_closed: bool, everywhere: bool = False) -> bool:
    """Count one more of `name` for `key`; whether it is still within `limit` per `seconds`.

    Counts in the mall in force; for the installation outside of any, or when asked to count `everywhere`.
    Without Valkey the answer is `not fail_closed`: closed where guessing or spending must stop, open
    where trade goes on.
    """
    try:
        counted = _valkey().eval(_COUNT, 1, counter_key(name, key, everywhere=everywhere), seconds * 1000)
        return int(counted) <= limit
    except (RedisError, OSError):
        logger.warning("no counter for %s: Valkey does not answer", name)
        return not fail_closed


def give_back(name: str, key: str, *, everywhere: bool = False) -> None:
    """Take one count back: it turned out not to be one of those that are limited."""
    counter = counter_key(name, key, everywhere=everywhere)
    _quietly(lambda valkey: valkey.eval(_GIVE_BACK, 1, counter))


def clear(name: str, key: str, *, everywhere: bool = False) -> None:
    """Forget what was counted."""
    counter = counter_key(name, key, everywhere=everywhere)
    _quietly(lambda valkey: valkey.delete(counter))


def counter_key(name: str, key: str, *, everywhere: bool = False) -> str:
    """The key in Valkey: it names the mall and what is counted, and only a keyed hash of by what."""
    mall_id = None if everywhere else current_mall_id()
    place = "installation" if mall_id is None else f"mall:{mall_id}"
    message = f"{place}|{name}|{key}".encode("utf-8", "surrogatepass")
    digest = hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()[:32]
    prefix = settings.CACHES["default"].get("KEY_PREFIX", "")
    return f"{prefix}:limit:{place}:{name}:{digest}"


def _quietly(act) -> None:
    try:
        act(_valkey())
    except (RedisError, OSError):
        logger.warning("a counter could not be changed: Valkey does not answer")


def _valkey() -> Redis:
    return _client(settings.CACHES["default"]["LOCATION"])


@cache
def _client(url: str) -> Redis:
    # One retry: after a restart of the server the first try finds a dead connection.
    return Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 1))
