"""Locking out who guesses passwords: counted per log-in and per network before the password is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mall.limits.policy import Limit


@contextmanager
def guess(*, login: Limit, login_key: str, network: Limit, network_key: str) -> Iterator[None]:
    """One guess at a secret, made inside the block: it ends well, or it raises and stays counted.

    Counted before and given back after, so that a hundred guesses at once are a hundred counts.
    Raises TooMany. network_key "" stands for a caller without an address (a command): not counted.
    """
    login.count(login_key)
    if network_key:
        network.count(network_key)
    yield
    login.clear(login_key)
    if network_key:
        network.give_back(network_key)
