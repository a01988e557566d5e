"""`gridcli compare`: per step, what changed between two runs, and an exit code for scripts.

Not here: the statistics (`gridcli.core.run.compare`).
"""

from dataclasses import asdict

import click
import orjson

from gridcli.core.errors import SetupError
from gridcli.core.run.compare import DEFAULT_RULES, Change, Comparison, Rules, compare
from gridcli.core.run.model import Run

from .command import read_run

_EPILOG = """\b
Examples:
  gridcli compare before.json after.json
  gridcli compare before.json after.json --min-change 10
  gridcli compare before.json after.json --json | jq '.changes[] | select(.word == "worse")'

A change counts when it is significant (a block bootstrap over seconds; over all steps and figures
together, equal runs give a false alarm in at most 5 of 100) and large enough. p50, p99 and lost
decide, p90 and p99.9 are shown. Two runs can't tell how much runs differ by themselves on a machine
that others use too: make them in turn, and more than once.
Exit codes: 0 nothing got worse, 1 something did, 2 usage, or no step in common.
"""


@click.command(
    "compare",
    epilog=_EPILOG,
    context_settings={"show_default": True, "help_option_names": ["-h", "--help"]},
)
@click.argument("before", metavar="BEFORE.json")
@click.argument("after", metavar="AFTER.json")
@click.option(
    "--min-change",
    type=click.FloatRange(min=0),
    default=100 * DEFAULT_RULES.min_change,
    metavar="PERCENT",
    help="Smaller changes are the same.",
)
@click.option(
    "--min-ms",
    type=click.FloatRange(min=0),
    default=DEFAULT_RULES.min_ms,
    help="Changes by fewer milliseconds are the same.",
)
@click.option("--json", "json_", is_flag=True, help="Print JSON in place of the table.")
def compare_command(before: str, after: str, min_change: float, min_ms: float, json_: bool) -> int:
    """Say per step what changed from one run to another, and whether it is more than chance.

    Steps are matched by their number of players. Steps whose generator was saturated are not
    compared.
    """
    runs = read_run(before), read_run(after)
    rules = Rules(min_change=min_change / 100, min_ms=min_ms)
    found = compare(*runs, rules)
    if not found.changes:
        raise NothingInCommon(before, after, found.skipped)
    for warning in _differences(*runs):
        click.echo(f"note: {warning}", err=True)
    click.echo(_as_json(found) if json_ else as_table(found))
    return 1 if found.regressions else 0


class NothingInCommon(SetupError):
    """Two runs have no step that could be compared."""

    exit_code = 2

    def __init__(self, before: str, after: str, skipped: tuple[str, ...]) -> None:
        why = "; ".join(skipped) or "neither has a step"
        super().__init__(f"{before} and {after} have no step to compare: {why}")


def as_table(found: Comparison) -> str:
    """The changes, a line each, and the verdict."""
    lines = ["players  figure    before     after    change   interval"]
    lines += [_line(each) for each in found.changes]
    lines += [f"not compared: {each}" for each in found.skipped]
    worse = [f"{each.figure} at {each.players} players" for each in found.regressions]
    if worse:
        lines.append(f"verdict: worse: {', '.join(worse)}")
    elif all(each.word == "can't tell" for each in found.changes):
        lines.append("verdict: too little was measured to tell")
    else:
        lines.append("verdict: nothing got worse")
    return "\n".join(lines)


def _line(change: Change) -> str:
    share = change.figure == "lost"
    before, after = (_figure(value, share) for value in (change.before, change.after))
    interval = f"{_percent(change.low, share)} to {_percent(change.high, share)}"
    interval = "-" if change.low is None else interval
    word = (
        change.word
        if change.judged or change.word in ("same", "can't tell")
        else (f"{change.word} (does not decide)")
    )
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


def _as_json(found: Comparison) -> str:
    return orjson.dumps(
        {
            "changes": [asdict(each) for each in found.changes],
            "skipped": found.skipped,
            "regressions": len(found.regressions),
        },
        option=orjson.OPT_INDENT_2,
    ).decode()


def _differences(before: Run, after: Run) -> list[str]:
    """What makes the comparison one of different things."""
    names = ("tool", "protocol", "seed", "machine", "options", "versions")
    found = []
    for name in names:
        old, new = getattr(before, name), getattr(after, name)
        if isinstance(old, dict):
            keys = sorted(k for k in old.keys() | new.keys() if old.get(k) != new.get(k))
            if keys:
                found.append(f"the runs differ in {name}: {', '.join(keys)}")
        elif old != new:
            found.append(f"the runs differ in {name}: {old} and {new}")
    return found
