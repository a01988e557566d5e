"""What a swarm says: a line a second on standard error, and at the end a table or JSON.

Not here: the figures (`bots.swarm`), which exit code they mean (`bots.verdict`).
"""

import sys
from dataclasses import asdict

import click
import orjson

from gridcli import __version__
from gridcli.core.latency import Latency

from .swarm import Swarm
from .verdict import Verdict

REPORT_VERSION = 1


class Progress:
    """One line a second: on a terminal it replaces itself, otherwise it is a line of its own."""

    def __init__(self) -> None:
        self._in_place = sys.stderr.isatty()
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
        tally, counts = swarm.tally, swarm.counts
        moves, updates = tally.sent - self._sent, tally.updates - self._updates
        self._sent, self._updates = tally.sent, tally.updates
        every = swarm.seen.every
        seen = (
            f"p50 {every.percentile_ms(50):.1f} p99 {every.percentile_ms(99):.1f} ms"
            if len(every)
            else "p50 - p99 -"
        )
        line = (
            f"{self._second:4d}s {swarm.phase:<5} {tally.live}/{swarm.plan.count} bots"
            f"  {moves} moves/s  {updates} updates/s  seen {seen}  lost {counts.lost}"
            f"  failed {sum(tally.failures.values())}  cpu {swarm.health.cpu:.0%}"
        )
        if self._in_place:
            click.echo(f"\r\x1b[K{line}", err=True, nl=False)
            self._drawn = True
        else:
            click.echo(line, err=True)

    def clear(self) -> None:
        """Take the line that replaces itself away."""
        if self._drawn:
            click.echo("\r\x1b[K", err=True, nl=False)
            self._drawn = False


def as_json(swarm: Swarm, verdict: Verdict) -> str:
    """Everything of a run as one JSON object; times are in milliseconds."""
    plan, tally, seen = swarm.plan, swarm.tally, swarm.seen
    report = {
        "report": REPORT_VERSION,
        "gridcli": __version__,
        "server": plan.target.url,
        "room": plan.target.room,
        "protocol": swarm.protocol,
        "transport": str(plan.target.transport),
        "script": plan.script_name,
        "seed": plan.seed,
        "count": plan.count,
        "rate": plan.rate,
        "ramp_s": plan.ramp_s,
        "played_s": round(swarm.played_s, 3),
        "connected": tally.connected,
        "lost_connections": tally.lost_connections,
        "failures": dict(tally.failures),
        "moves": {"sent": tally.sent, "missed": tally.missed},
        "deliveries": asdict(swarm.counts),
        "missing_ticks": swarm.missing_ticks,
        "connect_ms": _summary(tally.connect),
        "seen_ms": {
            "every": _summary(seen.every),
            "first": _summary(seen.first),
            "median": _summary(seen.median),
            "last": _summary(seen.last),
            "from_send": _summary(seen.from_send),
        },
        "generator": {
            "cpu_cores": round(swarm.health.cpu, 3),
            "loop_lag_ms": _summary(swarm.health.lag),
            "schedule_debt_ms": _summary(tally.debt),
        },
        "verdict": verdict.text,
        "exit_code": verdict.exit_code,
    }
    return orjson.dumps(report, option=orjson.OPT_INDENT_2).decode()


def as_table(swarm: Swarm, verdict: Verdict) -> str:
    """A run as a table for people."""
    plan, tally, seen, counts = swarm.plan, swarm.tally, swarm.seen, swarm.counts
    share = counts.seen / counts.owed if counts.owed else 0.0
    rows = [
        ("server", f"{plan.target.url}  room {plan.target.room}"),
        (
            "swarm",
            f"{plan.count} bots  {plan.rate:g} moves/s each  script {plan.script_name}"
            f"  protocol {swarm.protocol}  seed {plan.seed}",
        ),
        ("connected", f"{tally.connected}   {_line(tally.connect)}"),
        ("failed", _failures(swarm)),
        ("moves", f"{tally.sent} sent, {tally.missed} missed while not connected"),
        ("deliveries", f"{counts.owed} expected, {counts.seen} seen ({share:.2%})"),
        (
            "",
            f"{counts.lost} lost, {counts.ambiguous} ambiguous, {counts.late} late, "
            f"{counts.excused} excused",
        ),
        ("move → seen", _line(seen.every)),
        ("  first", _line(seen.first)),
        ("  median", _line(seen.median)),
        ("  last", _line(seen.last)),
        ("  from send", _line(seen.from_send)),
        (
            "generator",
            f"{swarm.health.cpu:.0%} of a core, loop lag {_p95(swarm.health.lag)}, "
            f"moves late {_p95(tally.debt)}",
        ),
        ("verdict", verdict.text),
    ]
    return "\n".join(f"{label:<13}{text}" for label, text in rows)


def _failures(swarm: Swarm) -> str:
    failures = swarm.tally.failures
    reasons = "; ".join(f"{n} × {reason}" for reason, n in failures.most_common(3))
    line = f"{sum(failures.values())}, {swarm.tally.lost_connections} lost connections"
    return f"{line} ({reasons})" if reasons else line


def _summary(latency: Latency) -> dict[str, float | int | None]:
    percentiles = {f"p{p:g}": latency.percentile_ms(p) for p in (50, 95, 99)}
    return {"count": len(latency), **percentiles, "max": latency.max_ms}


def _line(latency: Latency) -> str:
    if not len(latency):
        return "nothing measured"
    p50, p95, p99 = (latency.percentile_ms(p) for p in (50, 95, 99))
    return f"p50 {p50:.1f}  p95 {p95:.1f}  p99 {p99:.1f}  max {latency.max_ms:.1f} ms"


def _p95(latency: Latency) -> str:
    value = latency.percentile_ms(95)
    return "-" if value is None else f"{value:.1f} ms (p95)"
