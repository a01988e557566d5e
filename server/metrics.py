"""What `/metrics` shows, one registry for each application.

A registry of its own keeps two servers in one process (tests, benchmarks) apart. Not here: the
route (`server.health`).
"""

import asyncio
from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
LAG_PROBE_S = 0.25


class _PlayersCollector(Collector):
    def __init__(self, count: Callable[[], Iterable[tuple[str, int, int]]]) -> None:
        self._count = count

    def collect(self) -> Iterable[GaugeMetricFamily]:
        gauge = GaugeMetricFamily(
            "gridcli_members",
            "Clients in a room, spectators included.",
            labels=("room", "protocol"),
        )
        for room, protocol, members in self._count():
            gauge.add_metric([room, str(protocol)], members)
        yield gauge


class Metrics:
    """The server's own measurements.

    Args:
        members: yields (room, protocol, number of members) when scraped.
    """

    def __init__(self, members: Callable[[], Iterable[tuple[str, int, int]]]) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(_PlayersCollector(members))
        self.events_in = Counter(
            "gridcli_events_in",
            "Events received from clients, by what became of them.",
            ("event", "outcome"),
            registry=self.registry,
        )
        self.deliveries = Counter(
            "gridcli_deliveries",
            "Events sent, counted once for each receiver.",
            ("protocol",),
            registry=self.registry,
        )
        self.flush_seconds = Histogram(
            "gridcli_flush_seconds",
            "From making a room's delta until every member's copy is on its way.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.loop_lag_seconds = Histogram(
            "gridcli_loop_lag_seconds",
            f"How late the event loop ran a timer of {LAG_PROBE_S} s.",
            buckets=_SECONDS,
            registry=self.registry,
        )

    async def watch_loop(self) -> None:
        """Measure the event loop's lag until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LAG_PROBE_S
            await asyncio.sleep(LAG_PROBE_S)
            self.loop_lag_seconds.observe(max(0.0, loop.time() - due))
