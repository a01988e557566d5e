"""What a run ends with: the ledger's totals and the generator's health, over all processes.

Workers send theirs with each of Locust's reports, as plain dicts. Not here: failures and times,
which are in Locust's own tables (`loadtest._seen`).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from gridcli.core.latency import GENERATOR_LATE_MS
from gridcli.core.ledger import Counts

LIMIT_CPU = 0.9
"""Past this part of a core the figures tell about the generator, not about the server."""


@dataclass(slots=True)
class Report:
    """The account of one process, or of several together: sums, and the worst of the health."""

    moves: int = 0
    owed: int = 0
    seen: int = 0
    lost: int = 0
    ambiguous: int = 0
    excused: int = 0
    late: int = 0
    lag_p99_ms: float = 0.0
    lag_max_ms: float = 0.0
    debt_p99_ms: float = 0.0
    cpu: float = 0.0

    def count(self, counts: Counts) -> None:
        """Take in the totals of a ledger."""
        for name in _SUMS:
            setattr(self, name, getattr(self, name) + getattr(counts, name))

    @property
    def saturated(self) -> bool:
        """Whether the generator was too slow for its figures to be the server's."""
        return self.cpu > LIMIT_CPU or max(self.lag_p99_ms, self.debt_p99_ms) > GENERATOR_LATE_MS

    def lines(self) -> list[str]:
        """The lines for people."""
        words = [
            f"Ledger: {self.moves} moves, {self.owed} deliveries owed: {self.seen} seen, "
            f"{self.lost} lost ({self.late} came too late), {self.ambiguous} ambiguous; "
            f"{self.excused} excused",
            f"Generator: loop lag p99 {self.lag_p99_ms:.1f} ms, max {self.lag_max_ms:.1f} ms; "
            f"moves sent late p99 {self.debt_p99_ms:.1f} ms; CPU {100 * self.cpu:.0f} % of a core",
        ]
        if self.saturated:
            words.append(
                "Generator SATURATED: these times are its own as much as the server's; take fewer "
                "users, or more --processes"
            )
        return words


_SUMS = ("moves", "owed", "seen", "lost", "ambiguous", "excused", "late")
_WORST = ("lag_p99_ms", "lag_max_ms", "debt_p99_ms", "cpu")


def merge(reports: Iterable[Report]) -> Report:
    """One report over several processes."""
    merged = Report()
    for report in reports:
        for name in _SUMS:
            setattr(merged, name, getattr(merged, name) + getattr(report, name))
        for name in _WORST:
            setattr(merged, name, max(getattr(merged, name), getattr(report, name)))
    return merged
