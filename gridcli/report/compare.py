"""`gridcli compare`: per step, what changed between two runs, and an exit code for scripts.

Not here: the statistics (`gridcli.core.run.compare`), what is said (`gridcli.report.changes`).
"""

from typing import TYPE_CHECKING

import click

from gridcli.completion.values import paths
from gridcli.core.errors import GridError
from gridcli.core.run.changes import DEFAULT_RULES, Rules

from .command import read_run, run_of_stack

if TYPE_CHECKING:
    from gridcli.core.run.model import Run

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
    # Only now: --help and the completion of options need no numbers.
    from gridcli.core.run.compare import compare

    from .changes import as_json, as_table, differences
    from .console import look_of_stdout

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
        click.echo(as_json(found))
    else:
        click.echo(as_table(found, colour=look_of_stdout().colour), color=True)
    if found.regressions:
        return 1
    return 0 if found.enough else CannotCompare.exit_code


def _read(name: str, stack: str | None) -> "Run":
    run = read_run(name)
    return run_of_stack(run, name, stack) if run.stacks or stack is not None else run
