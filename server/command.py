"""`gridcli serve`: the options of a server, on the command line and from the environment."""

import re

import click

from gridcli.core.geometry import MAX_SIDE, Grid
from gridcli.core.world import Limits

from .logs import FORMATS, LEVELS, set_up_logging
from .settings import DEFAULT_PORT, Settings

_EPILOG = """\b
Examples:
  gridcli serve                               on 127.0.0.1:8765
  gridcli serve --host 0.0.0.0                also for the network
  gridcli serve --port 0                      a free port; the first line says which
  gridcli serve --grid 80x40 --max-players 500
  GRIDCLI_SERVE_PORT=9000 gridcli serve       options from the environment
  GRIDCLI_SERVE_GRID=80x40 gunicorn -k aiohttp.GunicornUVLoopWebWorker \\
      'server.app:create_app()'               the same server under Gunicorn
"""


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


_POSITIVE = click.IntRange(min=1)


@click.command(
    epilog=_EPILOG, context_settings={"show_default": True, "help_option_names": ["-h", "--help"]}
)
@click.option("--host", default="127.0.0.1", help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    help="Port to listen on; 0 picks a free one and prints it.",
)
@click.option("--grid", type=_GridSize(), default="20x10", help="Columns and rows of each room.")
@click.option("--max-rooms", type=_POSITIVE, default=100, help="Rooms at a time.")
@click.option("--max-players", type=_POSITIVE, default=10_000, help="Players in all.")
@click.option("--max-room-players", type=_POSITIVE, default=2_000, help="Players in one room.")
@click.option(
    "--allowed-origin",
    "allowed_origins",
    multiple=True,
    metavar="ORIGIN",
    help="Web origin that browsers may connect from besides this server's own; may be repeated; "
    "* allows every one.",
)
@click.option(
    "--tick-floor",
    type=click.FloatRange(0, 1000),
    default=5.0,
    metavar="MS",
    help="Shortest time between two protocol-2 deltas of a room.",
)
@click.option(
    "--tick-ceiling",
    type=click.FloatRange(1, 1000),
    default=100.0,
    metavar="MS",
    help="Longest time that a change waits for its delta.",
)
@click.option(
    "--grace",
    type=click.FloatRange(0, 3600),
    default=60.0,
    metavar="SECONDS",
    help="How long a player who lost the connection can come back as the same.",
)
@click.option(
    "--ping-interval",
    type=click.FloatRange(0.1, 300),
    default=8.0,
    metavar="SECONDS",
    help="Time between two heartbeats of a connection.",
)
@click.option(
    "--ping-timeout",
    type=click.FloatRange(0.1, 300),
    default=5.0,
    metavar="SECONDS",
    help="How long a client may take to answer one.",
)
@click.option("--log-level", type=click.Choice(LEVELS), default="info", help="Least level logged.")
@click.option("--log-format", type=click.Choice(FORMATS), default="text", help="Lines or JSON.")
@click.option("--while-stdin-open", is_flag=True, hidden=True)
@click.pass_context
def serve(ctx: click.Context, /, while_stdin_open: bool, **options: object) -> None:
    """Run the reference server of the grid game.

    Players come over WebSocket or long polling, in protocol 1 (the 2017 demo's events) or
    protocol 2 (ticks), and share one grid. /healthz, /readyz and /metrics are beside them.
    Exit codes: 0 stopped by a signal, 1 cannot listen, 2 usage.
    """
    from .run import run  # the server's libraries, which --help does without

    settings = _settings(ctx)
    set_up_logging(settings.log_level, settings.log_format)
    _say_what_is_open(settings)
    run(settings, while_stdin_open=while_stdin_open)


def settings_from_environment() -> Settings:
    """The settings that `gridcli serve` without arguments would have.

    Raises:
        click.BadParameter: a variable does not hold what its option takes.
    """
    ctx = serve.make_context("serve", [], auto_envvar_prefix="GRIDCLI_SERVE")
    settings = _settings(ctx)
    set_up_logging(settings.log_level, settings.log_format)
    return settings


def _settings(ctx: click.Context) -> Settings:
    given = ctx.params
    if given["tick_floor"] > given["tick_ceiling"]:
        raise click.BadParameter(
            "the floor must not be above the ceiling", ctx, param_hint="--tick-floor"
        )
    return Settings(
        host=given["host"],
        port=given["port"],
        grid=given["grid"],
        limits=Limits(given["max_rooms"], given["max_players"], given["max_room_players"]),
        allowed_origins=tuple(given["allowed_origins"]),
        tick_floor_ms=given["tick_floor"],
        tick_ceiling_ms=given["tick_ceiling"],
        grace_s=given["grace"],
        ping_interval_s=given["ping_interval"],
        ping_timeout_s=given["ping_timeout"],
        log_level=given["log_level"],
        log_format=given["log_format"],
    )


def _say_what_is_open(settings: Settings) -> None:
    if "*" in settings.allowed_origins:
        import logging

        logging.getLogger("gridcli.server").warning(
            "every web page may connect (--allowed-origin '*')"
        )
