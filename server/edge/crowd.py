"""How many there are, in all and from each address. Not here: whose address it is (`addresses`)."""

from collections import Counter
from typing import NamedTuple

from .addresses import Address, account_of, within
from .limits import EdgeLimits

FULL = "the server takes no more connections for now; try again in a moment"
TOO_MANY = (
    "too many connections from your address (at most {}); close some, or ask whoever runs the "
    "server for --trusted-network"
)


class NoPlace(NamedTuple):
    """Why one more can't be taken."""

    status: int
    """Of HTTP: 503 if another server may have a place, 429 if the asker has too many."""
    text: str


class Crowd:
    """Counts connections or sessions.

    Args:
        limits: how many there may be.
    """

    def __init__(self, limits: EdgeLimits) -> None:
        self.total = 0
        self._limits = limits
        self._by_account: Counter[str] = Counter()

    def no_place(self, address: Address | None) -> NoPlace | None:
        """Why one more can't be taken; None if it can."""
        if self.total >= self._limits.connections:
            return NoPlace(503, FULL)
        most = self._limits.connections_per_address
        account = self._account(address)
        if account and self._by_account[account] >= most:
            return NoPlace(429, TOO_MANY.format(most))
        return None

    def enter(self, address: Address | None) -> str:
        """One more is there.

        Returns:
            Under what it is counted: to be said when it leaves.
        """
        self.total += 1
        account = self._account(address)
        if account:
            self._by_account[account] += 1
        return account

    def leave(self, account: str) -> None:
        """One that entered is gone."""
        self.total -= 1
        if account:
            self._by_account[account] -= 1
            if not self._by_account[account]:
                del self._by_account[account]

    def _account(self, address: Address | None) -> str:
        """Empty for those without a limit of their own."""
        exempt = (
            address is None or address.is_loopback or within(address, self._limits.trusted_networks)
        )
        return "" if address is None or exempt else account_of(address)
