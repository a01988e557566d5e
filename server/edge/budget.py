"""How much one session may send: a token bucket, and what is too much beyond it.

Times are the caller's, in seconds of a clock that only goes forward. Not here: what happens to
those who send more (`visitor`).
"""

from collections import deque

from .limits import FLOOD_S, FLOOD_TIMES


class Budget:
    """The events of one session.

    Args:
        per_s: events that may come for ever.
        burst: events that may come at once.
    """

    __slots__ = ("_at_s", "_burst", "_most_refused", "_per_s", "_refused", "_tokens")

    def __init__(self, per_s: float, burst: int) -> None:
        self._per_s = per_s
        self._burst = float(burst)
        self._tokens = float(burst)
        self._at_s = 0.0
        # What comes beyond the rate itself at so many times the rate.
        self._most_refused = int((FLOOD_TIMES - 1) * per_s * FLOOD_S)
        self._refused: deque[float] | None = None

    def take(self, now_s: float) -> bool:
        """Whether one more event is within the budget."""
        tokens = self._tokens + (now_s - self._at_s) * self._per_s
        self._at_s = now_s
        if tokens > self._burst:
            tokens = self._burst
        if tokens < 1.0:
            self._tokens = tokens
            return False
        self._tokens = tokens - 1.0
        return True

    def flooded(self, now_s: float) -> bool:
        """One event was refused: whether it was one too many within `FLOOD_S`."""
        refused = self._refused
        if refused is None:
            # The times of the last ones only: full, it holds those of one flood.
            refused = self._refused = deque(maxlen=max(1, self._most_refused))
        refused.append(now_s)
        return len(refused) == refused.maxlen and now_s - refused[0] <= FLOOD_S
