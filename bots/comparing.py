"""Runs a comparison of servers, and prints and writes what came of it.

Not here: the comparison (`bots.comparison`), what is shown (`gridcli.report.stacks`), the options
(`bots.stacks`).
"""

import asyncio
import shlex
import sys
from pathlib import Path

import click
import uvloop

from gridcli.core.errors import SetupError
from gridcli.core.run.file import encode_run
from gridcli.core.run.model import Run
from gridcli.report.console import look_of_stdout
from gridcli.report.stacks import stacks_markdown, stacks_svg, stacks_text

from .comparison import Comparison


def compare_stacks(comparison: Comparison, page: Path | None, *, json: bool) -> int:
    """Compare, print the table or the run file, and return the exit code.

    Args:
        comparison: what is compared.
        page: where a page in Markdown goes, if anywhere; its plot is put beside it.
        json: print the run file in place of the table.

    Raises:
        SetupError: the page can't be written.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        run = runner.run(comparison.run())
    if page is not None:
        _write_page(run, page)
    if json:
        click.echo(encode_run(run), nl=False)
    else:
        click.echo(f"{stacks_text(run, look_of_stdout())}\n\n{run.verdict}")
    return run.exit_code


def _write_page(run: Run, page: Path) -> None:
    svg = page.with_suffix(".svg")
    command = shlex.join(["gridcli", *sys.argv[1:]])
    try:
        page.write_text(stacks_markdown(run, svg.name, command), encoding="utf-8")
        svg.write_text(stacks_svg(run), encoding="utf-8")
    except OSError as error:
        raise SetupError(f"cannot write {page}: {(error.strerror or str(error)).lower()}") from None
    click.echo(f"written: {page} and {svg.name} beside it", err=True)
