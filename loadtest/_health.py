"""Is the generator itself in time? Lag of its loop, its CPU, and the lateness of its sending.

A slow generator makes any server look slow, so each run says how its own was. Not here: what the
figures are printed with (`loadtest._report`).
"""

import time

import gevent

from gridcli.core.latency import Latency

_EVERY_S = 0.05


class Health:
    """The state of this process from `start` to `stop`."""

    def __init__(self) -> None:
        self.lag = Latency()
        """How much later than asked the event loop came back."""
        self.debt = Latency()
        """How much later than scheduled moves were sent."""
        self._began = (time.monotonic(), time.process_time())
        self._ended: tuple[float, float] | None = None
        self._watch: gevent.Greenlet | None = None

    def start(self) -> None:
        """Begin to watch."""
        self._watch = gevent.spawn(self._measure)

    def stop(self) -> None:
        """End watching; idempotent."""
        if self._ended is None:
            self._ended = (time.monotonic(), time.process_time())
        if self._watch is not None:
            self._watch.kill()

    @property
    def cpu(self) -> float:
        """The part of one core that this process took."""
        wall, used = self._ended or (time.monotonic(), time.process_time())
        return (used - self._began[1]) / max(wall - self._began[0], 0.001)

    def _measure(self) -> None:
        while True:
            due = time.monotonic() + _EVERY_S
            gevent.sleep(_EVERY_S)
            self.lag.add([max(time.monotonic() - due, 0.0)])
