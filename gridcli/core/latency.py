"""Distributions of latency: mergeable HDR histograms, 1 µs to 60 s at three significant digits.

Shared by the asyncio swarm and the gevent scenarios. Not here: which moves were seen
(`gridcli.core.ledger`).
"""

from collections import Counter
from collections.abc import Iterable

from hdrh.histogram import HdrHistogram

from .moves import Move

_LOWEST_US, _HIGHEST_US, _DIGITS = 1, 60_000_000, 3
_BITS = 11
"""Three digits are told apart by so many bits: 2048 > 2 × 1000."""
_EXACT_BELOW_US = 1 << _BITS


GENERATOR_LATE_MS = 250.0
"""Past this lateness of its own a generator measures itself, not the server."""
GENERATOR_PERCENTILE = 95.0
"""Which percentile of its lateness is judged: a machine's one hiccup in a short run is not it."""


class Latency:
    """One distribution. Values go in as seconds and come out as milliseconds."""

    def __init__(self) -> None:
        self._histogram = HdrHistogram(_LOWEST_US, _HIGHEST_US, _DIGITS)
        # Recording one value costs the histogram a microsecond, counting it here a tenth of that:
        # samples are rounded to the histogram's own digits first, and recorded when asked about.
        self._waiting: Counter[int] = Counter()

    def __len__(self) -> int:
        return int(self._recorded().get_total_count())

    def add(self, seconds: Iterable[float]) -> None:
        """Record samples."""
        self._waiting.update(
            us if us < _EXACT_BELOW_US else us >> (drop := us.bit_length() - _BITS) << drop
            for us in [int(value * 1e6) for value in seconds]
        )

    def merge(self, other: "Latency") -> None:
        """Take in every sample of another distribution."""
        self._recorded().add(other._recorded())

    def percentile_ms(self, percent: float) -> float | None:
        """The latency that so many percent of the samples do not exceed; None without samples."""
        if not len(self):
            return None
        return float(self._recorded().get_value_at_percentile(percent)) / 1000

    @property
    def max_ms(self) -> float | None:
        """The longest latency."""
        return float(self._recorded().get_max_value()) / 1000 if len(self) else None

    def _recorded(self) -> HdrHistogram:
        for us, count in self._waiting.items():
            self._histogram.record_value(min(max(us, _LOWEST_US), _HIGHEST_US), count)
        self._waiting.clear()
        return self._histogram


class MoveSeen:
    """Move → seen over many moves: every receiver, and per move the first, median and last."""

    def __init__(self) -> None:
        self.every = Latency()
        self.first = Latency()
        self.median = Latency()
        self.last = Latency()
        self.from_send = Latency()
        """As `every`, but counted from the actual sending: what a stalled generator would hide."""

    def add(self, moves: Iterable[Move]) -> None:
        """Take in closed moves; those that nobody saw add nothing."""
        every: list[float] = []
        from_send: list[float] = []
        firsts, medians, lasts = [], [], []
        for move in moves:
            if not move.seen_s:
                continue
            seen = sorted(at - move.intended_s for at in move.seen_s)
            every += seen
            debt = move.sent_s - move.intended_s
            from_send += [value - debt for value in seen]
            firsts.append(seen[0])
            medians.append(seen[(len(seen) - 1) // 2])
            lasts.append(seen[-1])
        self.every.add(every)
        self.from_send.add(from_send)
        self.first.add(firsts)
        self.median.add(medians)
        self.last.add(lasts)
