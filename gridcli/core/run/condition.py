"""One condition on one figure of a run, such as `seen_ms:p99<100`, and whether it holds.

A latency has a metric and is asked for in milliseconds; a count has none, and is asked for as it
is or in percent of the deliveries owed. Not here: reading conditions
(`gridcli.core.run.objective`), where figures come from (`gridcli.core.run.model`).
"""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

METRICS = ("seen_ms", "from_send_ms", "first_ms", "median_ms", "last_ms", "spread_ms", "connect_ms")
"""Distributions of latency; the first one is meant where none is named."""
COUNTS = ("count", "share")
"""What stands for the metric of a count, and of one in percent."""
DELIVERIES = ("seen", "lost", "doubled", "reordered", "late", "ambiguous")
"""Counted per (move, receiver): these can be had in percent of what was owed."""
OTHERS = ("failed", "missed", "dropped")

OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}
_PERCENTILE = re.compile(r"p([0-9]{1,3}(?:\.[0-9]+)?)\Z")


class Figures(Protocol):
    """Where the figures of a run are looked up."""

    def __call__(self, metric: str, figure: str) -> float | None:
        """One figure; None where nothing was measured.

        Args:
            metric: one of `METRICS` (the answer is in ms), or of `COUNTS`: "count", or "share" for
                0 to 100 percent of the deliveries owed.
            figure: a percentile such as "p99.9" (see `percentile`) or "max" of a metric, one of
                `DELIVERIES` or `OTHERS` of a count, one of `DELIVERIES` of a share.
        """


def percentile(figure: str) -> float | None:
    """The percent that a figure such as "p99.9" asks for, 100 for "max"; None for any other."""
    if figure == "max":
        return 100.0
    match = _PERCENTILE.match(figure)
    percent = float(match[1]) if match else 0.0
    return percent if 0 < percent <= 100 else None


def plain(number: float) -> str:
    """A number without exponent, with all its digits and none more."""
    text = f"{Decimal(repr(number)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, slots=True)
class Condition:
    """A figure, and the limit that it is held against; `str()` is how it is written."""

    metric: str
    """One of `METRICS` or of `COUNTS`."""
    figure: str
    operator: str
    """A key of `OPERATORS`."""
    limit: float
    """In ms, in percent, or a number."""

    def __str__(self) -> str:
        prefix = f"{self.metric}:" if self.metric in METRICS else ""
        unit = "%" if self.metric == "share" else ""
        return f"{prefix}{self.figure}{self.operator}{plain(self.limit)}{unit}"

    def holds(self, value: float | None) -> bool:
        """Whether it holds for a value; never where nothing was measured."""
        return value is not None and OPERATORS[self.operator](value, self.limit)

    def judge(self, figures: Figures) -> "Finding":
        """Look the figure up and hold it against the limit."""
        return Finding(self, figures(self.metric, self.figure))

    def margin(self, figures: Figures) -> float | None:
        """Observed / limit of a latency's upper limit; None of any other condition."""
        if self.metric in COUNTS or self.operator not in ("<", "<=") or not self.limit:
            return None
        value = figures(self.metric, self.figure)
        return None if value is None else value / self.limit


@dataclass(frozen=True, slots=True)
class Finding:
    """A condition, and what was observed; `str()` is one line."""

    condition: Condition
    observed: float | None
    """As `Condition.limit`; None where nothing was measured."""

    @property
    def holds(self) -> bool:
        """Whether the condition does."""
        return self.condition.holds(self.observed)

    def __str__(self) -> str:
        verdict = "ok" if self.holds else "FAILED"
        return f"{self.condition}  {verdict}: {self._shown()}"

    def _shown(self) -> str:
        if self.observed is None:
            return "nothing measured"
        if self.condition.metric == "count":
            return plain(self.observed)
        text = plain(float(f"{self.observed:.4g}"))
        if self.condition.holds(float(text)) != self.holds:
            # A reader who goes by what is shown must come to the same verdict.
            text = plain(self.observed)
        return f"{text}%" if self.condition.metric == "share" else f"{text} ms"
