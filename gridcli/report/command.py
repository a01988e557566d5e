"""The `report` command: reads a run file and writes a page, a sheet, or plots.

Not here: what they show (`gridcli.report.page`, `gridcli.report.sheet`, `gridcli.report.summary`).
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gridcli.completion.values import paths
from gridcli.core.errors import SetupError

if TYPE_CHECKING:
    from gridcli.core.run.model import Run

_EPILOG = """\b
Examples:
  gridcli bots --steps 10,50,100,200 --step-time 10s --out run.json
  gridcli report run.json                     a table and plots, here
  gridcli report run.json -o run.html         one page that needs nothing else
  gridcli report run.json -o                  the same: run.html, beside the run file
  gridcli report run.json --csv steps.csv     a row for each step
  gridcli report run.json --csv --seconds     a row for each second, to standard output
  gridcli bots --duration 10s --json | gridcli report -
  gridcli report stacks.json --stack node     one server of a comparison

Columns of the sheets are described in docs/report.md.
"""
_BESIDE = "\0"
"""What -o without a value stands for: no path can have this name."""
_STDOUT = "-"


@click.command(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("run_file", metavar="RUN.json", shell_complete=paths)
@click.option(
    "-o",
    "--out",
    is_flag=False,
    flag_value=_BESIDE,
    metavar="[FILE|-]",
    shell_complete=paths,
    help="Write one self-contained HTML page; without a name, beside the run file.",
)
@click.option(
    "--csv",
    "sheet",
    is_flag=False,
    flag_value=_STDOUT,
    metavar="[FILE|-]",
    shell_complete=paths,
    help="Write a row for each step; without a name, to standard output.",
)
@click.option("--seconds", is_flag=True, help="With --csv: a row for each second.")
@click.option("--stack", metavar="NAME", help="Of a comparison of servers: this one's run.")
@click.option("--ascii", "ascii_only", is_flag=True, help="Plot with ASCII characters alone.")
def report(
    run_file: str,
    out: str | None,
    sheet: str | None,
    seconds: bool,
    stack: str | None,
    ascii_only: bool,
) -> None:
    """Show a run: as one HTML page, as CSV, or as a table and plots in this terminal.

    RUN.json is a run file that gridcli bots, gridcli capacity, gridcli stacks or Locust wrote; -
    reads it from standard input.
    """
    if seconds and sheet is None:
        raise click.UsageError("--seconds goes with --csv")
    if out == sheet == _STDOUT:
        raise click.UsageError("only one of -o and --csv can go to standard output")
    if out == _BESIDE:
        if run_file == _STDOUT:
            raise click.UsageError("-o needs a file name where the run is read from standard input")
        out = str(Path(run_file).with_suffix(".html"))
    _refuse_same([name for name in (run_file, out, sheet) if name not in (None, _STDOUT)])
    run = read_run(run_file)
    if stack is not None or (run.stacks and sheet is not None):
        run = run_of_stack(run, run_file, stack)
    if out is not None:
        from .page import page

        _write(out, page(run))
    if sheet is not None:
        from .sheet import seconds_as_csv, steps_as_csv

        _write(sheet, seconds_as_csv(run) if seconds else steps_as_csv(run))
    if out is None and sheet is None:
        from .console import look_of_stdout
        from .summary import as_text

        click.echo(as_text(run, look_of_stdout(ascii_only=ascii_only)), color=True)


def read_run(name: str) -> "Run":
    """Read a run file; "-" is standard input. Raises `SetupError`, `BadRun`."""
    # Only now: --help and the completion of options need no numbers.
    from gridcli.core.run.file import BadRun, decode_run

    try:
        content = sys.stdin.buffer.read() if name == _STDOUT else Path(name).read_bytes()
    except OSError as error:
        raise SetupError(f"cannot read {name}: {_reason(error)}") from None
    try:
        return decode_run(content)
    except BadRun as error:
        raise BadRun(f"cannot read {name}: {error}") from None


def run_of_stack(run: "Run", name: str, key: str | None) -> "Run":
    """One server's run out of a comparison of several.

    Args:
        run: the comparison.
        name: its file, for the message.
        key: the server; None where none was chosen.

    Raises:
        SetupError: there is none of that name, or none was chosen.
    """
    runs = {stack.key: stack.run for stack in run.stacks if stack.run is not None}
    if not run.stacks:
        raise SetupError(f"{name} is no comparison of servers; leave --stack out")
    if key not in runs:
        wrong = f"no server {key!r}" if key is not None else "several servers"
        raise SetupError(f"{name} has {wrong}; choose with --stack: {', '.join(runs)}")
    return runs[key]


def _refuse_same(names: list[str | None]) -> None:
    places = [Path(name).resolve() for name in names if name is not None]
    if len(set(places)) < len(places):
        raise click.UsageError("the run file, the page and the sheet must be different files")


def _write(name: str, text: str) -> None:
    if name == _STDOUT:
        click.echo(text, nl=False)
        return
    try:
        Path(name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise SetupError(f"cannot write {name}: {_reason(error)}") from None
    click.echo(f"written: {name}", err=True)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
