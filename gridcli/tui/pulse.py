"""How long the server takes to answer, as one player sees it.

Best is the time from a step until the state that includes it; while nobody steps, the round trip
of a probe stands in and is called a ping, because the two do not mean the same. Not here:
percentiles over many players (`gridcli.core.latency`).
"""

from collections import deque
from collections.abc import Sequence
from statistics import median

_KEPT = 12
_STEADY = 5
_MOST_UNDER_WAY = 1000
"""A server that shows no step leaves all of them under way."""


class Pulse:
    """The latest samples of one kind: steps seen, or pings. Times are seconds of one clock."""

    def __init__(self) -> None:
        self.is_ping = True
        self._samples_ms: deque[float] = deque(maxlen=_KEPT)
        self._under_way: dict[int, float] = {}
        self._stepped_s = float("-inf")

    @property
    def samples_ms(self) -> Sequence[float]:
        """The latest samples, oldest first."""
        return self._samples_ms

    @property
    def value_ms(self) -> float | None:
        """The median of the last few samples; None before the first."""
        return median(list(self._samples_ms)[-_STEADY:]) if self._samples_ms else None

    @property
    def under_way(self) -> int:
        """How many steps were sent and have not been seen."""
        return len(self._under_way)

    def stepped(self, seq: int, now_s: float) -> None:
        """A step was sent."""
        if len(self._under_way) >= _MOST_UNDER_WAY:
            del self._under_way[next(iter(self._under_way))]
        self._under_way[seq] = now_s
        self._stepped_s = now_s

    def seen_through(self, seq: int, now_s: float) -> bool:
        """A state includes every step up to `seq`. True when that was news."""
        seen = [number for number in self._under_way if number <= seq]
        for number in seen:
            self._add(now_s - self._under_way.pop(number), is_ping=False)
        return bool(seen)

    def seen_next(self, now_s: float) -> bool:
        """A position without a number: the oldest step under way (protocol 1)."""
        return bool(self._under_way) and self.seen_through(min(self._under_way), now_s)

    def pinged(self, round_trip_s: float) -> None:
        """A probe came back."""
        self._add(round_trip_s, is_ping=True)

    def idle(self, now_s: float, for_s: float) -> bool:
        """Whether no step was sent for so long."""
        return now_s - self._stepped_s >= for_s

    def forget_steps(self) -> None:
        """The connection or the room is another one: what was under way will not be seen."""
        self._under_way.clear()

    def _add(self, seconds: float, *, is_ping: bool) -> None:
        if is_ping != self.is_ping:
            self._samples_ms.clear()
            self.is_ping = is_ping
        self._samples_ms.append(seconds * 1000)
