"""Numbers and names as a report writes them, the same on the page and in the terminal.

Three digits that count, thousands apart, a dash where nothing was measured. Not here: making
foreign text fit for HTML (`gridcli.report.svg`), the figures (`gridcli.report.figures`).
"""

from gridcli.core.latency import Latency
from gridcli.core.run.condition import Condition, Finding
from gridcli.core.run.model import Judgement
from gridcli.core.run.objective import BadObjective, parse_objective
from gridcli.core.text import printable

NOTHING = "–"
_FEW = 10


def number(value: float | None) -> str:
    """A measured value at three significant digits: 0.12, 1.23, 12.3, 1,234."""
    if value is None:
        return NOTHING
    size = abs(value)
    if size >= 1e9:
        return f"{value:.3g}"
    digits = 0 if size >= 99.95 else 1 if size >= 9.995 else 2 if size >= 0.9995 else 3
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if digits == 3 else text


def tick(value: float) -> str:
    """A round value beside an axis."""
    if 0 < abs(value) < 1e-4 or abs(value) >= 1e12:
        return f"{value:.3g}"
    return f"{value / 1e6:,g}M" if abs(value) >= 1e6 else f"{value:,.10g}"


def count(value: float) -> str:
    """A whole number, with its thousands apart."""
    return f"{value:,.0f}"


def percent(part: float, whole: float) -> str:
    """A share in percent, never rounded to all or to nothing while it is neither."""
    if not whole:
        return NOTHING
    share = 100 * part / whole
    if part in (0, whole):
        return f"{share:.0f} %"
    for digits in range(2, 12):
        text = f"{share:.{digits}f}"
        if 0 < float(text) < 100:
            return f"{text} %"
    return f"{share:.3g} %"


def is_thin(latency: Latency, percentile: float) -> bool:
    """Whether so few samples lie above a percentile that it is hardly more than the maximum."""
    return 0 < len(latency) * (1 - percentile / 100) < _FEW


def plain_text(value: object) -> str:
    """Anything that stands in a run file, on one line and without control characters."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return ", ".join(plain_text(item) for item in value)
    return printable(" ".join(str(value).split())) or NOTHING


def memory(size: float) -> str:
    """Bytes as GiB."""
    return f"{size / 2**30:.1f} GiB"


def observed(judgement: Judgement) -> str:
    """What a condition found, with its unit and as many digits as its verdict takes."""
    if judgement.observed is None:
        return "nothing measured"
    condition = condition_of(judgement)
    if condition is None:
        return number(judgement.observed)
    return str(Finding(condition, judgement.observed)).rpartition(": ")[2]


def condition_of(judgement: Judgement) -> Condition | None:
    """The condition itself; None where it can't be read."""
    try:
        return parse_objective(judgement.condition).conditions[0]
    except BadObjective:
        return None
