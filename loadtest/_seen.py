"""The account of one process: a ledger, and how it gets into Locust's statistics.

Every moment the moves that are closed are added to five rows in bulk; what was lost becomes a
failure. The row of every receiver counts deliveries, so its failure ratio is the true part of
deliveries lost; it alone counts in Locust's total, as the others look at the same deliveries
again. Not here: who saw what (`gridcli.core.ledger`), rounding (`loadtest._figures`).
"""

import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

import gevent

from gridcli.core.latency import GENERATOR_PERCENTILE
from gridcli.core.ledger import Ledger, Move
from gridcli.heap import steady_heap

from . import _figures
from ._health import Health
from ._options import Options
from ._report import Report

SEEN = "SEEN"
EVERY = "move -> seen: every receiver"
FIRST = "move -> seen: first receiver"
MEDIAN = "move -> seen: median receiver"
LAST = "move -> seen: last receiver"
FROM_SEND = "move -> seen: every receiver, from its actual send"

_SWEEP_S = 0.25
"""Often, because the loop stands still as long as a sweep takes."""
_POLL_S = 0.02


class _Row:
    """Samples of one row of Locust's, until they are added to it."""

    __slots__ = ("per_second", "seconds")

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.per_second: Counter[int] = Counter()

    def add(self, seconds: list[float], ended_s: int) -> None:
        self.seconds += seconds
        self.per_second[ended_s] += len(seconds)


class Account:
    """What this process has sent and seen in one test.

    Args:
        environment: Locust's, whose statistics are filled.
        options: the test's.
    """

    def __init__(self, environment: Any, options: Options) -> None:
        self.options = options
        self.ledger = Ledger(options.patience_s)
        self.health = Health()
        self.stopping = False
        """Players take no more steps, and stay until what is under way is seen."""
        self.users = 0
        self._environment = environment
        self._sweeper: gevent.Greenlet | None = None

    def start(self) -> None:
        """Begin to sweep and to watch the generator."""
        steady_heap()
        self.health.start()
        self._sweeper = gevent.spawn(self._keep_sweeping)

    def settle(self) -> None:
        """Stop all players' steps and wait, at most as long as moves may take to be seen."""
        self.stopping = True
        until = time.monotonic() + self.options.patience_s + 1.0
        while self.ledger.outstanding and time.monotonic() < until:
            gevent.sleep(_POLL_S)
            self.sweep()
        self.sweep()

    def stop(self) -> None:
        """The test is over; idempotent."""
        if self._sweeper is not None:
            self._sweeper.kill()
        self.sweep()
        self.health.stop()

    def sweep(self) -> None:
        """Add every move that has been closed to Locust's statistics."""
        self._add(self.ledger.sweep(time.monotonic()))

    def report(self) -> Report:
        """The totals until now."""
        health = self.health
        report = Report(
            lag_p95_ms=health.lag.percentile_ms(GENERATOR_PERCENTILE) or 0.0,
            lag_max_ms=health.lag.max_ms or 0.0,
            debt_p95_ms=health.debt.percentile_ms(GENERATOR_PERCENTILE) or 0.0,
            cpu=health.cpu,
        )
        report.count(self.ledger.counts)
        return report

    def took(self, method: str, name: str, seconds: float) -> None:
        """Something that was done took so long."""
        self._fire(method, name, round(seconds * 1000, 3), None)

    def failed(self, method: str, name: str, text: str) -> None:
        """Something failed; how long that took means nothing."""
        self._fire(method, name, None, text)

    def _fire(self, method: str, name: str, ms: float | None, failure: str | None) -> None:
        self._environment.events.request.fire(
            request_type=method,
            name=name,
            response_time=ms,
            response_length=0,
            exception=failure,
            context={},
        )

    def _keep_sweeping(self) -> None:
        while True:
            gevent.sleep(_SWEEP_S)
            self.sweep()

    def _add(self, moves: Iterable[Move]) -> None:
        stats = self._environment.stats
        rows: dict[str, _Row] = {name: _Row() for name in (EVERY, FROM_SEND, FIRST, MEDIAN, LAST)}
        debts: list[float] = []
        lost = 0
        to_wall = time.time() - time.monotonic()
        for move in moves:
            debts.append(move.sent_s - move.intended_s)
            seen = move.seen_s  # in order, as one clock has told them all
            if seen:
                second = int(seen[-1] + to_wall)
                rows[EVERY].add([at_s - move.intended_s for at_s in seen], second)
                rows[FROM_SEND].add([at_s - move.sent_s for at_s in seen], second)
            # Whoever has not seen it comes after all who have: a move that was lost on the way
            # to one receiver has no time of its last.
            for name, rank in ((FIRST, 0), (MEDIAN, (move.owed - 1) // 2), (LAST, move.owed - 1)):
                if 0 <= rank < len(seen):
                    rows[name].add([seen[rank] - move.intended_s], int(seen[rank] + to_wall))
            if move.lost > 0:
                lost += move.lost
                text = f"lost: {move.lost} of {move.owed} receivers"
                _figures.add_error(stats, SEEN, EVERY, text, move.lost)
        self.health.debt.add(debts)
        for name, row in rows.items():
            every = name == EVERY
            _figures.add(
                *(stats, SEEN, name, row.seconds, row.per_second),
                failed=lost if every else 0,
                in_total=every,
            )
