"""Move → seen as OpenTelemetry metrics, where Locust itself exports with `--otel`.

A record for each delivery would cost more than receiving it, so what goes into the histogram is
each move's first, median and last receiver; deliveries are counted, and their percentiles since
the last export told. Each process exports its own, as Locust's do. Not here: exporters, which are
Locust's and OpenTelemetry's settings.
"""

import importlib
from collections.abc import Iterable, Mapping
from typing import Any

from gridcli.core.latency import Latency
from gridcli.core.ledger import Counts

from ._account import Account

_OF_MOVES = ("first", "median", "last")
_OUTCOMES = ("seen", "lost", "ambiguous")
_PERCENTILES = (50, 99)
_BOUNDARIES_S = [digit * 10**power for power in (-4, -3, -2, -1, 0) for digit in (1, 2, 3, 5, 7)]


class Export:
    """The metrics of this process, through all of its tests.

    Args:
        metrics: OpenTelemetry's module of that name; Locust has set its meter provider.
    """

    def __init__(self, metrics: Any) -> None:
        self._metrics = metrics
        self._account: Account | None = None
        self._before = Counts()
        self._every = Latency()
        meter = metrics.get_meter("gridcli")
        self._seen = meter.create_histogram(
            "gridcli.move.seen",
            unit="s",
            description="From a move's intended time until a receiver has seen it",
            explicit_bucket_boundaries_advisory=_BOUNDARIES_S,
        )
        meter.create_observable_counter(
            "gridcli.deliveries",
            callbacks=[self._count],
            unit="{delivery}",
            description="Pairs of a move and a receiver that it was owed to",
        )
        meter.create_observable_gauge(
            "gridcli.deliveries.latency",
            callbacks=[self._tell],
            unit="s",
            description="Move to seen, every receiver, since the last export",
        )

    def follow(self, account: Account) -> None:
        """A test begins."""
        if self._account is not None:
            self._before.add(self._account.ledger.counts)
        self._account = account
        account.observe = self._take

    def _take(self, metric: str, latency: Latency, counts: Mapping[float, int]) -> None:
        if metric == "every":
            self._every.merge(latency)
        elif metric in _OF_MOVES:
            attributes = {"receiver": metric}
            for ms, times in counts.items():
                for _ in range(times):
                    self._seen.record(ms / 1000, attributes)

    def _count(self, _options: object) -> Iterable[Any]:
        if self._account is not None:
            counts = self._account.ledger.counts
            counts.add(self._before)  # a counter never goes back
            for outcome in _OUTCOMES:
                yield self._metrics.Observation(getattr(counts, outcome), {"outcome": outcome})

    def _tell(self, _options: object) -> Iterable[Any]:
        every, self._every = self._every, Latency()
        for percent in _PERCENTILES:
            ms = every.percentile_ms(percent)
            if ms is not None:
                yield self._metrics.Observation(ms / 1000, {"percentile": str(percent)})


_exports: list[Export] = []
"""The one of this process, once a test has begun with `--otel`."""


def follow(account: Account, *, wanted: bool) -> None:
    """Export what an account comes to.

    Args:
        account: the one of the test that begins.
        wanted: whether Locust was told to export; it has said so where it can't.
    """
    if not wanted:
        return
    if not _exports:
        try:
            _exports.append(Export(importlib.import_module("opentelemetry.metrics")))
        except ImportError:
            return
    _exports[0].follow(account)
