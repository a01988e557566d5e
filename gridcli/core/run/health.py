"""Is the generator itself fast enough? Its loop's lag, its schedule's debt, its processor time.

Past the limits a run's latencies say more about the generator than about the server, and the run
says so. Not here: measuring them (`bots.health`, `loadtest._health`).
"""

from dataclasses import dataclass, field

from ..latency import Latency
from .limits import Limits

PERCENTILE = 95.0
"""Which percentile of its lateness is judged: a machine's one hiccup in a short step is not it.
Where a percentile further out misses its objective, it is judged there, too
(`gridcli.core.run.verdict.doubt`)."""


@dataclass(slots=True)
class Health:
    """The state of one generator, or the worst of several."""

    lag: Latency = field(default_factory=Latency)
    debt: Latency = field(default_factory=Latency)
    cpu: float = 0.0
    """Cores used; of several processes the busiest."""

    def merge(self, other: "Health") -> None:
        """Take in another process's."""
        self.lag.merge(other.lag)
        self.debt.merge(other.debt)
        self.cpu = max(self.cpu, other.cpu)

    def complaint(self, limits: Limits, percent: float = PERCENTILE) -> str:
        """Why the figures are not to be trusted; empty when they are.

        Args:
            limits: past which they are not.
            percent: at which percentile of its lateness.
        """
        late = self.debt.percentile_ms(percent) or 0.0
        lag = self.lag.percentile_ms(percent) or 0.0
        at = "max" if percent == 100 else f"p{percent:g}"
        complaints = []
        if late > limits.debt_ms:
            complaints.append(f"moves left {late:.0f} ms late ({at}; limit {limits.debt_ms:g} ms)")
        if lag > limits.lag_ms:
            complaints.append(
                f"the event loop lagged {lag:.0f} ms ({at}; limit {limits.lag_ms:g} ms)"
            )
        if self.cpu > limits.cpu:
            complaints.append(f"it used {self.cpu:.0%} of a core (limit {limits.cpu:.0%})")
        elif complaints:
            complaints.append(f"at {self.cpu:.0%} of a core")
        return ", ".join(complaints)
