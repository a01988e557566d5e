"""What a scenario measured, what it may be at most, and the table of it all.

A figure travels with its test's report, so that it arrives from whichever process ran it. Limits
are held in whole proofs only: in short ones the machine is shared. Not here: the options that
show and keep them (`conftest`).
"""

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass

PROPERTY = "figure"
"""Under which name a test's report holds them."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number; `limit` is what the whole proof demands, in words of `unit`."""

    scenario: str
    broker: str
    what: str
    value: float
    unit: str
    limit: float | None = None
    at_least: bool = False
    count: int | None = None
    """Of how many samples it is made."""

    @property
    def holds(self) -> bool:
        """Whether it is within its limit."""
        if self.limit is None:
            return True
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        bound = "" if self.limit is None else f"{'≥' if self.at_least else '≤'} {self.limit:g}"
        of = "" if self.count is None else f"n={self.count}"
        mark = "" if self.holds else "  OVER" if not self.at_least else "  UNDER"
        return (
            f"{self.broker:9} {self.scenario:24} {self.what:44} "
            f"{self.value:10.4g} {self.unit:6} {bound:8} {of}{mark}"
        ).rstrip()


class Figures:
    """The figures of one test.

    Args:
        scenario: the test's name.
        broker: which one its nodes meet at.
        strict: whether `verify` demands the limits.
        keep: takes each figure, as plain values.
    """

    def __init__(
        self, scenario: str, broker: str, strict: bool, keep: Callable[[str, object], None]
    ) -> None:
        self._scenario, self._broker = scenario, broker
        self._strict = strict
        self._keep = keep
        self._all: list[Figure] = []

    def add(
        self,
        what: str,
        value: float,
        unit: str,
        *,
        at_most: float | None = None,
        at_least: float | None = None,
        count: int | None = None,
    ) -> None:
        """Note one, with the limit that the whole proof has for it."""
        limit = at_most if at_least is None else at_least
        figure = Figure(
            *(self._scenario, self._broker, what, value, unit, limit),
            *(at_least is not None, count),
        )
        self._all.append(figure)
        self._keep(PROPERTY, asdict(figure))

    def verify(self) -> None:
        """Fail if one is not within its limit, in a whole proof."""
        broken = [str(figure) for figure in self._all if not figure.holds]
        assert not (broken and self._strict), "\n".join(["beyond the limits:", *broken])


def percentile(samples: Iterable[float], percent: float) -> float:
    """The smallest sample that so many percent of all do not exceed; there must be one."""
    ranked = sorted(samples)
    assert ranked, "no samples"
    return ranked[max(0, math.ceil(percent / 100 * len(ranked)) - 1)]


def table(figures: Sequence[Figure]) -> list[str]:
    """The lines of the table."""
    return [str(figure) for figure in sorted(figures, key=lambda f: (f.broker, f.scenario))]


def json_lines(figures: Iterable[Figure]) -> str:
    """One JSON object a line."""
    return "".join(
        json.dumps(asdict(figure) | {"holds": figure.holds}) + "\n" for figure in figures
    )
