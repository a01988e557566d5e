"""The options of a server: what they are called, what they may be, and the settings they make.

`gridcli serve` takes them from the command line, any other way of running the application from
the environment alone. Not here: the command (`server.command`), what settings do (`server.app`).
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from gridcli.core.errors import SetupError
from gridcli.core.geometry import MAX_SIDE, Grid
from gridcli.core.protocol.talk import MAX_BACKLOG
from gridcli.core.world import Limits

from .cluster_options import CLUSTER_OPTIONS, cluster_secret_from
from .engines.table import AT_THE_EDGE, ENGINES
from .limit_options import (
    EDGE_OPTIONS,
    TEXT_OPTIONS,
    TOKEN_OPTIONS,
    WORLD_OPTIONS,
    edge_limits_from,
    text_limits_from,
)
from .logs import FORMATS, LEVELS, log_as_set
from .mode_options import MODE_OPTIONS, modes_from, times_from
from .settings import DEFAULT_ENGINE, DEFAULT_PORT, Settings
from .tokens import tokens_of

F = TypeVar("F", bound=Callable[..., Any])


class _GridSize(click.ParamType[Grid]):
    name = "WxH"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Grid:
        if isinstance(value, Grid):
            return value
        found = re.fullmatch(r"(\d{1,4})x(\d{1,4})", str(value).strip().lower())
        if not found:
            self.fail(f"{value!r} is not a size; write columns x rows, as 20x10", param, ctx)
        grid = Grid(int(found[1]), int(found[2]))
        if not (1 <= grid.width <= MAX_SIDE and 1 <= grid.height <= MAX_SIDE):
            self.fail(f"a grid has 1 to {MAX_SIDE} columns and rows", param, ctx)
        return grid


ASYNC_MODES = ("threading", "eventlet", "gevent")

_OPTIONS = [
    click.option(
        "--engine",
        type=click.Choice(tuple(ENGINES)),
        default=DEFAULT_ENGINE,
        help="What serves: our own server on aiohttp; the same handlers on python-socketio as it "
        "comes, under uvicorn; the same game as a Flask-SocketIO application (protocol 1 only); or "
        "on Socket.IO for Node (likewise, and without limits).",
    ),
    click.option(
        "--async-mode",
        type=click.Choice(ASYNC_MODES),
        show_default="threading",
        help="How --engine flask serves many clients at a time.",
    ),
    click.option("--host", default="127.0.0.1", help="Address to listen on."),
    click.option(
        "--port",
        type=click.IntRange(0, 65535),
        default=DEFAULT_PORT,
        help="Port to listen on; 0 picks a free one and prints it.",
    ),
    click.option(
        "--grid", type=_GridSize(), default="20x10", help="Columns and rows of each room."
    ),
    *WORLD_OPTIONS,
    *MODE_OPTIONS,
    *TEXT_OPTIONS,
    *EDGE_OPTIONS,
    click.option(
        "--allowed-origin",
        "allowed_origins",
        multiple=True,
        metavar="ORIGIN",
        help="Web origin that browsers may connect from besides this server's own; may be "
        "repeated; * allows every one.",
    ),
    click.option(
        "--tick-floor",
        type=click.FloatRange(0, 1000),
        default=20.0,
        metavar="MS",
        help="Shortest time between two protocol-2 deltas of a room.",
    ),
    click.option(
        "--flush-floor",
        type=click.FloatRange(0, 1000),
        default=0.5,
        metavar="MS",
        help="Shortest time between two flushes to the players.",
    ),
    click.option(
        "--flush-ceiling",
        type=click.FloatRange(1, 1000),
        default=100.0,
        metavar="MS",
        help="Longest time that a change waits for its flush.",
    ),
    click.option(
        "--flush-rest",
        type=click.FloatRange(0, 100),
        default=0.5,
        metavar="TIMES",
        help="Pause after a flush, in multiples of the processor time that it cost: more gives "
        "longer latencies and a lower load.",
    ),
    click.option(
        "--fanout/--stock",
        default=True,
        help="Our fan-out, or python-socketio's own client manager and WebSockets, to compare.",
    ),
    click.option(
        "--grace",
        type=click.FloatRange(0, 3600),
        default=60.0,
        metavar="SECONDS",
        help="How long a player who lost the connection can come back as the same.",
    ),
    click.option(
        "--chat-backlog",
        type=click.IntRange(0, MAX_BACKLOG),
        default=50,
        metavar="N",
        help="A room's last chat lines, which newcomers are told; 0 keeps none.",
    ),
    click.option(
        "--ping-interval",
        type=click.FloatRange(0.1, 300),
        default=8.0,
        metavar="SECONDS",
        help="Time between two heartbeats of a connection; clients are told whole seconds, "
        "rounded up.",
    ),
    click.option(
        "--ping-timeout",
        type=click.FloatRange(0.1, 300),
        default=5.0,
        metavar="SECONDS",
        help="How long a client may take to answer one.",
    ),
    *CLUSTER_OPTIONS,
    click.option(
        "--log-level", type=click.Choice(LEVELS), default="info", help="Least level logged."
    ),
    click.option("--log-format", type=click.Choice(FORMATS), default="text", help="Lines or JSON."),
    *TOKEN_OPTIONS,
]


def server_options(command: F) -> F:
    """Add every option of a server to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def settings_from(given: Mapping[str, Any]) -> Settings:
    """The settings that a command's parameters make.

    Raises:
        click.BadParameter: two options contradict each other.
    """
    if given["flush_floor"] > given["flush_ceiling"]:
        raise click.BadParameter(
            "the floor must not be above the ceiling", param_hint="--flush-floor"
        )
    settings = Settings(
        engine=given["engine"],
        async_mode=given["async_mode"] or "",
        host=given["host"],
        port=given["port"],
        grid=given["grid"],
        limits=Limits(given["max_rooms"], given["max_players"], given["max_room_players"]),
        text=text_limits_from(given),
        edge=edge_limits_from(given),
        allowed_origins=tuple(given["allowed_origins"]),
        tick_floor_ms=given["tick_floor"],
        flush_floor_ms=given["flush_floor"],
        flush_ceiling_ms=given["flush_ceiling"],
        flush_rest=given["flush_rest"],
        fanout=given["fanout"],
        grace_s=given["grace"],
        modes=modes_from(given),
        times=times_from(given),
        chat_backlog=given["chat_backlog"],
        ping_interval_s=given["ping_interval"],
        ping_timeout_s=given["ping_timeout"],
        node=given["node"],
        message_queue=given["message_queue"],
        require_bus=given["require_bus"],
        cluster_secret=cluster_secret_from(given),
        log_level=given["log_level"],
        log_format=given["log_format"],
        token_file=given["token_file"],
        open_spectating=given["open_spectating"],
    )
    try:
        tokens_of(settings)
    except SetupError as error:
        raise click.BadParameter(str(error), param_hint="--token-file") from None
    return settings


def refuse_unused(ctx: click.Context) -> None:
    """See to it that the command line asks for nothing that will not be done.

    Raises:
        click.UsageError: it does.
    """
    engine = ctx.params["engine"]
    who, unused = f"--engine {engine}", ENGINES[engine].unused
    if not unused & AT_THE_EDGE and not ctx.params["fanout"]:
        who, unused = "--stock", unused | AT_THE_EDGE
    given = [
        "/".join(param.opts + param.secondary_opts)
        for param in ctx.command.params
        if param.name in unused
        and ctx.get_parameter_source(param.name) is ParameterSource.COMMANDLINE
    ]
    if given:
        raise click.UsageError(f"{who} does without {', '.join(given)}", ctx)


def settings_from_environment(engine: str | None = None) -> Settings:
    """The settings of a server that was given no command line; sets the logging up, too.

    Args:
        engine: the one that asks; None takes it, too, from the environment.

    Raises:
        click.BadParameter: a variable does not hold what its option takes.
    """
    command = click.command("serve")(server_options(lambda **_: None))
    ctx = command.make_context("serve", [], auto_envvar_prefix="GRIDCLI_SERVE")
    settings = settings_from(ctx.params | ({"engine": engine} if engine else {}))
    log_as_set(settings)
    return settings
