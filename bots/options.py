"""Options that `gridcli bots` and `gridcli capacity` share, and the types of their values.

Not here: what the commands do with them (`bots.command`, `bots.capacity`).
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import SystemRandom
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from gridcli.completion.values import classes_in_files, functions_in_files
from gridcli.core.application import Application
from gridcli.core.errors import SetupError
from gridcli.core.run.limits import Limits
from gridcli.core.run.objective import BadObjective, Objective, parse_objective
from gridcli.link.target import NEW, Target
from gridcli.options import Duration

from .scripts import BUILT_IN

F = TypeVar("F", bound=Callable[..., Any])

_LIMITS = Limits()
_OF_THE_GAME = ("script", "room", "protocol", "record", "replay", "speed", "token_file")


class ObjectiveType(click.ParamType[Objective]):
    """Conditions such as `p99<100ms,lost=0`."""

    name = "objective"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Objective:
        """Read what was typed."""
        if isinstance(value, Objective):
            return value
        try:
            return parse_objective(str(value))
        except BadObjective as error:
            self.fail(str(error), param, ctx)


class Steps(click.ParamType[tuple[int, ...]]):
    """Numbers of players between commas: `10,50,100`."""

    name = "N,N,…"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Read what was typed."""
        if isinstance(value, tuple):
            return value
        try:
            steps = tuple(int(part) for part in str(value).split(","))
        except ValueError:
            self.fail(f"{value!r} is no list of numbers; write 10,50,100", param, ctx)
        if min(steps) < 1:
            self.fail("a step has at least one player", param, ctx)
        return steps


class App(click.ParamType[Application]):
    """A description of another application: `path.py:Name`."""

    name = "FILE.py:NAME"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Application:
        """Read what was typed."""
        if isinstance(value, Application):
            return value
        if ctx is not None and ctx.resilient_parsing:
            self.fail("not while a shell completes: that would run the file", param, ctx)
        from .loading import load_application

        try:
            return load_application(str(value))
        except SetupError as error:
            self.fail(str(error), param, ctx)


def given(name: str) -> bool:
    """Whether the running command was given an option, and not left to its default."""
    source = click.get_current_context().get_parameter_source(name)
    return source not in (None, ParameterSource.DEFAULT)


def measured(application: Application | None, target: Target) -> Target:
    """The target, of an application where one is described.

    Raises:
        click.UsageError: an option that says nothing of an application, or no server.
    """
    if application is None:
        return target
    for name in _OF_THE_GAME:
        if given(name):
            raise click.UsageError(
                f"--app measures another application; leave --{name.replace('_', '-')} out"
            )
    if target.url in ("", NEW):
        raise click.UsageError("--app needs the address of a server: --server http://host:port")
    return replace(target, path=application.path)


app_option = click.option(
    "--app",
    type=App(),
    shell_complete=classes_in_files(),
    help="Measure a broadcast of another application, as a subclass of "
    "gridcli.core.application.Application describes it; needs --server.",
)
"""What a swarm can be told that may be another application's clients."""


def swarm_options(command: F) -> F:
    """Add what every swarm can be told."""
    options = [
        click.option(
            "--rate",
            type=click.FloatRange(min=0, min_open=True, max=100),
            default=4.0,
            help="Moves per second of each bot, on a schedule fixed beforehand. A server of ours "
            "that was not started by this takes 20 events (its --event-rate).",
        ),
        click.option(
            "--script",
            default="random",
            metavar="NAME|FILE.py:NAME",
            shell_complete=functions_in_files(*BUILT_IN),
            help="What the bots play.",
        ),
        click.option(
            "--seed", type=int, show_default="drawn, and printed", help="Repeats a run's moves."
        ),
        click.option(
            "--patience",
            type=Duration(),
            default=5.0,
            help="How long a move may take to be seen before it counts as lost.",
        ),
        click.option(
            "--limit-lag",
            type=Duration(),
            default=f"{_LIMITS.lag_ms:g}ms",
            help="Past this lag of its event loop a step is INVALID: at p95, or where p99 misses.",
        ),
        click.option(
            "--limit-debt",
            type=Duration(),
            default=f"{_LIMITS.debt_ms:g}ms",
            help="Past this lateness of its moves a step is INVALID, likewise.",
        ),
        click.option(
            "--limit-cpu",
            type=click.FloatRange(min=0, min_open=True),
            default=_LIMITS.cpu,
            help="Past this part of a core a step is INVALID.",
        ),
        click.option(
            "--out",
            type=click.Path(dir_okay=False, path_type=Path),
            metavar="FILE",
            help="Write the run file, for `gridcli report` and `gridcli compare`.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def limits(limit_lag: float, limit_debt: float, limit_cpu: float) -> Limits:
    """The limits that the options give, in seconds and cores."""
    return Limits(limit_lag * 1000, limit_debt * 1000, limit_cpu)


def seed_or_drawn(seed: int | None) -> int:
    """The seed that was given, or one that nobody knows yet."""
    return SystemRandom().randrange(2**32) if seed is None else seed
