"""What a run ends with: the ledger's totals and the generator's health, over all processes.

Workers send theirs with each of Locust's reports, as plain dicts. Not here: failures and times,
which are in Locust's own tables (`loadtest._seen`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from gridcli.core.latency import GENERATOR_LATE_MS
from gridcli.core.ledger import Counts

LIMIT_CPU = 0.9
"""Past this part of a core the figures tell about the generator, not about the server."""


@dataclass(slots=True)
class Report:
    """The account of one process, or of several together: sums, and the worst of the health."""

    counts: Counts = field(default_factory=Counts)
    lag_p95_ms: float = 0.0
    lag_max_ms: float = 0.0
    debt_p95_ms: float = 0.0
    cpu: float = 0.0

    def count(self, counts: Counts) -> None:
        """Take in the totals of a ledger."""
        self.counts.add(counts)

    @property
    def saturated(self) -> bool:
        """Whether the generator was too slow for its figures to be the server's."""
        return self.cpu > LIMIT_CPU or max(self.lag_p95_ms, self.debt_p95_ms) > GENERATOR_LATE_MS

    def lines(self) -> list[str]:
        """The lines for people."""
        counts = self.counts
        words = [
            f"Ledger: {counts.moves} moves, {counts.owed} deliveries owed: {counts.seen} seen, "
            f"{counts.lost} lost ({counts.late} came too late), {counts.ambiguous} ambiguous; "
            f"{counts.excused} excused",
            f"Generator: loop lag p95 {self.lag_p95_ms:.1f} ms, max {self.lag_max_ms:.1f} ms; "
            f"moves sent late p95 {self.debt_p95_ms:.1f} ms; CPU {100 * self.cpu:.0f} % of a core",
        ]
        if self.saturated:
            words.append(
                "Generator SATURATED: these times are its own as much as the server's; take fewer "
                "users, or more --processes"
            )
        return words


_WORST = ("lag_p95_ms", "lag_max_ms", "debt_p95_ms", "cpu")


def merge(reports: Iterable[Report]) -> Report:
    """One report over several processes."""
    merged = Report()
    for report in reports:
        merged.count(report.counts)
        for name in _WORST:
            setattr(merged, name, max(getattr(merged, name), getattr(report, name)))
    return merged
