"""Distributions of latency: mergeable HDR histograms, 1 µs to 60 s at three significant digits.

Buckets are those of HdrHistogram (exact microseconds below 2048, then 1024 to each doubling);
whole arrays of samples are added at once, because a broadcast makes a million a second. Written
and read as HdrHistogram's own compressed text, which its tools for other languages read too.
Not here: which moves were seen (`gridcli.core.ledger`), what a run keeps (`gridcli.core.run`).
"""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from hdrh.histogram import HdrHistogram
from numpy.typing import NDArray

Microseconds = NDArray[np.float32]
"""Samples; single precision tells apart far more than three digits."""
Counts = NDArray[np.int64]
"""How many samples each bucket has."""
Sparse = tuple[NDArray[np.integer[Any]], NDArray[np.integer[Any]]]
"""The buckets that have samples, and how many."""

_LOWEST_US, _HIGHEST_US, _DIGITS = 1, 60_000_000, 3
_HALF_BITS = 10
_HALF = 1 << _HALF_BITS
"""Buckets to each doubling: three digits are told apart by 2048 > 2 × 1000 of them in the lowest
two."""
_MANTISSA_BITS = 23
_DROPPED = _MANTISSA_BITS - _HALF_BITS
_BIAS = (int(np.array([_HALF], np.float32).view(np.int32)[0]) >> _DROPPED) - _HALF


def _bucket_of_us(us: int) -> int:
    if us < 2 * _HALF:
        return us
    doublings = us.bit_length() - _HALF_BITS - 1
    return doublings * _HALF + (us >> doublings)


_SIZE = _bucket_of_us(_HIGHEST_US) + 1


def _lowest_of_each() -> NDArray[np.int64]:
    """The least µs of each bucket, and of the one after the last."""
    buckets = np.arange(_SIZE + 1)
    doublings = np.maximum(buckets // _HALF - 1, 0)
    least: NDArray[np.int64] = (buckets - doublings * _HALF) << doublings
    return least


_LEAST_US = _lowest_of_each()
_MOST_US = _LEAST_US[1:] - 1
"""Of each bucket. Tables, because a comparison of two runs looks millions up."""


def differences(at_s: NDArray[np.float64], since_s: NDArray[np.float64]) -> Microseconds:
    """The time from each of some moments to each of others: len(since_s) × len(at_s) samples."""
    base = since_s.min()
    at_us = ((at_s - base) * 1e6).astype(np.float32)
    since_us = ((since_s - base) * 1e6).astype(np.float32)
    samples: Microseconds = (at_us - since_us[:, None]).ravel()
    return samples


def count(samples: Microseconds) -> Counts:
    """The samples by buckets, for `Latency.take`. May change the array that it is given."""
    if not samples.size:
        return np.zeros(_SIZE, np.int64)
    least = samples.min()
    np.clip(samples, _LOWEST_US, _HIGHEST_US, out=samples)
    # A float's exponent and its mantissa's first bits, read as a number, are the very bucket: each
    # doubling has equally many, and they follow on each other.
    buckets = samples.view(np.int32) >> _DROPPED
    buckets -= _BIAS
    if least < _HALF:
        buckets = np.where(samples < _HALF, samples.astype(np.int32), buckets)
    return np.bincount(buckets, minlength=_SIZE)


class Latency:
    """One distribution. Values go in as seconds and come out as milliseconds."""

    __slots__ = ("_counts", "_packed")

    def __init__(self) -> None:
        self._counts: Counts | None = None
        self._packed: Sparse | None = None

    def __len__(self) -> int:
        if self._packed is not None:
            return int(self._packed[1].sum())
        return 0 if self._counts is None else int(self._counts.sum())

    def add(self, seconds: Iterable[float]) -> None:
        """Record samples."""
        samples = np.fromiter(seconds, np.float64)
        if samples.size:
            self.take(count((samples * 1e6).astype(np.float32)))

    def take(self, counts: Counts) -> None:
        """Record samples that are counted already, see `count`."""
        dense = self._dense()
        dense += counts

    def merge(self, other: "Latency") -> None:
        """Take in every sample of another distribution."""
        buckets, counts = other._sparse()
        if buckets.size:
            self._dense()[buckets] += counts

    def copy(self) -> "Latency":
        """One that stays as this one is now."""
        other = Latency()
        other.merge(self)
        return other

    def since(self, earlier: "Latency") -> "Latency":
        """What was recorded since a copy was taken."""
        new = self.copy()
        buckets, counts = earlier._sparse()
        if buckets.size:
            new._dense()[buckets] -= counts
        return new

    def pack(self) -> None:
        """Take less memory, for one that is complete: three or four bytes for a bucket in use."""
        if self._counts is None:
            return
        buckets, counts = self._sparse()
        most = int(counts.max(initial=0))
        # Wider ones than this stay signed: to add them to signed ones would make them floats.
        narrow = np.min_scalar_type(most) if most < 2**32 else np.int64
        self._packed = buckets.astype(np.uint16), counts.astype(narrow)
        self._counts = None

    def percentile_ms(self, percent: float) -> float | None:
        """The latency that so many percent of the samples do not exceed; None without samples."""
        buckets, counts = self._sparse()
        if not buckets.size:
            return None
        upto = np.cumsum(counts)
        rank = max(1, math.ceil(percent / 100 * int(upto[-1]) - 1e-9))
        return int(_MOST_US[buckets[np.searchsorted(upto, rank)]]) / 1000

    @property
    def max_ms(self) -> float | None:
        """The longest latency."""
        buckets, _ = self._sparse()
        return int(_MOST_US[buckets[-1]]) / 1000 if buckets.size else None

    @property
    def mean_ms(self) -> float | None:
        """The average."""
        buckets, counts = self._sparse()
        if not buckets.size:
            return None
        middles = (_LEAST_US[buckets] + _MOST_US[buckets]) / 2
        return float(np.dot(middles, counts) / counts.sum()) / 1000

    def bins(self) -> tuple[list[float], list[int]]:
        """The distribution: the upper end of each bucket that has samples, in ms, and how many."""
        buckets, counts = self._sparse()
        return (_MOST_US[buckets] / 1000).tolist(), counts.tolist()

    def encode(self) -> str:
        """As HdrHistogram's compressed text (V2); empty for no samples."""
        buckets, counts = self._sparse()
        if not buckets.size:
            return ""
        histogram = HdrHistogram(_LOWEST_US, _HIGHEST_US, _DIGITS)
        np.frombuffer(histogram.counts, np.uint64)[buckets] = counts
        histogram.set_internal_tacking_values(int(buckets[0]), int(buckets[-1]), int(counts.sum()))
        return str(histogram.encode().decode("ascii"))

    @classmethod
    def decode(cls, text: str) -> "Latency":
        """Read what `encode` wrote.

        Raises:
            ValueError: not a histogram of this kind.
        """
        latency = cls()
        if not text:
            return latency
        try:
            histogram = HdrHistogram.decode(text.encode("ascii"))
        except Exception as error:  # the library has a dozen ways to say that it is none
            raise ValueError(f"not an HdrHistogram: {error}") from None
        if (histogram.sub_bucket_count, histogram.unit_magnitude) != (2 * _HALF, 0):
            raise ValueError("an HdrHistogram of other digits")
        counts = np.frombuffer(histogram.counts, np.uint64)
        latency._dense()[:] = counts[:_SIZE]
        latency.pack()
        return latency

    def _dense(self) -> Counts:
        if self._counts is None:
            self._counts = np.zeros(_SIZE, np.int64)
            if self._packed is not None:
                buckets, counts = self._packed
                self._counts[buckets] = counts
                self._packed = None
        return self._counts

    def _sparse(self) -> Sparse:
        if self._packed is not None:
            return self._packed
        if self._counts is None:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        buckets = np.nonzero(self._counts)[0]
        return buckets, self._counts[buckets]
