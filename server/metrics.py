"""What `/metrics` shows, one registry for each application.

A registry of its own keeps two servers in one process (tests, benchmarks) apart; what they show of
the process is then the same. Not here: the route (`server.health`).
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector
from prometheus_client import Counter as PrometheusCounter
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from gridcli.core.protocol.rounds import Mode

from .edge.edge import Edge
from .fanout.manager import FanoutManager

_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_PLACE = ("room", "protocol")
LAG_PROBE_S = 0.25
STALL_S = 0.5
"""An event loop that is later than this stood still: nobody was answered meanwhile."""


Connections = Mapping[tuple[str, int, bool], int]
"""How many connections there are by (room, protocol, spectator)."""


Events = Counter[tuple[str, str]]
"""How many events came in, by (event, outcome)."""
Deliveries = Counter[int]
"""How many events went out, by protocol, counted once for each receiver."""


class _RoomsCollector(Collector):
    def __init__(self, connections: Callable[[], Connections]) -> None:
        self._connections = connections

    def collect(self) -> Iterable[GaugeMetricFamily]:
        players, spectators = (
            GaugeMetricFamily(f"gridcli_{who}", f"{who.title()} in a room.", labels=_PLACE)
            for who in ("players", "spectators")
        )
        for (room, protocol, spectator), count in self._connections().items():
            family = spectators if spectator else players
            family.add_metric([room, str(protocol)], count)
        yield players
        yield spectators


class _EventsCollector(Collector):
    def __init__(self, events_in: Events, deliveries: Deliveries) -> None:
        self._events_in = events_in
        self._deliveries = deliveries

    def collect(self) -> Iterable[CounterMetricFamily]:
        events = CounterMetricFamily(
            "gridcli_events_in",
            "Events received from clients, by what became of them.",
            labels=("event", "outcome"),
        )
        for labels, count in self._events_in.items():
            events.add_metric(labels, count)
        yield events
        deliveries = CounterMetricFamily(
            "gridcli_deliveries",
            "Events sent, counted once for each receiver.",
            labels=("protocol",),
        )
        for protocol, count in self._deliveries.items():
            deliveries.add_metric([str(protocol)], count)
        yield deliveries


class _GamesCollector(Collector):
    def __init__(
        self,
        connections: Callable[[], Connections],
        mode_of: Callable[[str], Mode],
        played: Counter[Mode],
    ) -> None:
        self._connections = connections
        self._mode_of = mode_of
        self._played = played

    def collect(self) -> Iterable[CounterMetricFamily | GaugeMetricFamily]:
        players = dict.fromkeys(Mode, 0)
        for (room, _, spectator), count in self._connections().items():
            if not spectator:
                players[self._mode_of(room)] += count
        gauge = GaugeMetricFamily(
            "gridcli_mode_players", "Players in rooms that play this.", labels=("mode",)
        )
        rounds = CounterMetricFamily(
            "gridcli_rounds", "Rounds of a game that were played to their end.", labels=("mode",)
        )
        for mode in Mode:
            gauge.add_metric([mode], players[mode])
            if mode is not Mode.ROAM:
                rounds.add_metric([mode], self._played[mode])
        yield gauge
        yield rounds


class _FanoutCollector(Collector):
    def __init__(self, fanout: FanoutManager) -> None:
        self._fanout = fanout

    def collect(self) -> Iterable[CounterMetricFamily]:
        yield CounterMetricFamily(
            "gridcli_sent_bytes", "Written by fan-out.", value=self._fanout.flusher.bytes_out
        )
        slow = CounterMetricFamily(
            "gridcli_slow_readers",
            "Clients whose connection was full, by what became of them.",
            labels=("outcome",),
        )
        slow.add_metric(["skipped"], self._fanout.slow.skipped)
        slow.add_metric(["closed"], self._fanout.slow.closed)
        yield slow


class _EdgeCollector(Collector):
    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    def collect(self) -> Iterable[CounterMetricFamily | GaugeMetricFamily]:
        sessions = GaugeMetricFamily(
            "gridcli_sessions", "Engine.IO sessions, whether they have joined or not."
        )
        sessions.add_metric([], len(self._edge.visitors))
        yield sessions
        family = CounterMetricFamily(
            "gridcli_refused",
            "What clients sent or asked for that was refused at the edge.",
            labels=("cause",),
        )
        for cause, count in self._edge.refused.items():
            family.add_metric([cause], count)
        yield family


class _TasksCollector(Collector):
    """The loop's tasks, the one that answers the scrape among them."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None

    def collect(self) -> Iterable[GaugeMetricFamily]:
        tasks = GaugeMetricFamily("gridcli_tasks", "Tasks of the event loop that are not done.")
        if self.loop is not None:
            tasks.add_metric([], len(asyncio.all_tasks(self.loop)))
        yield tasks


class Counts:
    """What every engine counts: who is there, what came in, what went out; and the process's
    memory, open files and processor time.

    Args:
        connections: asked when scraped.
    """

    def __init__(self, connections: Callable[[], Connections]) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(_RoomsCollector(connections))
        # Plain numbers: one of the library's counters costs as much as the step that it counts.
        self.events_in: Events = Counter()
        self.deliveries: Deliveries = Counter()
        self.registry.register(_EventsCollector(self.events_in, self.deliveries))
        ProcessCollector(registry=self.registry)


class Metrics(Counts):
    """What the server measures that runs on an event loop, with fan-out of ours."""

    def __init__(self, connections: Callable[[], Connections]) -> None:
        super().__init__(connections)
        self._connections = connections
        self.flush_seconds = Histogram(
            "gridcli_flush_seconds",
            "Processor time of writing a flush to every member.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.loop_lag_seconds = Histogram(
            "gridcli_loop_lag_seconds",
            f"How late the event loop ran a timer of {LAG_PROBE_S} s.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.loop_stalls = PrometheusCounter(
            "gridcli_loop_stalls",
            f"Times that the event loop was late by more than {STALL_S} s.",
            registry=self.registry,
        )
        self._tasks = _TasksCollector()
        self.registry.register(self._tasks)

    def watch_fanout(self, fanout: FanoutManager) -> None:
        """Show what fan-out has counted."""
        self.registry.register(_FanoutCollector(fanout))

    def watch_edge(self, edge: Edge) -> None:
        """Show what is at the edge, and what it has refused."""
        self.registry.register(_EdgeCollector(edge))

    def watch_games(self, mode_of: Callable[[str], Mode], played: Counter[Mode]) -> None:
        """Show who plays what, and how many rounds were played."""
        self.registry.register(_GamesCollector(self._connections, mode_of, played))

    async def watch_loop(self) -> None:
        """Measure the event loop's lag until cancelled; its tasks are shown from now on."""
        loop = self._tasks.loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LAG_PROBE_S
            await asyncio.sleep(LAG_PROBE_S)
            late_s = max(0.0, loop.time() - due)
            self.loop_lag_seconds.observe(late_s)
            if late_s > STALL_S:  # one timer is late only once, however long it was
                self.loop_stalls.inc()
