"""Every limit of the installation, in one table.

Mobile networks in China put thousands of people behind one address, so what is counted by network
is generous; what is counted by phone or log-in is strict.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from mall.errors import TooMany
from mall.limits.counters import clear, give_back, hit

MINUTE, HOUR, DAY = 60, 3600, 86_400


@dataclass(frozen=True)
class Limit:
    """`most` of something per `seconds` and key. Closed: without Valkey nothing goes through."""

    name: str
    most: int
    seconds: int
    closed: bool = True
    # In a sandbox everybody's strangers come from one machine.
    by_network: bool = False
    # A log-in that serves several malls is not guessed at once in each of them.
    everywhere: bool = False

    def count(self, key: str) -> None:
        """Count one more. Raises TooMany beyond the limit."""
        most = self.most * 10 if self.by_network and settings.SANDBOX_ALLOWED else self.most
        if not hit(self.name, key, most, self.seconds, fail_closed=self.closed, everywhere=self.everywhere):
            raise TooMany(retry_after=self.seconds)

    def give_back(self, key: str) -> None:
        """Take the last count back."""
        give_back(self.name, key, everywhere=self.everywhere)

    def clear(self, key: str) -> None:
        """Forget what was counted for this key."""
        clear(self.name, key, everywhere=self.everywhere)


CODES_PER_PHONE = Limit("codes-phone", 5, 10 * MINUTE)
CODES_PER_PHONE_DAY = Limit("codes-phone-day", 20, DAY)
CODES_PER_NETWORK = Limit("codes-network", 200, HOUR, by_network=True)

REGISTRATIONS_PER_NETWORK = Limit("registrations-network", 200, HOUR, closed=False, by_network=True)

# Orders of people nobody has heard of, in malls that ask for no proof of a phone.
GUESTS_PER_NETWORK = Limit("guests-network", 200, HOUR, closed=False, by_network=True)

# Carts of people nobody has heard of; one browser or app has one.
CARTS_PER_NETWORK = Limit("carts-network", 600, HOUR, closed=False, by_network=True)

# Wrong guesses only: who gets in is given his count back.
CODE_GUESSES_PER_NETWORK = Limit("code-guesses-network", 100, 15 * MINUTE, by_network=True)
BUYER_GUESSES = Limit("buyer-guesses", 10, 15 * MINUTE)
BUYER_GUESSES_PER_NETWORK = Limit("buyer-guesses-network", 100, 15 * MINUTE, by_network=True)
STAFF_GUESSES = Limit("staff-guesses", 10, 15 * MINUTE, everywhere=True)
STAFF_GUESSES_PER_NETWORK = Limit("staff-guesses-network", 50, 15 * MINUTE, everywhere=True)
OPERATOR_GUESSES = Limit("operator-guesses", 5, 15 * MINUTE)
OPERATOR_GUESSES_PER_NETWORK = Limit("operator-guesses-network", 20, 15 * MINUTE)

# Tries to open a mall: a merchant does it once, after some typing errors.
SIGN_UPS_PER_NETWORK = Limit("sign-ups-network", 20, HOUR, by_network=True, everywhere=True)
SIGN_UPS_PER_NETWORK_DAY = Limit("sign-ups-network-day", 50, DAY, by_network=True, everywhere=True)
# A token that opens a session is good for one.
HAND_OVERS = Limit("hand-overs", 1, HOUR)
