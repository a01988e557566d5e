"""Takes from a swarm, once a second, what the dashboard shows; remembers the last minutes.

Not here: the account itself (`gridcli.core.ledger`, `gridcli.core.run.timeline`), drawing
(`bots.dashboard.frame`).
"""

import time
from collections import deque
from collections.abc import Sequence

from gridcli.core.application import name_of
from gridcli.core.latency import Latency
from gridcli.core.run.health import PERCENTILE
from gridcli.core.run.model import Step
from gridcli.core.run.objective import Objective
from gridcli.core.run.verdict import figures_of
from gridcli.core.text import foreign

from ..course import Course, stride
from ..plan import Plan
from .figures import Figures, Generator, Latencies, Point, Row, Verdict

KEPT_S = 600
_NOW_S = 3
"""How many seconds the latencies of now are made of."""
_SETTLED_S = 1.5
"""Before that much of a step is played, processor time says little."""


class History:
    """What a run was like until now.

    Args:
        course: the run.
        thresholds: conditions that are judged while it goes on.
    """

    def __init__(self, course: Course, thresholds: Sequence[Objective] = ()) -> None:
        self._course = course
        self._swarm = course.swarm
        self._thresholds = thresholds
        self._title = title_of(course.plan)
        self._began_s = self._sampled_s = time.monotonic()
        self._sent = self._seen = 0
        self._moves: deque[float] = deque(maxlen=KEPT_S)
        self._deliveries: deque[float] = deque(maxlen=KEPT_S)
        self._points: dict[tuple[int, int], tuple[int, Point]] = {}
        """By step and second: how many deliveries it was made of, and the point."""
        self._rows: list[Row] = []
        """Of the steps that have ended."""
        self._now: Latencies = (None, None, None)
        self._recent_of: Step | None = None
        self._recent: deque[Latency] = deque(maxlen=_NOW_S)
        """What that step's distribution was in each of the last seconds."""
        self._generator = Generator(course.plan.limits)
        self._verdicts: list[Verdict] = []
        self._errors: list[tuple[int, str]] = []

    def sample(self) -> None:
        """A second is over."""
        tally, timeline = self._swarm.tally, self._swarm.timeline
        now_s = time.monotonic()
        passed_s = max(now_s - self._sampled_s, 1e-3)
        seen = sum(step.counts.seen for step in timeline.steps)
        self._moves.append((tally.sent - self._sent) / passed_s)
        self._deliveries.append((seen - self._seen) / passed_s)
        self._sampled_s, self._sent, self._seen = now_s, tally.sent, seen
        self._errors = self._count_errors()
        for number in range(max(0, len(timeline.steps) - 2), len(timeline.steps)):
            self._take(number, timeline.steps[number])
        while len(self._points) > KEPT_S:
            del self._points[next(iter(self._points))]
        while len(self._rows) < len(timeline.steps) - 1:
            self._rows.append(row_of(timeline.steps[len(self._rows)]))
        if timeline.measuring:
            self._measure(timeline.step, now_s)

    def figures(self, *, keys: bool = False, note: str = "") -> Figures:
        """All of it, now."""
        course, swarm, timeline = self._course, self._swarm, self._swarm.timeline
        now_s, plan = time.monotonic(), course.plan
        played_s, whole_s = 0.0, None
        if timeline.measuring:
            played_s = now_s - timeline.began_s
            if course.until_s is not None:
                whole_s = course.until_s - timeline.began_s
        aim = course.wanted or course.players
        return Figures(
            title=self._title,
            elapsed_s=now_s - self._began_s,
            phase=swarm.phase,
            stopping=course.stopping,
            step=course.number + 1,
            steps=len(plan.steps),
            played_s=played_s,
            whole_s=whole_s,
            live=swarm.tally.live,
            players=course.players,
            wanted=course.wanted,
            failed=sum(swarm.tally.failures.values()),
            moves=self._moves,
            deliveries=self._deliveries,
            now=self._now,
            points=[point for _, point in self._points.values()],
            rows=[
                *self._rows,
                *(row_of(step, played_s) for step in timeline.steps[len(self._rows) :]),
            ],
            errors=self._errors,
            generator=self._generator,
            verdicts=self._verdicts,
            more=stride(aim) if course.can_change else 0,
            fewer=min(stride(aim - 1), aim - 1) if course.can_change else 0,
            keys=keys,
            note=note,
        )

    def _take(self, number: int, step: Step) -> None:
        """Bring the seconds of a step up to date; of most, nothing has changed."""
        latest = next(reversed(self._points), (0, -1))
        first = max(0, len(step.seconds) - KEPT_S)
        for at, second in enumerate(step.seconds[first:], first):
            known = self._points.get((number, at))
            if known is None and (number, at) <= latest:
                continue  # forgotten
            if second.players and (known is None or known[0] != second.seen):  # it has ended
                point = Point(number, step.players, latencies_of(second.every))
                self._points[number, at] = (second.seen, point)

    def _measure(self, step: Step, now_s: float) -> None:
        every = step.seen.every
        if self._recent_of is not step:
            self._recent_of = step
            self._recent.clear()
        self._now = latencies_of(every.since(self._recent[0]) if self._recent else every)
        self._recent.append(every.copy())
        timeline, limits = self._swarm.timeline, self._course.plan.limits
        health = timeline.health_until(now_s, time.process_time())
        settled = now_s - timeline.began_s >= _SETTLED_S
        self._generator = Generator(
            limits,
            timeline.cpu,
            health.lag.percentile_ms(PERCENTILE),
            health.debt.percentile_ms(PERCENTILE),
            health.complaint(limits) if settled else "",
        )
        figures = figures_of(step)
        self._verdicts = [
            Verdict(str(found.condition), found.holds, str(found).rpartition(": ")[2])
            for objective in self._thresholds
            for found in objective.judge(figures)
        ]

    def _count_errors(self) -> list[tuple[int, str]]:
        swarm = self._swarm
        counts, tally = swarm.ledger.counts, swarm.tally
        lost = sum(step.counts.lost for step in swarm.timeline.steps)
        found = [
            (lost, "deliveries lost"),
            (tally.dropped, "connections lost"),
            (tally.missed, "moves missed, not connected"),
            (counts.doubled, "deliveries doubled"),
            (counts.reordered, "out of order"),
            (counts.ticks_lost, "ticks lost"),
            (counts.ticks_doubled + counts.ticks_reordered, "ticks out of turn"),
            *((times, foreign(reason)) for reason, times in tally.failures.items()),
        ]
        return sorted(((n, what) for n, what in found if n), key=lambda each: -each[0])


def latencies_of(latency: Latency) -> Latencies:
    """The percentiles that are shown."""
    p50, p95, p99 = (latency.percentile_ms(percent) for percent in (50, 95, 99))
    return p50, p95, p99


def row_of(step: Step, played_s: float = 0.0) -> Row:
    """A step, as far as it is measured: for so long, where it has not ended."""
    every = step.seen.every
    return Row(
        step.players,
        step.duration_s or played_s,
        latencies_of(every),
        every.max_ms,
        step.counts.seen,
        step.counts.lost,
        sum(step.failed.values()),
        step.invalid,
    )


def title_of(plan: Plan) -> list[str]:
    """What plays where, the most important first."""
    target = plan.target
    words = [target.address]
    if plan.application is not None:
        return [
            *words,
            name_of(plan.application),
            f"event {plan.application.event}",
            f"seed {plan.seed}",
        ]
    words += [f"room {target.room}", plan.script_name]
    if plan.replay is not None:
        return [*words, f"speed {plan.replay.speed:g}"]
    return [*words, f"{plan.rate:g} moves/s each", f"seed {plan.seed}"]
