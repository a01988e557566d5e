"""Move → seen over many moves: every receiver, and per move the first, the median, the last.

Not here: which receivers saw a move, and when (`gridcli.core.ledger`).
"""

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from ..latency import Counts, Latency, Microseconds, count, differences
from ..ledger import Move, Showing

METRICS = ("every", "from_send", "first", "median", "last", "spread")


class Seen:
    """The latencies of some moves.

    Attributes:
        every: one sample for each (move, receiver), from the intended time of the move.
        from_send: the same from its actual sending: what a stalled generator would hide.
        first: one sample for each move: its first receiver.
        median: its median receiver. Whoever has not seen it comes after all who have.
        last: its last receiver, of moves that all have seen who were owed them.
        spread: from its first receiver to its last.
    """

    __slots__ = METRICS

    def __init__(self) -> None:
        self.every = Latency()
        self.from_send = Latency()
        self.first = Latency()
        self.median = Latency()
        self.last = Latency()
        self.spread = Latency()

    def add(self, moves: Iterable[Move]) -> None:
        """Take in closed moves; those that nobody saw add nothing."""
        self.take(count_seen(moves))

    def take(self, counted: dict[str, Counts]) -> None:
        """Take in what `count_seen` made of closed moves."""
        for name, counts in counted.items():
            getattr(self, name).take(counts)

    def merge(self, other: "Seen") -> None:
        """Take in every sample of another account."""
        for name in METRICS:
            getattr(self, name).merge(getattr(other, name))

    def pack(self) -> None:
        """Take less memory, once complete."""
        for name in METRICS:
            getattr(self, name).pack()


def count_seen(moves: Iterable[Move]) -> dict[str, Counts]:
    """The samples of closed moves, by metric; empty where nobody saw any."""
    together: dict[tuple[Showing, ...], list[Move]] = {}
    apart: list[tuple[Move, list[float]]] = []
    for move in moves:
        if move.alone_s:
            apart.append((move, move.seen_s))
        else:
            together.setdefault(move.showings, []).append(move)
    samples = _Samples()
    for showings, group in together.items():
        seen_s = _times(showings)
        if len(group) == 1:
            apart.append((group[0], seen_s))
        elif seen_s:
            _measure_together(group, seen_s, samples)
    apart = [(move, seen_s) for move, seen_s in apart if seen_s]
    if apart:
        _measure_apart(apart, samples)
    return {name: count(np.concatenate(arrays)) for name, arrays in samples.items()}


def _times(showings: tuple[Showing, ...]) -> list[float]:
    """When each receiver saw moves that had these showings and no others, in order."""
    if len(showings) == 1:
        return showings[0].seen_s
    return sorted(chain.from_iterable([showing.seen_s for showing in showings]))


class _Samples(dict[str, list[Microseconds]]):
    """Arrays of samples, by metric."""

    def add(self, name: str, values: Microseconds) -> None:
        if values.size:
            self.setdefault(name, []).append(values)


def _measure_together(moves: Sequence[Move], seen_s: list[float], samples: _Samples) -> None:
    """Add the samples of moves that the same receivers saw at the same times, in order."""
    at = np.array(seen_s)
    intended = np.array([move.intended_s for move in moves])
    samples.add("every", differences(at, intended))
    samples.add("from_send", differences(at, np.array([move.sent_s for move in moves])))
    samples.add("first", differences(at[:1], intended))
    seen = len(seen_s)
    by_owed: dict[int, list[float]] = {}
    for move in moves:
        by_owed.setdefault(move.owed, []).append(move.intended_s)
    for owed, times in by_owed.items():
        since = np.array(times)
        middle = (owed - 1) // 2
        if middle < seen:
            samples.add("median", differences(at[middle : middle + 1], since))
        if owed == seen:
            samples.add("last", differences(at[-1:], since))
            samples.add("spread", np.full(len(times), (at[-1] - at[0]) * 1e6, np.float32))


def _measure_apart(moves: Sequence[tuple[Move, list[float]]], samples: _Samples) -> None:
    """Add the samples of moves that were each seen at times of their own, in order."""
    at = np.array(list(chain.from_iterable([seen_s for _, seen_s in moves])))
    seen = np.array([len(seen_s) for _, seen_s in moves])
    intended = np.array([move.intended_s for move, _ in moves])
    sent = np.array([move.sent_s for move, _ in moves])
    owed = np.array([move.owed for move, _ in moves])
    ends = np.cumsum(seen)
    firsts = ends - seen
    middles = (owed - 1) // 2
    half, whole = middles < seen, owed == seen
    samples.add("every", _us(at - np.repeat(intended, seen)))
    samples.add("from_send", _us(at - np.repeat(sent, seen)))
    samples.add("first", _us(at[firsts] - intended))
    samples.add("median", _us(at[(firsts + middles)[half]] - intended[half]))
    samples.add("last", _us(at[(ends - 1)[whole]] - intended[whole]))
    samples.add("spread", _us(at[(ends - 1)[whole]] - at[firsts[whole]]))


def _us(seconds: NDArray[np.float64]) -> Microseconds:
    return (seconds * 1e6).astype(np.float32)
