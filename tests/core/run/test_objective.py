"""Objectives: what can be read, what is said of what cannot, and how a run is judged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridcli.core.run.condition import (
    COUNTS,
    DELIVERIES,
    METRICS,
    OPERATORS,
    OTHERS,
    Condition,
    Finding,
    percentile,
)
from gridcli.core.run.objective import BadObjective, Objective, parse_objective

spaces = st.sampled_from(["", "", " ", "  ", "\t"])
numbers = st.integers(0, 10**6).map(str) | st.decimals(
    0, 10**6, allow_nan=False, allow_infinity=False, places=3
).map(str)
figures = st.sampled_from(["p50", "p90", "p95", "p99", "p99.9", "p99.0", "p100", "p0.001", "max"])
operators = st.sampled_from([*OPERATORS, "=="])
latencies = st.tuples(
    st.sampled_from(["", *(f"{metric}:" for metric in METRICS)]),
    figures,
    operators,
    numbers,
    st.sampled_from(["", "ms", "s", "us"]),
)
counts = st.tuples(
    st.just(""), st.sampled_from(DELIVERIES), operators, numbers, st.sampled_from(["", "%"])
) | st.tuples(st.just(""), st.sampled_from(OTHERS), operators, numbers, st.just(""))


@st.composite
def objectives(draw: st.DrawFn) -> str:
    """Texts that can be read."""
    conditions = draw(st.lists(latencies | counts, min_size=1, max_size=4))
    return ",".join(
        "".join(f"{draw(spaces)}{part}" for part in parts) + draw(spaces) for parts in conditions
    )


crumbs = st.sampled_from(
    [
        *(
            *METRICS,
            *DELIVERIES,
            *OTHERS,
            *OPERATORS,
            "p99",
            "p0",
            "p",
            "max",
            "ms",
            "s",
            "us",
            "%",
        ),
        *(":", ",", ".", "1", "100", "0.5", "9" * 400, " ", "\n", "-"),
        *("日", "µ", "e\u0301", "\ud83d", "\x1b"),
    ]
)
texts = st.text(max_size=40) | st.lists(crumbs, max_size=12).map("".join) | objectives()


@given(objectives())
def test_an_objective_reads_the_same_once_written(text: str) -> None:
    objective = parse_objective(text)
    assert len(objective.conditions) == text.count(",") + 1
    assert parse_objective(str(objective)) == objective
    assert str(parse_objective(str(objective))) == str(objective)


def fault(text: str) -> BadObjective | None:
    """What is wrong with a text; any other error goes through."""
    try:
        parse_objective(text)
    except BadObjective as error:
        return error
    return None


@given(texts)
def test_any_text_is_read_or_refused_with_a_caret_under_the_fault(text: str) -> None:
    error = fault(text)
    if error is None:
        assert parse_objective(str(parse_objective(text))) == parse_objective(text)
        return
    problem, shown, caret, expected = str(error).encode().decode().split("\n")
    assert (error.text, error.exit_code) == (text, 2)
    assert 0 <= error.position <= len(text)
    assert caret == "  " + " " * error.position + "^"
    assert len(shown) == len(text) + 2
    assert problem
    assert error.expected
    assert expected == f"  expected: {error.expected}"


@given(objectives(), st.sampled_from(["?", "p99", "lsot=0"]))
def test_what_was_right_is_not_pointed_at(text: str, wrong: str) -> None:
    error = fault(f"{text},{wrong}")
    assert error is not None
    assert error.position > len(text)


def test_defaults_and_units() -> None:
    assert parse_objective(
        " p99 < .1 s ,lost == 0,seen>=99.90%, last_ms:p99.90<=250us"
    ).conditions == (
        Condition("seen_ms", "p99", "<", 100.0),
        Condition("count", "lost", "=", 0.0),
        Condition("share", "seen", ">=", 99.9),
        Condition("last_ms", "p99.9", "<=", 0.25),
    )
    assert str(parse_objective("p99<100ms,lost=0")) == "seen_ms:p99<100,lost=0"


@pytest.mark.parametrize(
    ("text", "under", "says"),
    [
        ("", "^", "p99"),
        ("p99<100ms,", "          ^", "lost"),
        ("p99<100ms,lsot=0", "          ^", "did you mean 'lost'?"),
        ("sen_ms:p99<100", "^", "did you mean 'seen_ms'?"),
        ("seen_ms:mx<100", "        ^", "did you mean 'max'?"),
        ("P99<100", "^", "did you mean 'p99'?"),
        ("p0<100", "^", "no figure"),
        ("p100.1<100", "^", "no figure"),
        ("seen_ms<100", "       ^", ":p99"),
        ("seen_ms:lost=0", "        ^", "is a count"),
        ("p99", "   ^", "<="),
        ("p99~100", "   ^", "<="),
        ("p99<", "    ^", "a number"),
        ("p99<-1", "    ^", "a number"),
        ("p99=<100", "    ^", "a number"),
        ("p99<100 mss", "        ^", "ms, s, us"),
        ("p99<1%", "     ^", "ms, s, us"),
        ("p99<1.2.3", "       ^", "',' or the end"),
        ("p99<100 lost=0", "        ^", "',' or the end"),
        ("lost<3ms", "      ^", "% of the deliveries owed"),
        ("failed<3%", "        ^", "',' or the end"),
        ("p99<2000000000s", "    ^", "at most"),
        ("日本<3", "^", "a condition is missing"),
    ],
)
def test_faults_are_pointed_at(text: str, under: str, says: str) -> None:
    with pytest.raises(BadObjective) as caught:
        parse_objective(text)
    lines = str(caught.value).split("\n")
    assert lines[2] == f"  {under}"
    assert says in lines[0] + lines[3]


class Table:
    """Figures from a table; what is not in it was not measured."""

    def __init__(self, **figures: float) -> None:
        self.figures = figures

    def __call__(self, metric: str, figure: str) -> float | None:
        assert metric in METRICS + COUNTS
        return self.figures.get(f"{metric}_{figure}")


@pytest.mark.parametrize(
    ("text", "value", "line"),
    [
        ("p99<100", 132.4, "seen_ms:p99<100  FAILED: 132.4 ms"),
        ("p99<100", 99.96, "seen_ms:p99<100  ok: 99.96 ms"),
        ("p99<100", 32.449, "seen_ms:p99<100  ok: 32.45 ms"),
        ("p99<100", 100.0, "seen_ms:p99<100  FAILED: 100 ms"),
        ("p99<=100", 100.004, "seen_ms:p99<=100  FAILED: 100.004 ms"),
        ("p99<100", None, "seen_ms:p99<100  FAILED: nothing measured"),
        ("p99>100", None, "seen_ms:p99>100  FAILED: nothing measured"),
        ("lost=0", 0, "lost=0  ok: 0"),
        ("lost=0", 17, "lost=0  FAILED: 17"),
        ("lost<0.1%", 0.05, "lost<0.1%  ok: 0.05%"),
        ("seen>=99.9%", 99.87, "seen>=99.9%  FAILED: 99.87%"),
        ("seen>=99.9%", 100.0, "seen>=99.9%  ok: 100%"),
    ],
)
def test_a_finding_is_one_line(text: str, value: float | None, line: str) -> None:
    (condition,) = parse_objective(text).conditions
    assert str(Finding(condition, value)) == line
    assert Finding(condition, value).holds == ("ok" in line)


@given(st.sampled_from([*OPERATORS]), st.floats(0, 1e6), st.floats(0, 1e6))
def test_what_is_shown_leads_to_the_same_verdict(operator: str, limit: float, value: float) -> None:
    finding = Finding(Condition("seen_ms", "p99", operator, limit), value)
    shown = float(str(finding).rpartition(": ")[2].removesuffix(" ms"))
    assert finding.holds == finding.condition.holds(shown)


def test_each_condition_is_judged_by_its_own_figure() -> None:
    table = Table(seen_ms_p99=80, last_ms_max=300, count_lost=2, share_lost=0.02)
    findings = parse_objective("p99<100,last_ms:max<200,lost=0,lost<0.1%,p50<1").judge(table)
    assert [finding.observed for finding in findings] == [80, 300, 2, 0.02, None]
    assert [finding.holds for finding in findings] == [True, False, False, True, False]


@pytest.mark.parametrize(
    ("text", "margin"),
    [
        ("p99<100,lost=0", 0.8),
        ("p99<100,last_ms:max<=200", 1.5),
        ("p99>10,lost<5", None),
        ("p50<10", None),
        ("p99<0", None),
        ("p50<10,p99<160", 0.5),
    ],
)
def test_the_margin_is_the_worst_upper_limit_of_a_latency(text: str, margin: float | None) -> None:
    table = Table(seen_ms_p99=80, last_ms_max=300, count_lost=2)
    assert parse_objective(text).margin(table) == margin


@given(figures | st.text(max_size=6))
def test_percentiles_lie_between_0_and_100(figure: str) -> None:
    percent = percentile(figure)
    assert percent is None or 0 < percent <= 100
    assert (percent == 100.0) == (figure in ("max", "p100")) or figure.startswith("p100.")


def test_an_objective_is_its_conditions() -> None:
    one, two = parse_objective("p99<100"), parse_objective("lost=0")
    both = Objective((*one.conditions, *two.conditions))
    assert both == parse_objective("p99<100,lost=0")
