"""What went wrong between whom: per (sender, receiver), kept only where anything did.

Not here: what is owed and seen (`gridcli.core.ledger.ledger`).
"""

from dataclasses import dataclass

MOST_PAIRS = 50_000
"""Where everything goes wrong the pairs themselves say little, and a thousand players have a
million of them."""


@dataclass(slots=True)
class Faults:
    """How many events of one sender went wrong on the way to one receiver."""

    lost: int = 0
    doubled: int = 0
    reordered: int = 0
    late: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.lost + self.doubled + self.reordered + self.late


class Pairs:
    """The pairs between which something went wrong, by user ids.

    Attributes:
        beyond: faults of pairs that there was no place for.
    """

    def __init__(self) -> None:
        self._faults: dict[tuple[str, str], Faults] = {}
        self.beyond = 0

    def add(self, sender: str, receiver: str, fault: str) -> None:
        """Count one fault: "lost", "doubled", "reordered" or "late"."""
        faults = self._faults.get((sender, receiver))
        if faults is None:
            if len(self._faults) >= MOST_PAIRS:
                self.beyond += 1
                return
            faults = self._faults[sender, receiver] = Faults()
        setattr(faults, fault, getattr(faults, fault) + 1)

    def between(self, sender: str, receiver: str) -> Faults:
        """What went wrong between two."""
        return self._faults.get((sender, receiver), Faults())

    def worst(self, most: int) -> list[tuple[str, str, Faults]]:
        """The pairs with the most faults: sender, receiver, faults."""
        ordered = sorted(self._faults.items(), key=lambda item: -item[1].total)
        return [(sender, receiver, faults) for (sender, receiver), faults in ordered[:most]]

    def __len__(self) -> int:
        return len(self._faults)
