"""How numbers are written: never rounded to a different verdict."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridcli.core.latency import Latency
from gridcli.core.run.model import Judgement
from gridcli.report.words import is_thin, number, observed, percent, plain_text, tick


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0, "0"),
        (0.1234, "0.123"),
        (1.2345, "1.23"),
        (9.999, "10.0"),
        (99.96, "100"),
        (1234.5, "1,234"),
    ],
)
def test_three_digits(value: float | None, text: str) -> None:
    assert number(value) == text


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_a_share_is_neither_all_nor_nothing_unless_it_is(part: int, more: int) -> None:
    written = float(percent(part, part + more).removesuffix(" %"))
    assert 0 < written < 100


def test_all_and_nothing() -> None:
    assert (percent(5, 5), percent(0, 5), percent(0, 0)) == ("100 %", "0 %", "–")


def test_an_observed_value_has_its_unit_and_the_digits_that_its_verdict_takes() -> None:
    assert observed(Judgement("seen_ms:p99<100", 0, 99.9999, True)) == "99.9999 ms"
    assert observed(Judgement("lost<0.1%", 0, 0.104, False)) == "0.104%"
    assert observed(Judgement("lost=0", 0, 3.0, False)) == "3"
    assert observed(Judgement("lost=0", 0, None, False)) == "nothing measured"
    assert observed(Judgement("not a condition", 0, 3.25, False)) == "3.25"


def test_a_percentile_above_which_lie_few_samples_is_thin() -> None:
    latency = Latency()
    latency.add([0.01] * 2000)
    assert [is_thin(latency, p) for p in (50, 99, 99.9)] == [False, False, True]
    assert not is_thin(Latency(), 99)


def test_plain_text_is_one_line_without_controls() -> None:
    assert plain_text("a\n b\x1b[31m\u202e") == "a b[31m"
    assert (plain_text(None), plain_text(True), plain_text([1, "a"])) == ("–", "yes", "1, a")


def test_ticks_are_short() -> None:
    assert [tick(v) for v in (0, 0.5, 1000, 2_000_000)] == ["0", "0.5", "1,000", "2M"]
