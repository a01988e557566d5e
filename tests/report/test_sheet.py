"""The sheets: every cell is the run's own figure, and the columns are those of the document."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from report import runs

from gridcli.core.run.model import Run
from gridcli.report.sheet import SECOND_COLUMNS, STEP_COLUMNS, seconds_as_csv, steps_as_csv

DOCUMENT = Path(__file__).parents[2] / "docs" / "report.md"


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def documented() -> list[tuple[str, ...]]:
    """The columns of each table of the document."""
    tables = re.split(r"\| column \| meaning \|", DOCUMENT.read_text("utf-8"))[1:]
    found = []
    for table in tables:
        heads = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
        found.append(tuple(re.findall(r"`(\w+)`", " ".join(heads))))
    return found


def test_the_document_lists_every_column() -> None:
    steps, seconds = documented()
    assert sorted(steps) == sorted(STEP_COLUMNS)
    assert sorted(seconds) == sorted(SECOND_COLUMNS)


def test_a_row_for_each_step_with_its_own_figures() -> None:
    run = runs.several_steps()
    rows = rows_of(steps_as_csv(run))
    assert [row["players"] for row in rows] == ["10", "50", "100", "200", "400"]
    third, step = rows[2], run.steps[2]
    assert int(third["deliveries_lost"]) == 3
    assert int(third["deliveries_owed"]) == step.counts.owed
    assert float(third["seen_p99_9_ms"]) == step.seen.every.percentile_ms(99.9)
    assert float(third["from_send_max_ms"]) == step.seen.from_send.max_ms
    assert float(third["spread_p50_ms"]) == step.seen.spread.percentile_ms(50)
    assert rows[4]["invalid"] == "it used 100% of a core (limit 95%)"
    assert [row["invalid"] for row in rows[:4]] == [""] * 4


def test_a_row_for_each_second_that_adds_up_to_the_steps() -> None:
    run = runs.several_steps()
    rows = rows_of(seconds_as_csv(run))
    assert len(rows) == sum(len(step.seconds) for step in run.steps)
    for number, step in enumerate(run.steps):
        own = [row for row in rows if row["step"] == str(number)]
        assert sum(int(row["deliveries_owed"]) for row in own) == step.counts.owed
        assert {row["step_valid"] for row in own} == {"0" if step.invalid else "1"}
    stalled = [row for row in rows if row["step_players"] == "200"][5]
    assert float(stalled["seen_p99_ms"]) > 2 * float(stalled["from_send_p99_ms"])


def test_cells_are_empty_where_nothing_was_measured() -> None:
    run = runs.run(runs.step(5, seconds=0))
    row = rows_of(steps_as_csv(run))[0]
    assert row["seen_p99_ms"] == row["seen_mean_ms"] == row["generator_lag_max_ms"] == ""
    assert row["moves"] == "0"


@pytest.mark.parametrize("sheet", [steps_as_csv, seconds_as_csv])
def test_a_run_without_steps_is_a_header(sheet: Callable[[Run], str]) -> None:
    text = sheet(runs.nothing())
    assert text.startswith("step,")
    assert text.count("\n") == 1


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_foreign_text_is_no_formula(start: str) -> None:
    run: Run = runs.run(runs.step(5, seconds=1, invalid=f'{start}HYPERLINK("http://x")\n,"'))
    row = rows_of(steps_as_csv(run))[0]
    assert row["invalid"].startswith(f"'{start}")
    assert "\n" not in row["invalid"]
