"""How fast one may move: a token bucket over a clock that is given.

Terminals repeat a held key as fast as they like, the server refuses more than 20 steps a second.
Not here: what a step does (`gridcli.tui.game`).
"""

STEPS_PER_SECOND = 20.0
BURST = 4
"""So many quick taps pass at once: a corner turned fast loses no step."""


class Throttle:
    """Allows so many steps a second; what comes faster is dropped, never queued."""

    def __init__(self, rate: float = STEPS_PER_SECOND, burst: int = BURST) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = float(burst)
        self._at_s: float | None = None

    def allow(self, now_s: float) -> bool:
        """Whether a step may be taken now; if so it counts."""
        if self._at_s is not None:
            self._tokens = min(self._burst, self._tokens + (now_s - self._at_s) * self._rate)
        self._at_s = now_s
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
