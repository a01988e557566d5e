"""What `gridcli compare` says of two runs: a table, JSON, and notes of what else differs.

Not here: the statistics (`gridcli.core.run.compare`), the command (`gridcli.report.compare`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import orjson

from gridcli.core.run.changes import Change, Comparison
from gridcli.core.run.model import Run

from .terminal import paint
from .words import plain_text

_COLOURS = {"worse": 31, "better": 32}


def verdict(found: Comparison) -> str:
    """One sentence."""
    if found.regressions:
        worse = [f"{each.figure} at {each.players} players" for each in found.regressions]
        return f"worse: {', '.join(worse)}"
    if not found.enough:
        return "not enough data: too little was measured to tell"
    judged = [each for each in found.changes if each.judged]
    open_ = sum(each.word == "can't tell" for each in judged)
    rest = f"; of {open_} of {len(judged)} figures it can't be told" if open_ else ""
    return f"nothing is known to have got worse{rest}" if open_ else "nothing got worse"


def as_table(found: Comparison, *, colour: bool = False) -> str:
    """The changes, a line each, and the verdict."""
    lines = ["players  figure    before     after    change   95 % interval"]
    lines += [_line(each, colour) for each in found.changes]
    lines += [f"not compared: {plain_text(each)}" for each in found.skipped]
    return "\n".join([*lines, f"verdict: {verdict(found)}"])


def _line(change: Change, colour: bool) -> str:
    share = change.figure == "lost"
    before, after = (_figure(value, share) for value in (change.before, change.after))
    interval = f"{_percent(change.low, share)} to {_percent(change.high, share)}"
    interval = "-" if change.low is None else interval
    word = f"{change.word}: {change.reason}" if change.reason else change.word
    if change.judged and change.word in _COLOURS:
        word = paint(word, _COLOURS[change.word], colour)
    if not change.judged:
        word += " (does not decide)"
    return (
        f"{change.players:7d}  {change.figure:<6} {before:>9} {after:>9} "
        f"{_percent(change.change, share):>9}   {interval:<20} {word}"
    )


def _figure(value: float | None, share: bool) -> str:
    if value is None:
        return "-"
    return f"{value:.3%}" if share else f"{value:.2f} ms"


def _percent(value: float | None, share: bool) -> str:
    return "-" if value is None else f"{value:+.3%}" if share else f"{value:+.1%}"


def as_json(found: Comparison) -> str:
    """The same for programs."""
    return orjson.dumps(
        {
            "changes": [asdict(each) for each in found.changes],
            "skipped": found.skipped,
            "regressions": len(found.regressions),
            "verdict": verdict(found),
        },
        option=orjson.OPT_INDENT_2,
    ).decode()


def differences(before: Run, after: Run) -> Sequence[str]:
    """What makes the comparison one of different things, a line each."""
    found = []
    for name in ("tool", "version", "protocol", "seed", "machine", "options", "versions"):
        old, new = getattr(before, name), getattr(after, name)
        if isinstance(old, Mapping):
            parts = [
                f"{key} {old.get(key)} and {new.get(key)}"
                for key in sorted(old.keys() | new.keys())
                if old.get(key) != new.get(key)
            ]
        else:
            parts = [f"{old} and {new}"] if old != new else []
        if parts:
            found.append(plain_text(f"the runs differ in {name}: {', '.join(parts)}"))
    return found
