"""Service level objectives as people write them: `p99<100ms,lost=0`.

Conditions stand between commas: `[metric:]figure operator number[unit]`, with spaces where one
likes. `str()` of an objective is its one plain spelling. Not here: what a condition means
(`gridcli.core.run.condition`).
"""

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import GridError
from .condition import (
    DELIVERIES,
    METRICS,
    OPERATORS,
    OTHERS,
    Condition,
    Figures,
    Finding,
    percentile,
    plain,
)

_USUAL = ("p50", "p90", "p95", "p99", "p99.9", "max")
_FIGURES = (*_USUAL, *DELIVERIES, *OTHERS)
_TIMES = {"": 1.0, "ms": 1.0, "s": 1000.0, "us": 0.001, "µs": 0.001, "μs": 0.001}
"""Milliseconds in each; the last two look the same and are not."""
_HIGHEST = 1e12
"""Of a limit: numbers beyond it are slips of the finger."""

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_OPERATOR = re.compile(r"<=|>=|==|<|>|=")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")
_UNIT = re.compile(r"%|[A-Za-zµμ]*")
_SPACE = re.compile(r"\s*")


class BadObjective(GridError):
    """An objective that cannot be read; `str()` is four lines, with a caret under the fault.

    Attributes:
        text: what was to be read.
        position: where in it the fault is; its length where something is missing at the end.
        expected: what may stand there.
    """

    exit_code = 2

    def __init__(self, problem: str, text: str, position: int, expected: str) -> None:
        shown = "".join(map(_one_column, text))
        caret = " " * position + "^"
        super().__init__(f"{problem}\n  {shown}\n  {caret}\n  expected: {expected}")
        self.text = text
        self.position = position
        self.expected = expected


def _one_column(character: str) -> str:
    """The character, or what can stand for it, so that the caret comes to stand under the fault."""
    if character.isspace():
        return " "
    wide = unicodedata.east_asian_width(character) in "WF"
    mark = unicodedata.category(character).startswith("M")
    return character if character.isprintable() and not wide and not mark else "?"


@dataclass(frozen=True, slots=True)
class Objective:
    """Conditions that are all to hold."""

    conditions: tuple[Condition, ...]

    def __str__(self) -> str:
        return ",".join(map(str, self.conditions))

    def judge(self, figures: Figures) -> list[Finding]:
        """What came of each condition, in order."""
        return [condition.judge(figures) for condition in self.conditions]

    def margin(self, figures: Figures) -> float | None:
        """The latency that came closest to its upper limit, observed / limit; None without one."""
        margins = (condition.margin(figures) for condition in self.conditions)
        return max((margin for margin in margins if margin is not None), default=None)


def parse_objective(text: str) -> Objective:
    """Read an objective. Raises `BadObjective`."""
    return Objective(tuple(_Reader(text).conditions()))


class _Reader:
    """Reads a text from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def conditions(self) -> list[Condition]:
        found = [self._condition()]
        while self._at < len(self._text):
            if self._text[self._at] != ",":
                raise self._fault("the condition goes on", self._at, "',' or the end")
            self._at += 1
            found.append(self._condition())
        return found

    def _condition(self) -> Condition:
        metric, figure = self._subject()
        operator = self._take(_OPERATOR, f"{figure!r} is compared with nothing", _or([*OPERATORS]))
        number_at = self._skip()
        number = float(self._take(_NUMBER, "a number is missing", "a number, such as 100 or 0.5"))
        unit_at = self._skip()
        unit = self._take(_UNIT, "", "")
        self._skip()
        if metric:
            if unit not in _TIMES:
                may = "ms, s, us, ',' or the end"
                raise self._fault(f"{unit!r} is no unit of time", unit_at, may)
            number *= _TIMES[unit]
        elif unit == "%" and figure in DELIVERIES:
            metric = "share"
        elif unit:
            may = "% of the deliveries owed, ',' or the end"
            may = may if figure in DELIVERIES else "',' or the end"
            raise self._fault(f"{unit!r} is no unit of {figure!r}", unit_at, may)
        if not number <= _HIGHEST:
            raise self._fault("the number is too large", number_at, f"at most {plain(_HIGHEST)}")
        return Condition(metric or "count", figure, operator.replace("==", "="), number)

    def _subject(self) -> tuple[str, str]:
        """A metric, empty for counts, and a figure of it."""
        at = self._skip()
        word = self._take(_WORD, "a condition is missing", _or(_FIGURES))
        end = self._at
        self._skip()
        if not self._text.startswith(":", self._at):
            if word in METRICS:
                may = _or([f":{figure}" for figure in _USUAL])
                raise self._fault(f"{word!r} needs a figure", end, may)
            if percentile(word) is not None:
                return METRICS[0], _plain_figure(word)
            if word in DELIVERIES or word in OTHERS:
                return "", word
            raise self._misspelled("figure", word, at, _FIGURES, (*_FIGURES, *METRICS))
        if word not in METRICS:
            raise self._misspelled("metric", word, at, METRICS, METRICS)
        self._at += 1
        at = self._skip()
        figure = self._take(_WORD, f"{word!r} needs a figure", _or(_USUAL))
        if percentile(figure) is None:
            if figure in DELIVERIES or figure in OTHERS:
                raise self._fault(f"{figure!r} is a count, not one of {word!r}", at, _or(_USUAL))
            raise self._misspelled(f"figure of {word!r}", figure, at, _USUAL, _USUAL)
        return word, _plain_figure(figure)

    def _skip(self) -> int:
        """Pass over spaces; the position after them."""
        match = _SPACE.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return self._at

    def _take(self, pattern: re.Pattern[str], problem: str, expected: str) -> str:
        self._skip()
        match = pattern.match(self._text, self._at)
        if not match:
            raise self._fault(problem, self._at, expected)
        self._at = match.end()
        return match[0]

    def _misspelled(
        self, what: str, word: str, at: int, names: Sequence[str], near: Sequence[str]
    ) -> BadObjective:
        close = difflib.get_close_matches(word.lower(), near, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        return self._fault(f"{word!r} is no {what}{hint}", at, _or(names))

    def _fault(self, problem: str, at: int, expected: str) -> BadObjective:
        return BadObjective(problem, self._text, at, expected)


def _plain_figure(figure: str) -> str:
    """The one spelling of a percentile."""
    percent = percentile(figure)
    return figure if figure == "max" or percent is None else f"p{plain(percent)}"


def _or(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"
