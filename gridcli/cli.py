"""The `gridcli` command: finds the subcommands, and turns errors into one line and an exit code.

Subcommands are imported when they are called, so that `gridcli --help` stays quick and `serve`
never loads a screen library. Not here: what they do (`gridcli.tui.command`, `bots.command`,
`server.command`).
"""

import errno
import os
import sys

import click

from . import __version__
from .core.errors import GridError
from .lazy import LazyGroup, did_you_mean

_COMMANDS = {
    "play": ("gridcli.tui.command:play", "Play on a shared grid in this terminal."),
    "bots": ("bots.command:bots", "Fill a grid with scripted players and measure what they see."),
    "capacity": ("bots.capacity:capacity", "Find how many players a server holds."),
    "stacks": ("bots.stacks:stacks", "Compare servers on the same work: which to choose?"),
    "report": ("gridcli.report.command:report", "Show a run as a page, as CSV, or as plots here."),
    "compare": ("gridcli.report.compare:compare_command", "Say what changed between two runs."),
    "serve": ("server.command:serve", "Run the reference server."),
    "doctor": (
        "gridcli.doctor.command:doctor",
        "Check this terminal, this machine, and the way to a server.",
    ),
    "completion": (
        "gridcli.completion.command:completion",
        "Have the Tab key complete all this in your shell.",
    ),
}

COMPLETE = "_GRIDCLI_COMPLETE"
"""The environment's variable by which the scripts of `gridcli.completion` ask."""

_EPILOG = """\b
Examples:
  gridcli play                        a game of your own; friends can join
  gridcli play --server http://127.0.0.1:8765
  gridcli bots --count 200            fill the running game, or a new one
  gridcli capacity --slo 'p99<100ms,lost=0'
  gridcli stacks                      which stack holds how many?
  gridcli report run.json -o run.html
  gridcli compare before.json after.json
  gridcli serve --port 8765           a server for others
  locust -f loadtest                  the same measurement, in Locust
  gridcli doctor                      what is wrong here, and what to do?
  gridcli completion --install        Tab completes commands, options and values
"""


@click.command(
    cls=LazyGroup,
    lazy=_COMMANDS,
    epilog=_EPILOG,
    context_settings={
        "auto_envvar_prefix": "GRIDCLI",
        "help_option_names": ["-h", "--help"],
        "show_default": True,
    },
)
@click.version_option(__version__, prog_name="gridcli")
def cli() -> None:
    """How many people can a Socket.IO server hold before a broadcast gets slow?

    A multiplayer grid game for the terminal, a reference server for it, a swarm of scripted
    players and a load test. Each option can also come from the environment, as
    GRIDCLI_<COMMAND>_<OPTION>.
    """


def main() -> None:
    """The entry point. Exit codes: 0 ok, 1 failed, 2 usage, 3 cannot connect, 98 generator
    saturated, 99 a threshold missed, 130 interrupted."""
    # Our sums are small: numpy's threads would be started and spin, on cores that others measure.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if COMPLETE in os.environ:
        from .completion.shells import register

        register()
    try:
        code = cli.main(prog_name="gridcli", complete_var=COMPLETE, standalone_mode=False)
    except click.Abort:
        sys.exit(130)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.UsageError as error:
        # One line: what is wrong, and where to read on.
        command = error.ctx.command_path if error.ctx else "gridcli"
        click.echo(f"{command}: {_wrong(error)} (see {command} --help)", err=True)
        sys.exit(error.exit_code)
    except GridError as error:
        click.echo(f"gridcli: {error}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            raise
        click.echo(
            f"gridcli: cannot write the output: {os.strerror(error.errno).lower()}", err=True
        )
        sys.exit(GridError.exit_code)
    sys.exit(code if isinstance(code, int) else 0)


def _wrong(error: click.UsageError) -> str:
    if isinstance(error, click.NoSuchOption | click.NoSuchCommand) and error.possibilities:
        return error.message + did_you_mean(error.possibilities)
    return error.format_message().rstrip(".")
