"""`gridcli compare`: per step, what changed between two runs, and an exit code for scripts.

Not here: the statistics (`gridcli.core.run.compare`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import click
import orjson

from gridcli.completion.values import paths
from gridcli.core.errors import GridError
from gridcli.core.run.changes import DEFAULT_RULES, Change, Comparison, Rules
from gridcli.core.run.compare import compare
from gridcli.core.run.model import Run

from .command import read_run, run_of_stack
from .console import look_of_stdout
from .terminal import paint
from .words import plain_text

_EPILOG = """\b
Examples:
  gridcli compare before.json after.json
  gridcli compare before.json after.json --min-change 10
  gridcli compare before.json after.json --again before2.json --again before3.json
  gridcli compare before.json after.json --json | jq '.changes[] | select(.word == "worse")'

A change counts when it is large enough and significant: a block bootstrap over seconds finds it,
and it is not the work of a few seconds, which a shuffle of both runs' seconds would show. Over all
steps and figures together, equal runs are called worse in 2.5 of 100 cases at most. p50, p99 and
lost decide; the others are shown. The intervals are those of each figure alone.

Two runs can't tell how much runs differ by themselves, say on a machine that others use too.
Make BEFORE more than once, and name the others with --again.

Words: worse, better; same: the interval lies within what matters; can't tell, and why.
Exit codes: 0 nothing got worse, 1 something did, 2 usage, a file that can't be read, no step in
common, or too little measured to tell.
"""
_COLOURS = {"worse": 31, "better": 32}


class CannotCompare(GridError):
    """Two runs of which nothing can be said; not to be mistaken for a regression."""

    exit_code = 2


@click.command(
    "compare",
    epilog=_EPILOG,
    context_settings={"show_default": True, "help_option_names": ["-h", "--help"]},
)
@click.argument("before", metavar="BEFORE.json", shell_complete=paths)
@click.argument("after", metavar="AFTER.json", shell_complete=paths)
@click.option(
    "--min-change",
    type=click.FloatRange(min=0),
    default=100 * DEFAULT_RULES.min_change,
    metavar="PERCENT",
    help="Smaller changes do not matter.",
)
@click.option(
    "--min-ms",
    type=click.FloatRange(min=0),
    default=DEFAULT_RULES.min_ms,
    help="Changes by fewer milliseconds do not matter.",
)
@click.option(
    "--again",
    multiple=True,
    metavar="FILE",
    shell_complete=paths,
    help="Another run of what BEFORE is a run of; best three or more.",
)
@click.option(
    "--seed", type=int, default=DEFAULT_RULES.seed, help="Of the draws; a seed repeats them."
)
@click.option("--stack", metavar="NAME", help="Of comparisons of servers: this one's runs.")
@click.option("--json", "json_", is_flag=True, help="Print JSON in place of the table.")
def compare_command(
    before: str,
    after: str,
    min_change: float,
    min_ms: float,
    again: tuple[str, ...],
    seed: int,
    stack: str | None,
    json_: bool,
) -> int:
    """Say per step what changed from one run to another, and whether it is more than chance.

    Steps are matched by their number of players, and in order. Steps whose generator was saturated
    are not compared.
    """
    try:
        old, new, *repeats = [_read(name, stack) for name in (before, after, *again)]
    except GridError as error:
        raise CannotCompare(str(error)) from None
    rules = Rules(min_change=min_change / 100, min_ms=min_ms, seed=seed)
    found = compare(old, new, rules, repeats)
    if not found.changes:
        why = "; ".join(found.skipped) or "neither has a step"
        raise CannotCompare(f"{before} and {after} have no step to compare: {why}")
    for other in (new, *repeats):
        for warning in differences(old, other):
            click.echo(f"note: {warning}", err=True)
    if json_:
        click.echo(_as_json(found))
    else:
        click.echo(as_table(found, colour=look_of_stdout().colour), color=True)
    if found.regressions:
        return 1
    return 0 if found.enough else CannotCompare.exit_code


def _read(name: str, stack: str | None) -> Run:
    run = read_run(name)
    return run_of_stack(run, name, stack) if run.stacks or stack is not None else run


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


def _as_json(found: Comparison) -> str:
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
