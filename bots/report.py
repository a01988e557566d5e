"""What a swarm says: a line a second on standard error, and at the end a table.

Not here: the dashboard (`bots.dashboard`), the figures (`bots.swarm`), what they mean
(`gridcli.core.run.verdict`), pages and plots of runs (`gridcli.report`).
"""

import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

import click

from gridcli.core.latency import Latency
from gridcli.core.run.health import PERCENTILE
from gridcli.core.run.model import Run, Step
from gridcli.core.run.objective import Objective

from .course import Course
from .swarm import Swarm


class Progress:
    """One line a second: on a terminal it replaces itself, otherwise it is a line of its own.

    Args:
        in_place: whether it replaces itself; None asks standard error.
    """

    def __init__(self, *, in_place: bool | None = None) -> None:
        is_terminal = sys.stderr.isatty() and os.environ.get("TERM") not in (None, "", "dumb")
        self._in_place = is_terminal if in_place is None else in_place
        self._drawn = False
        self._second = 0
        self._sent = 0
        self._updates = 0

    def say(self, text: str) -> None:
        """Something that stays."""
        self.clear()
        click.echo(text, err=True)

    def show(self, swarm: Swarm) -> None:
        """The state of a swarm."""
        self._second += 1
        tally, step = swarm.tally, swarm.timeline.step
        moves, updates = tally.sent - self._sent, tally.updates - self._updates
        self._sent, self._updates = tally.sent, tally.updates
        every = step.seen.every
        seen = (
            f"p50 {every.percentile_ms(50):.1f} p99 {every.percentile_ms(99):.1f} ms"
            if len(every)
            else "p50 - p99 -"
        )
        line = (
            f"{self._second:4d}s {swarm.phase:<5} {tally.live}/{step.players} bots"
            f"  {moves} moves/s  {updates} updates/s  seen {seen}  lost {step.counts.lost}"
            f"  failed {sum(tally.failures.values())}  cpu {swarm.timeline.cpu:.0%}"
        )
        if self._in_place:
            click.echo(f"\r\x1b[K{line}", err=True, nl=False)
            self._drawn = True
        else:
            click.echo(line, err=True)

    def watching(
        self, course: Course, thresholds: Sequence[Objective]
    ) -> AbstractContextManager[None]:
        """Show a run while it goes on: `show` does."""
        return nullcontext()

    def stopping(self) -> None:
        """The run is to end."""
        self.say("ending the run; Ctrl-C again ends it at once")

    def ended(self, step: Step, *, several: bool) -> None:
        """A step is over: one of several has a line."""
        if several:
            self.say(step_line(step))

    def clear(self) -> None:
        """Take the line that replaces itself away."""
        if self._drawn:
            click.echo("\r\x1b[K", err=True, nl=False)
            self._drawn = False


def step_line(step: Step) -> str:
    """A step in one line, as it ends."""
    counts = step.counts
    text = (
        f"{step.players:5d} players  {line(step.seen.every)}  "
        f"{counts.owed} deliveries, {counts.lost} lost"
    )
    return f"{text}  INVALID: {step.invalid}" if step.invalid else text


def as_table(run: Run) -> str:
    """A run as a table for people: of one step all figures, of several a line for each."""
    options, sizes = run.options, ", ".join(str(step.players) for step in run.steps)
    pace = f"{options['speed']} times as fast as recorded"
    if options["rate"] is not None:
        pace = f"{options['rate']:g} moves/s each"
    if "event" in options:
        what = str(options["application"])
    else:
        what = f"script {options['script']}  protocol {run.protocol}"
    rows = [
        ("server", place_of(run)),
        ("swarm", f"{sizes} bots  {pace}  {what}  seed {run.seed}"),
    ]
    if len(run.steps) == 1:
        rows += _step_rows(run.steps[0])
    else:
        rows += [("step" if n == 0 else "", step_line(s)) for n, s in enumerate(run.steps)]
    for judgement in run.judgements:
        observed = "nothing measured" if judgement.observed is None else f"{judgement.observed:g}"
        word = "holds" if judgement.holds else "FAILED"
        at = f" at {run.steps[judgement.step].players} players" if len(run.steps) > 1 else ""
        rows.append(("threshold", f"{judgement.condition}  {word}{at}: {observed}"))
    rows.append(("verdict", run.verdict))
    return "\n".join(f"{label:<13}{text}" for label, text in rows)


def place_of(run: Run) -> str:
    """Which server was played on, and what was measured of it."""
    options = run.options
    if "event" in options:
        return f"{run.server}  event {options['event']}"
    return f"{run.server}  room {options['room']}"


def line(latency: Latency) -> str:
    """A distribution in one line."""
    if not len(latency):
        return "nothing measured"
    p50, p95, p99 = (latency.percentile_ms(p) for p in (50, 95, 99))
    return f"p50 {p50:.1f}  p95 {p95:.1f}  p99 {p99:.1f}  max {latency.max_ms:.1f} ms"


def _step_rows(step: Step) -> list[tuple[str, str]]:
    counts, seen = step.counts, step.seen
    share = counts.seen / counts.owed if counts.owed else 0.0
    failures = f"{sum(step.failed.values())}, {step.dropped} lost connections"
    if step.failed:
        reasons = sorted(step.failed.items(), key=lambda item: -item[1])[:3]
        failures += f" ({'; '.join(f'{n} × {reason}' for reason, n in reasons)})"
    health = step.health
    return [
        ("connected", f"{len(step.connect)}   {line(step.connect)}"),
        ("failed", failures),
        ("moves", f"{counts.moves} measured, {step.missed} missed while not connected"),
        ("deliveries", f"{counts.owed} expected, {counts.seen} seen ({share:.2%})"),
        (
            "",
            f"{counts.lost} lost, {counts.ambiguous} ambiguous, {counts.late} late, "
            f"{counts.doubled} doubled, {counts.reordered} reordered, {counts.excused} excused",
        ),
        ("move → seen", line(seen.every)),
        ("  first", line(seen.first)),
        ("  median", line(seen.median)),
        ("  last", line(seen.last)),
        ("  spread", line(seen.spread)),
        ("  from send", line(seen.from_send)),
        (
            "generator",
            f"{health.cpu:.0%} of a core, loop lag {_late(health.lag)}, "
            f"moves late {_late(health.debt)}",
        ),
    ]


def _late(latency: Latency) -> str:
    value = latency.percentile_ms(PERCENTILE)
    return "-" if value is None else f"{value:.1f} ms (p95)"
