"""The `doctor` command: looks at terminal, versions, machine and server, and says what to do.

Not here: looking (`gridcli.doctor.terminal` and its neighbours), the words (`page`).
"""

import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gridcli.options import server_option, target_of, token_file_option

if TYPE_CHECKING:
    from gridcli.report.terminal import Look

_EPILOG = """\b
Examples:
  gridcli doctor                                can one play here?
  gridcli doctor --server http://127.0.0.1:8765
  gridcli doctor --server http://a:8765,http://b:8765
  gridcli doctor --json | jq -r '.sections[].findings[] | select(.state != "ok") | .text'

A server that knows only protocol 1 sees a player come and go for each transport.

Exit codes: 0 all is well, or could be better; 1 something failed, 2 usage, 3 a server can't be
reached, 130 interrupted.
"""


@click.command(
    epilog=_EPILOG, context_settings={"show_default": True, "help_option_names": ["-h", "--help"]}
)
@server_option(default="the game that runs on this machine, or else one started for this")
@token_file_option
@click.option("--ascii", "ascii_only", is_flag=True, help="Write ASCII characters alone.")
@click.option("--json", "json_", is_flag=True, help="Print JSON in place of the text.")
def doctor(server: tuple[str, ...], token_file: Path | None, ascii_only: bool, json_: bool) -> int:
    """Check this terminal, this machine, and the way to a server.

    Each line says whether something is as the game needs it, and what to do next where it is not.
    """
    # Only now: --help and the completion of options need none of it.
    import asyncio

    from gridcli.report.console import look_of_stdout

    from .findings import Section, exit_code
    from .libraries import look_at_libraries, needed
    from .machine import look_at_machine, read_machine
    from .page import as_json, as_text, summary
    from .places import look_at_servers
    from .terminal import look_at_terminal, read_terminal

    look = _as_narrow_as_it_is(look_of_stdout(ascii_only=ascii_only))
    sections: list[Section] = []

    def tell(section: Section) -> None:
        sections.append(section)
        if not json_:
            click.echo(f"{as_text(section, look)}\n", color=True)

    async def look_at_all() -> None:
        async for section in look_at_servers(target):
            tell(section)

    target = target_of(server, token_file=token_file)
    tell(look_at_terminal(read_terminal()))
    tell(look_at_libraries(needed()))
    tell(look_at_machine(read_machine()))
    asyncio.run(look_at_all())
    click.echo(as_json(sections) if json_ else summary(sections, look), color=True)
    return exit_code(sections)


def _as_narrow_as_it_is(look: "Look") -> "Look":
    """Plots need some width; these lines do not."""
    columns = shutil.get_terminal_size((look.width, 0)).columns if sys.stdout.isatty() else 80
    return replace(look, width=max(20, min(columns, look.width)))
