"""Plots of text: inside their width, plain where that is wanted, and true to the points."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report import runs

from gridcli.core.run.model import Run
from gridcli.report.scale import Scale, size_scale, value_scale
from gridcli.report.summary import as_text, latency_curve, latency_over_time
from gridcli.report.terminal import Line, Look, curve

POINTS = st.lists(
    st.tuples(st.floats(0.01, 1e5), st.none() | st.floats(0, 1e6)), min_size=1, max_size=30
)


def plotted(points: list[tuple[float, float | None]], look: Look) -> list[str]:
    x = size_scale([at for at, _ in points], 0, 1)
    y = value_scale([value for _, value in points], 1, 0)
    return curve([Line("p99", points)], x, y, look, title="title", x_label="players")


@given(POINTS, st.integers(40, 160), st.booleans())
def test_no_line_is_wider_than_the_look(
    points: list[tuple[float, float | None]], width: int, ascii_only: bool
) -> None:
    lines = plotted(sorted(points, key=lambda point: point[0]), Look(width, ascii_only))
    assert max(map(len, lines)) <= width
    assert "".join(lines).isascii() or not ascii_only


def test_points_stand_where_they_belong() -> None:
    points = [(0.0, 0.0), (50.0, 100.0), (100.0, 50.0)]
    look = Look(width=56, ascii_only=True, height=11)
    x, y = Scale(0, 100, 0, 1), Scale(0, 100, 1, 0)
    lines = curve([Line("a", points)], x, y, look, title="", x_label="s")
    grid = [line.partition("|")[2] for line in lines if "|" in line]
    found = {
        (row, column) for row, text in enumerate(grid) for column, c in enumerate(text) if c == "*"
    }
    rows = {row: column for row, column in found}
    assert set(rows) == {0, 5, 10}
    assert rows[10] == 0
    assert rows[0] == pytest.approx(rows[5] / 2, abs=1)


def test_nothing_joins_across_a_gap() -> None:
    look = Look(width=60, ascii_only=True, height=8)
    joined = "".join(plotted([(1, 5.0), (2, 5.0), (3, 5.0)], look))
    broken = "".join(plotted([(1, 5.0), (2, None), (3, 5.0)], look))
    assert joined.count(".") > 20
    assert broken.count(".") < 5


def test_an_invalid_step_is_a_cross_off_the_line() -> None:
    text = "\n".join(latency_curve(runs.several_steps().steps, Look()))
    assert "× INVALID" in text
    assert text.count("●") == 5  # four sizes, and the key
    assert text.count("×") == 3  # p50, p99, and the key


def test_one_size_makes_no_curve_and_one_second_no_plot() -> None:
    assert latency_curve([runs.step(10)], Look()) == []
    assert latency_over_time(runs.run(runs.step(10, seconds=1)), Look()) == []
    assert latency_curve([], Look()) == []


@pytest.mark.parametrize("make", [runs.several_steps, runs.capacity, runs.nothing, runs.hostile])
def test_a_summary_is_ascii_and_uncoloured_where_asked(make: Callable[[], Run]) -> None:
    plain = as_text(make(), Look(ascii_only=True))
    assert plain.isascii()
    assert "\x1b" not in plain
    assert "\x1b" not in as_text(make(), Look())


def test_a_summary_in_colour_has_only_colours_of_its_own() -> None:
    text = as_text(runs.hostile(), Look(colour=True))
    codes = {piece.partition("m")[0] for piece in text.split("\x1b[")[1:]}
    assert codes <= {"0", "31", "32", "33", "34", "35"}
    assert "\u202e" not in text


def test_the_summary_says_what_failed_and_where() -> None:
    text = as_text(runs.several_steps(), Look())
    assert "FAILED lost=0: 3 at 100 players" in text
    assert "1 of 4 conditions hold" in text
    assert "INVALID: it used 100% of a core (limit 95%)" in text


def test_nothing_measured_is_said() -> None:
    assert "nothing was measured" in as_text(runs.nothing(), Look())
