"""How long the server takes to answer, as one player sees it, over the last minute.

Best is the time from a step until the state that includes it; while nobody steps, the round trip
of a probe stands in and is called a ping, because the two do not mean the same. Not here:
percentiles over many players (`gridcli.core.latency`).
"""

from collections import deque
from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

KEPT_S = 60.0
_STALE_S = 10.0
"""For so long after the last step its times are shown, then pings."""
_MOST = 1500
"""A minute at 20 steps a second, and some."""
_BARS = 12
_FEW = 5
"""From so many samples on there is a percentile."""
_MOST_UNDER_WAY = 1000
"""A server that shows no step leaves all of them under way."""

_Sample = tuple[float, float]
"""When it was taken, in seconds, and the milliseconds that it says."""


class Figures(NamedTuple):
    """What the last minute was like, in milliseconds."""

    kind: str
    """What was timed: steps until they were "seen", or "ping"."""
    median: float
    p95: float | None
    """None while there are too few samples for one."""
    latest: Sequence[float]
    """The last few, oldest first."""


class Pulse:
    """The samples of the last minute, steps and pings apart. Times are seconds of one clock."""

    def __init__(self) -> None:
        self._seen: deque[_Sample] = deque(maxlen=_MOST)
        self._pings: deque[_Sample] = deque(maxlen=_MOST)
        self._under_way: dict[int, float] = {}
        self._stepped_s = float("-inf")

    def figures(self, now_s: float) -> Figures | None:
        """How it is now; None while nothing was timed within the last minute."""
        for samples in (self._seen, self._pings):
            while samples and samples[0][0] < now_s - KEPT_S:
                samples.popleft()
        steps = self._seen and (not self._pings or self._seen[-1][0] >= now_s - _STALE_S)
        samples = self._seen if steps else self._pings
        if not samples:
            return None
        values = [value for _, value in samples]
        ranked = sorted(values)
        return Figures(
            "seen" if steps else "ping",
            ranked[(len(ranked) - 1) // 2],
            ranked[ceil(0.95 * len(ranked)) - 1] if len(ranked) >= _FEW else None,
            values[-_BARS:],
        )

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
        self._seen += [(now_s, (now_s - self._under_way.pop(number)) * 1000) for number in seen]
        return bool(seen)

    def seen_next(self, now_s: float) -> bool:
        """A position without a number: the oldest step under way (protocol 1)."""
        return bool(self._under_way) and self.seen_through(min(self._under_way), now_s)

    def pinged(self, round_trip_s: float, now_s: float) -> None:
        """A probe came back."""
        self._pings.append((now_s, round_trip_s * 1000))

    def idle(self, now_s: float, for_s: float) -> bool:
        """Whether no step was sent for so long."""
        return now_s - self._stepped_s >= for_s

    def forget_steps(self) -> None:
        """The connection or the room is another one: what was under way will not be seen."""
        self._under_way.clear()
