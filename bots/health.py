"""Is the generator itself fast enough? Its loop's lag, its CPU and its schedule's debt.

Past the limits a run's latencies say more about the generator than about the server, and the run
says so. Not here: what is measured of the server (`gridcli.core.latency`).
"""

import asyncio
import time

from gridcli.core.latency import GENERATOR_LATE_MS, GENERATOR_PERCENTILE, Latency

_PROBE_S = 0.05


class Health:
    """Watches the swarm's own process."""

    def __init__(self) -> None:
        self.lag = Latency()
        self._started_s = time.monotonic()
        self._cpu_s = time.process_time()

    def restart(self) -> None:
        """Forget what was: the ramp's burst of connections is not what is judged."""
        self.lag = Latency()
        self._started_s = time.monotonic()
        self._cpu_s = time.process_time()

    @property
    def cpu(self) -> float:
        """Cores used by this process since the (re)start."""
        elapsed_s = time.monotonic() - self._started_s
        return (time.process_time() - self._cpu_s) / elapsed_s if elapsed_s > 0 else 0.0

    async def watch(self) -> None:
        """Measure the loop's lag until cancelled."""
        while True:
            due_s = time.monotonic() + _PROBE_S
            await asyncio.sleep(_PROBE_S)
            self.lag.add([max(0.0, time.monotonic() - due_s)])

    def complaint(self, debt: Latency) -> str:
        """Why the run is not to be trusted; empty when it is.

        Args:
            debt: intended → sent of the run's moves.
        """
        late = debt.percentile_ms(GENERATOR_PERCENTILE) or 0.0
        if late > GENERATOR_LATE_MS:
            return (
                f"moves left {late:.0f} ms late (p95; limit {GENERATOR_LATE_MS:.0f} ms), "
                f"at {self.cpu:.0%} of a core"
            )
        lag = self.lag.percentile_ms(GENERATOR_PERCENTILE) or 0.0
        if lag > GENERATOR_LATE_MS:
            return (
                f"the event loop lagged {lag:.0f} ms (p95; limit {GENERATOR_LATE_MS:.0f} ms)"
                f", at {self.cpu:.0%} of a core"
            )
        return ""
