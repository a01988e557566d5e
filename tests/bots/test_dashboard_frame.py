"""The dashboard's picture: it fits every terminal, says the same in each, and takes nobody's word
for markup.

Not here: a real run in a real terminal (`test_dashboard`).
"""

from dataclasses import replace
from random import Random

import pytest
from rich.cells import cell_len

from bots.course import changed, stride
from bots.dashboard.chart import ceiling, columns
from bots.dashboard.figures import Figures, Generator, Point, Row, Verdict
from bots.dashboard.frame import frame
from bots.dashboard.glyphs import ASCII, UNICODE, Signs, area, large, sparkline
from bots.dashboard.panels import clock, rate
from gridcli.report.words import number

SIZES = [(160, 50), (120, 36), (100, 28), (80, 24), (76, 22), (60, 20), (40, 14), (30, 8)]
_RNG = Random(1)

EMPTY = Figures(players=20, title=["http://127.0.0.1:8765", "room lobby"])
PLAYING = Figures(
    title=["http://127.0.0.1:8765", "room lobby", "random", "seed 7"],
    elapsed_s=83.0,
    phase="play",
    step=2,
    steps=3,
    played_s=12.0,
    whole_s=30.0,
    live=198,
    players=200,
    failed=2,
    moves=[_RNG.uniform(380, 420) for _ in range(40)] + [800.0] * 40,
    deliveries=[_RNG.uniform(38e3, 42e3) for _ in range(40)] + [160e3] * 40,
    now=(2.91, 5.5, 11.2),
    points=[Point(n // 40, 100 + n // 40 * 100, (1.9, 3.4, 5 + n % 7)) for n in range(80)],
    rows=[
        Row(100, 40.0, (1.93, 3.5, 6.1), 12.4, 653_000, 0, 0, "moves left 60 ms late"),
        Row(200, 12.0, (2.93, 5.5, 11.1), 32.4, 4_810_000, 3, 2, ""),
    ],
    errors=[(3, "deliveries lost"), (2, "the server is full [full]")],
    generator=Generator(cpu=0.34, lag_ms=0.4, debt_ms=0.2),
    verdicts=[Verdict("seen_ms:p99<100", True, "11.2 ms"), Verdict("lost=0", False, "3")],
    more=50,
    fewer=10,
    keys=True,
)
SATURATED = replace(PLAYING, generator=Generator(cpu=0.99, complaint="it used 99% of a core"))
EVIL = replace(
    PLAYING,
    title=["http://[bold red]x[/]", "room [link=file:///]a", "数" * 90],
    errors=[(1, "[blink]数é[/blink] " * 20)],
    note="[red]\u202ethe recording is incomplete",
)
HUGE = replace(
    PLAYING,
    live=99_999,
    players=100_000,
    moves=[1e7],
    deliveries=[1e12],
    now=(59_999.0, 60_000.0, 60_000.0),
    rows=[Row(100_000, 1e6, (6e4, 6e4, 6e4), 6e4, 10**12, 10**9, 10**5, "")] * 90,
)
ALL = {"empty": EMPTY, "play": PLAYING, "saturated": SATURATED, "evil": EVIL, "huge": HUGE}


def drawn(figures: Figures, width: int, height: int, signs: Signs = UNICODE) -> list[str]:
    """The lines of the picture, each as wide as the terminal."""
    lines = frame(figures, width, height, signs)
    return ["".join(segment.text for segment in line) for line in lines]


@pytest.mark.parametrize("signs", [UNICODE, ASCII], ids=["unicode", "ascii"])
@pytest.mark.parametrize("name", ALL)
def test_it_fits_a_terminal_of_any_size(name: str, signs: Signs) -> None:
    rng = Random(5)
    sizes = SIZES + [(rng.randrange(1, 220), rng.randrange(1, 70)) for _ in range(60)]
    for width, height in [*sizes, (1, 1), (400, 3), (3, 200)]:
        lines = drawn(ALL[name], width, height, signs)
        assert len(lines) == height
        assert {cell_len(line) for line in lines} == {width}
        if signs is ASCII:
            assert "".join(lines).isascii()


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_figures_are_there_whatever_the_size(width: int, height: int) -> None:
    text = "\n".join(drawn(PLAYING, width, height))
    is_large = width >= 100 and height >= 28
    words = ["playing", "p50", "p95", "p99", "2 failed", "moves/s", " q "]
    words += [] if is_large else ["2.91", "11.2", "198"]
    words += ["4.81M", "deliveries"] if width >= 120 else []
    words += ["deliveries lost", "34%"]
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_saturated_generator_is_said_in_words(width: int, height: int) -> None:
    assert "SATURATED" in "\n".join(drawn(SATURATED, width, height))
    assert "SATURATED" not in "\n".join(drawn(PLAYING, width, height))


def test_foreign_words_are_no_markup() -> None:
    text = "\n".join(drawn(EVIL, 120, 36))
    assert "http://[bold red]x[/]" in text
    assert "[blink]数é[/blink]" in text
    assert "[red]" in text


def test_what_can_be_pressed_is_said() -> None:
    text = "\n".join(drawn(PLAYING, 80, 24))
    assert "+  50 more" in text
    assert "10 fewer" in text
    assert "+  50" in drawn(PLAYING, 30, 8)[-1]
    without = drawn(replace(PLAYING, keys=False), 80, 24)[-1]
    assert "Ctrl-C" in without
    assert "more" not in without
    fixed = drawn(replace(PLAYING, more=0, fewer=0), 80, 24)[-1]
    assert "more" not in fixed
    assert " q " in fixed
    assert "at once" in drawn(replace(PLAYING, stopping=True), 80, 24)[-1]


def test_an_invalid_step_is_marked_by_more_than_a_colour() -> None:
    (line,) = [line for line in drawn(PLAYING, 120, 36) if "653k" in line]
    assert "✗" in line
    chart = columns(PLAYING.points, 100, 8, UNICODE, frozenset({0}))
    colours = [{style for _, style in line.parts} for line in chart[:-1]]
    assert len(set().union(*colours) - {"dim"}) == 2


def test_the_chart_shows_the_newest_and_where_steps_begin() -> None:
    text = [line.plain for line in columns(PLAYING.points, 60, 6, UNICODE, frozenset())]
    assert len(text) == 6
    assert text[0].startswith(" 15 ms ┤")
    assert "100 bots" in text[-1]
    assert "┬200 bots" in text[-1]
    assert [line[-1] for line in text[:-1]] == [" ", " ", "▃", "█", "█"]  # 7 of 15 ms
    points = [Point(n, n + 1, (1.0, 1.0, 1.0)) for n in range(9)]
    tight = columns(points, 30, 4, UNICODE, frozenset())
    assert tight[-1].plain.count("┬") == 9


def test_columns_grow_with_their_values() -> None:
    assert sparkline([0, 1, 2, 4, 8, None, 8], 10, UNICODE) == "▁▁▂▄█ █"
    assert sparkline([5.0] * 30, 4, UNICODE) == "████"
    assert sparkline([], 10, UNICODE) == ""
    assert area([1, 2, 4], 3, 2, UNICODE) == ["  █", "▄██"]


def test_large_digits_are_three_lines_of_one_width() -> None:
    for value in (0.0, 1.234, 12.34, 123.4, 1234.5, 98765):
        rows = large(number(value))
        assert rows is not None
        assert len(set(map(len, rows))) == 1
    assert large("12 ms") is None


@pytest.mark.parametrize(
    ("value", "top"), [(0, 1), (1, 1), (1.2, 1.5), (9, 10), (11, 15), (101, 150), (60_000, 60_000)]
)
def test_an_axis_ends_at_a_round_number(value: float, top: float) -> None:
    assert ceiling(value) == pytest.approx(top)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (812, "812"),
        (9_120, "9,120"),
        (16_240, "16.2k"),
        (162e3, "162k"),
        (1.62e6, "1.62M"),
    ],
)
def test_rates_are_short(value: float, text: str) -> None:
    assert rate(value) == text


def test_clocks() -> None:
    assert [clock(s) for s in (0, 59.5, 60, 3599, 3600)] == [
        "0:00",
        "0:59",
        "1:00",
        "59:59",
        "1:00:00",
    ]


def test_fewer_undoes_more() -> None:
    players, passed = 1, [1]
    while players < 3000:
        players = changed(players, 1)
        passed.append(players)
    for before in reversed(passed[:-1]):
        players = changed(players, -1)
        assert players == before
    assert changed(1, -1) == 1
    assert [stride(n) for n in (1, 20, 100, 500, 5000)] == [1, 5, 10, 50, 100]
