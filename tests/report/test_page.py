"""The page: well-formed, on its own, small, and foreign text stays text.

Read back with the standard library's HTML parser. Not here: how it looks in a browser.
"""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from report import runs

from gridcli.core.run.model import Run
from gridcli.report.page import page
from gridcli.report.words import number, plain_text

VOID = {"meta", "br", "link", "img"}


class Reader(HTMLParser):
    """Elements with their attributes, the text outside scripts, and what is inside them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.data: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        inside = self.open[-1] if self.open else ""
        (self.data if inside in ("script", "style") else self.text).append(data)

    def count(self, name: str) -> int:
        return sum(1 for tag, _ in self.elements if tag == name)

    def json(self) -> list[dict[str, Any]]:
        return [json.loads(each) for each in self.data if each.startswith('{"x"')]


MAKERS = [runs.several_steps, runs.capacity, runs.nothing, runs.hostile]


@pytest.mark.parametrize("make", MAKERS)
def test_every_element_is_closed_and_ids_are_unique(make: Callable[[], Run]) -> None:
    reader = Reader(page(make()))
    assert reader.open == []
    ids = [attributes["id"] for _, attributes in reader.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("make", MAKERS)
def test_nothing_is_asked_for_from_anywhere(make: Callable[[], Run]) -> None:
    reader = Reader(page(make()))
    for tag, attributes in reader.elements:
        assert tag not in {"img", "link", "iframe", "object", "base", "form", "a", "use", "image"}
        assert not {"src", "href", "xlink:href", "style", "srcset"} & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]
    style = next(each for each in reader.data if ":root" in each)
    assert "url(" not in style
    assert "@import" not in style
    policy = next(a["content"] for _, a in reader.elements if "http-equiv" in a)
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")


def test_hostile_text_stays_text() -> None:
    hostile = Reader(page(runs.hostile()))
    harmless = [
        *Reader(page(runs.several_steps(4))).elements,
        *Reader(page(runs.capacity())).elements,
    ]
    assert {tag for tag, _ in hostile.elements} - {tag for tag, _ in harmless} == set()
    scripts = [attributes.get("type") for tag, attributes in hostile.elements if tag == "script"]
    assert scripts.count(None) == 1
    whole = " ".join(hostile.text)
    assert whole.count(plain_text(runs.HOSTILE)) > 15
    assert "\x1b" not in page(runs.hostile())
    words = [word for data in hostile.json() for word in data["words"]]
    assert any(plain_text(runs.HOSTILE) in word for word in words)


def test_ten_minutes_are_less_than_a_megabyte() -> None:
    steps = [
        runs.step(players, start_s=150.0 * n, seconds=150, median_ms=players / 4)
        for n, players in enumerate((10, 50, 100, 200))
    ]
    text = page(runs.run(*steps))
    assert len(text.encode()) < 1_000_000
    data = next(d for d in Reader(text).json() if len(d["x"]) > 500)
    assert len(data["x"]) == 600


def test_an_hour_too() -> None:
    step = runs.step(5, seconds=3600)
    assert len(page(runs.run(step)).encode()) < 1_000_000


def drawn(run: Run, key: str, look: str) -> list[str]:
    """The shapes of a chart of this class, as drawn once."""
    figure = page(run).partition(f'id="{key}"')[2].partition("</figure>")[0]
    plot = figure.partition('<div class="plot big">')[2].partition("</svg>")[0]
    return re.findall(rf'<(\w+) class="{look}', plot)


def test_an_invalid_step_is_a_cross_that_nothing_joins() -> None:
    run = runs.several_steps()
    assert len(drawn(run, "players-latency", "cross")) == 3
    assert len(drawn(run, "players-latency", "dot")) == 3 * 4
    assert len(drawn(run, "time-latency", "band invalid")) == 1
    run.steps[1].invalid = "too slow"
    assert len(drawn(run, "players-latency", "cross")) == 3 * 2
    # One dot alone, and the other two sizes joined, for each percentile.
    assert sorted(drawn(run, "players-latency", "line")) == ["circle"] * 3 + ["path"] * 3


def test_lines_over_time_break_between_steps() -> None:
    assert len(drawn(runs.several_steps(), "time-latency", "line c1")) == 5


def test_every_figure_of_the_steps_is_in_the_tables() -> None:
    run = runs.several_steps()
    cells = set(Reader(page(run)).text)
    assert {"6,400,000", "399,997", "99.999"} <= cells
    for step in run.steps:
        for latency in (step.seen.every, step.seen.from_send, step.connect):
            assert number(latency.percentile_ms(99)) in {cell.removesuffix("†") for cell in cells}
    assert "INVALID: it used 100% of a core (limit 95%)" in cells
    assert {"ada", "bob", "cyd"} <= cells


def test_a_percentile_of_few_samples_is_marked() -> None:
    run = runs.run(runs.step(10))
    every = run.steps[0].seen.every
    assert len(every) == 400
    cells = Reader(page(run)).text
    assert [cell for cell in cells if cell.endswith("†")]


def test_the_corrected_and_the_uncorrected_stand_side_by_side() -> None:
    data = Reader(page(runs.several_steps())).json()
    over_time = next(d for d in data if "p99 from send" in str(d["series"]))
    lines = {name: values for name, _, values in over_time["series"]}
    apart = [
        (a, b)
        for a, b in zip(lines["p99"], lines["p99 from send"], strict=True)
        if a is not None and a > 2 * b
    ]
    assert len(apart) == 1  # the second in which moves left late


def test_the_ledger_shows_three_lost_of_four_hundred_thousand() -> None:
    text = page(runs.several_steps()).partition('id="ledger"')[2].partition("</figure>")[0]
    assert "100 players: 99.999 % seen, 3 lost" in text
    assert text.count('class="bar c1"') == 3  # the key, and the bar at two widths


def test_a_search_shows_its_trials_and_the_rows_beside_the_number() -> None:
    reader = Reader(page(runs.capacity()))
    whole = " ".join(reader.text)
    assert "187 players, 95 % interval 181 to 194" in whole
    assert "just below the number" in whole
    assert "just above the number" in whole
    figure = page(runs.capacity()).partition('id="capacity-trials"')[2].partition("</figure>")[0]
    assert figure.count("<g>") == 12 * 3


def test_pictures_say_in_words_what_they_show() -> None:
    for svg in re.findall(r"<svg[^>]*role=\"img\".*?</svg>", page(runs.several_steps()), re.S):
        assert re.search(r"<title>[^<]+</title><desc>[^<]{10,}</desc>", svg)


def test_a_run_of_nothing_says_so() -> None:
    reader = Reader(page(runs.nothing()))
    assert "Nothing was measured." in reader.text
    assert reader.count("figure") == 0


@pytest.mark.parametrize("huge", [0, 1, 10**15])
def test_odd_numbers_break_nothing(huge: int) -> None:
    step = runs.step(1, seconds=0)
    step.players = huge
    step.start_s, step.duration_s, step.missed = float(huge) * 1e200, 1e-9, huge
    step.counts.owed = huge
    step.second(3).lag_max_ms = float(huge)
    step.second(4).cpu = 1e18
    run = runs.run(step, runs.step(3, seconds=1))
    assert Reader(page(run)).open == []
