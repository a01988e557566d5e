"""A run as CSV: a row for each step, or for each second. Columns are described in docs/report.md.

Names of columns carry their unit and stay what they are; new ones come at the end. A cell is
empty where nothing was measured. Not here: the figures themselves (`gridcli.core.run.model`).
"""

import csv
import io
from collections.abc import Callable, Iterable

from gridcli.core.latency import Latency
from gridcli.core.run.health import PERCENTILE
from gridcli.core.run.model import Run, Second, Step

from .words import plain_text

Cell = str | int | float | None
_PERCENTILES = (("p50", 50.0), ("p90", 90.0), ("p99", 99.0), ("p99_9", 99.9), ("max", 100.0))


def step_rows(run: Run) -> list[dict[str, Cell]]:
    """A row for each step."""
    return [_step_row(number, step) for number, step in enumerate(run.steps)]


def second_rows(run: Run) -> list[dict[str, Cell]]:
    """A row for each second of each step; what a second has is of the moves due in it."""
    return [
        _second_row(number, step, second_number, second)
        for number, step in enumerate(run.steps)
        for second_number, second in enumerate(step.seconds)
    ]


def as_csv(rows: Iterable[dict[str, Cell]], columns: Iterable[str]) -> str:
    """Rows with a header, RFC 4180 but for its line ends, which are plain newlines."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def steps_as_csv(run: Run) -> str:
    """The sheet of steps."""
    return as_csv(step_rows(run), STEP_COLUMNS)


def seconds_as_csv(run: Run) -> str:
    """The sheet of seconds."""
    return as_csv(second_rows(run), SECOND_COLUMNS)


def _cell(value: Cell) -> Cell:
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@")):
        return f"'{value}"  # a spreadsheet would take foreign text for a formula
    return value


def _percentiles(name: str, latency: Latency) -> dict[str, Cell]:
    return {f"{name}_{p}_ms": latency.percentile_ms(percent) for p, percent in _PERCENTILES}


def _step_row(number: int, step: Step) -> dict[str, Cell]:
    counts, seen, health = step.counts, step.seen, step.health
    distributions = {
        "seen": seen.every,
        "from_send": seen.from_send,
        "first": seen.first,
        "median": seen.median,
        "last": seen.last,
        "spread": seen.spread,
        "connect": step.connect,
    }
    row: dict[str, Cell] = {
        "step": number,
        "players": step.players,
        "start_s": step.start_s,
        "duration_s": step.duration_s,
        "invalid": plain_text(step.invalid) if step.invalid else "",
        "moves": counts.moves,
        "deliveries_owed": counts.owed,
        "deliveries_seen": counts.seen,
        "deliveries_lost": counts.lost,
        "deliveries_ambiguous": counts.ambiguous,
        "deliveries_excused": counts.excused,
        "deliveries_late": counts.late,
        "deliveries_doubled": counts.doubled,
        "deliveries_reordered": counts.reordered,
        "ticks_lost": counts.ticks_lost,
        "ticks_doubled": counts.ticks_doubled,
        "ticks_reordered": counts.ticks_reordered,
        "moves_missed": step.missed,
        "connections_dropped": step.dropped,
        "players_failed": sum(step.failed.values()),
    }
    for name, latency in distributions.items():
        row |= _percentiles(name, latency)
    return row | {
        "seen_mean_ms": seen.every.mean_ms,
        "generator_cpu_cores": health.cpu,
        "generator_lag_p95_ms": health.lag.percentile_ms(PERCENTILE),
        "generator_lag_max_ms": health.lag.max_ms,
        "generator_debt_p95_ms": health.debt.percentile_ms(PERCENTILE),
        "generator_debt_max_ms": health.debt.max_ms,
    }


def _second_row(step_number: int, step: Step, number: int, second: Second) -> dict[str, Cell]:
    return {
        "step": step_number,
        "step_players": step.players,
        "step_valid": 0 if step.invalid else 1,
        "second": number,
        "start_s": step.start_s + number,
        "players_connected": second.players,
        "moves": second.moves,
        "deliveries_owed": second.owed,
        "deliveries_seen": second.seen,
        "deliveries_lost": second.lost,
        **_percentiles("seen", second.every),
        **_percentiles("from_send", second.from_send),
        "generator_lag_max_ms": second.lag_max_ms,
        "generator_cpu_cores": second.cpu,
    }


_columns_of: Callable[[dict[str, Cell]], tuple[str, ...]] = tuple
STEP_COLUMNS = _columns_of(_step_row(0, Step(0, 0.0)))
SECOND_COLUMNS = _columns_of(_second_row(0, Step(0, 0.0), 0, Second()))
