"""The options of a server: what they are called, what they may be, and the settings they make.

`gridcli serve` takes them from the command line, any other way of running the application from
the environment alone. Not here: the command (`server.command`), what settings do (`server.app`).
"""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from gridcli.core.geometry import MAX_SIDE, Grid
from gridcli.core.world import Limits

from .logs import FORMATS, LEVELS, set_up_logging
from .node_id import check_node
from .settings import DEFAULT_PORT, Settings

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


def _node(ctx: click.Context, param: click.Parameter, value: str) -> str:
    try:
        return check_node(value) if value else value
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from None


_POSITIVE = click.IntRange(min=1)

_OPTIONS = [
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
    click.option("--max-rooms", type=_POSITIVE, default=100, help="Rooms at a time."),
    click.option("--max-players", type=_POSITIVE, default=10_000, help="Players in all."),
    click.option("--max-room-players", type=_POSITIVE, default=2_000, help="Players in one room."),
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
        "--ping-interval",
        type=click.FloatRange(0.1, 300),
        default=8.0,
        metavar="SECONDS",
        help="Time between two heartbeats of a connection.",
    ),
    click.option(
        "--ping-timeout",
        type=click.FloatRange(0.1, 300),
        default=5.0,
        metavar="SECONDS",
        help="How long a client may take to answer one.",
    ),
    click.option(
        "--message-queue",
        default="",
        metavar="URL",
        help="Broker that makes several servers one grid: redis://, rediss://, unix://, amqp:// "
        "or amqps://.",
    ),
    click.option(
        "--node",
        callback=_node,
        default="",
        show_default="random",
        metavar="NAME",
        help="This server's name among them, of a-z and 0-9; session ids begin with it.",
    ),
    click.option(
        "--cluster-secret",
        type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
        envvar="GRIDCLI_SERVE_CLUSTER_SECRET_FILE",
        allow_from_autoenv=False,  # it would take the secret for a path
        metavar="FILE",
        help="File with the secret that the servers share; or the secret itself in the "
        "environment, as GRIDCLI_SERVE_CLUSTER_SECRET. Signs what they tell each other.",
    ),
    click.option(
        "--require-bus",
        is_flag=True,
        help="End if the broker can't be reached at the start, instead of trying on.",
    ),
    click.option(
        "--log-level", type=click.Choice(LEVELS), default="info", help="Least level logged."
    ),
    click.option("--log-format", type=click.Choice(FORMATS), default="text", help="Lines or JSON."),
]


def server_options(command: F) -> F:
    """Add every option of a server to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


LEAST_SECRET = 16
"""The shortest secret of a cluster, in bytes."""


def _cluster_secret(file: Path | None) -> bytes:
    if file is None:
        secret = os.environ.get("GRIDCLI_SERVE_CLUSTER_SECRET", "").strip().encode()
    else:
        secret = file.read_bytes().strip()
    if secret and len(secret) < LEAST_SECRET:
        raise click.BadParameter(
            f"too short: take {LEAST_SECRET} bytes or more, as from `openssl rand -hex 32`",
            param_hint="--cluster-secret",
        )
    return secret


def settings_from(given: Mapping[str, Any]) -> Settings:
    """The settings that a command's parameters make.

    Raises:
        click.BadParameter: two options contradict each other.
    """
    if given["flush_floor"] > given["flush_ceiling"]:
        raise click.BadParameter(
            "the floor must not be above the ceiling", param_hint="--flush-floor"
        )
    secret = _cluster_secret(given["cluster_secret"])
    if given["message_queue"] and not secret and not given.get("workers"):
        raise click.BadParameter(
            "--message-queue needs it: give every server the same file, made with "
            "`openssl rand -hex 32 > FILE`",
            param_hint="--cluster-secret",
        )
    return Settings(
        host=given["host"],
        port=given["port"],
        grid=given["grid"],
        limits=Limits(given["max_rooms"], given["max_players"], given["max_room_players"]),
        allowed_origins=tuple(given["allowed_origins"]),
        tick_floor_ms=given["tick_floor"],
        flush_floor_ms=given["flush_floor"],
        flush_ceiling_ms=given["flush_ceiling"],
        flush_rest=given["flush_rest"],
        fanout=given["fanout"],
        grace_s=given["grace"],
        ping_interval_s=given["ping_interval"],
        ping_timeout_s=given["ping_timeout"],
        node=given["node"],
        message_queue=given["message_queue"],
        require_bus=given["require_bus"],
        cluster_secret=secret,
        log_level=given["log_level"],
        log_format=given["log_format"],
    )


def settings_from_environment() -> Settings:
    """The settings of a server that was given no command line; sets the logging up, too.

    Raises:
        click.BadParameter: a variable does not hold what its option takes.
    """
    command = click.command("serve")(server_options(lambda **_: None))
    ctx = command.make_context("serve", [], auto_envvar_prefix="GRIDCLI_SERVE")
    settings = settings_from(ctx.params)
    set_up_logging(settings.log_level, settings.log_format)
    return settings
