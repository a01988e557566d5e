"""`gridcli serve`. Not here: its options (`server.options`), running (`server.run`)."""

import logging

import click

from .engines.table import runner_of
from .lean import load_socketio
from .logs import log_as_set
from .options import refuse_unused, server_options, settings_from
from .settings import Settings

_EPILOG = """\b
Examples:
  gridcli serve                               on 127.0.0.1:8765
  gridcli serve --host 0.0.0.0                also for the network
  gridcli serve --port 0                      a free port; the first line says which
  gridcli serve --grid 80x40 --max-players 500
  gridcli serve --mode lobby=paint --round 3m
                                              paint in the lobby, three minutes a round
  gridcli serve --mode 'club-*=tag' --mode '*=roam'
                                              tag in rooms of such names, and nothing else
  GRIDCLI_SERVE_PORT=9000 gridcli serve       options from the environment
  openssl rand -hex 32 > tokens; gridcli serve --token-file tokens
                                              only who has it, as GRIDCLI_TOKEN, joins
  gridcli serve --message-queue redis://127.0.0.1:6379 --cluster-secret FILE
                                              one of several servers with one grid
  gridcli serve --workers 4 --message-queue redis://127.0.0.1:6379
                                              four of them behind one port
  gridcli serve --engine flask --async-mode gevent
                                              the same game on Flask-SocketIO
  gridcli serve --engine node                 the same game on Socket.IO for Node
  GRIDCLI_SERVE_GRID=80x40 gunicorn -k aiohttp.GunicornUVLoopWebWorker \\
      'server.app:create_app()'               the same server under Gunicorn
"""


@click.command(
    epilog=_EPILOG, context_settings={"show_default": True, "help_option_names": ["-h", "--help"]}
)
@server_options
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    metavar="N",
    help="Start so many servers behind one port, as one grid; needs --message-queue. Each is "
    "started again if it dies.",
)
@click.option("--while-stdin-open", is_flag=True, hidden=True)
@click.pass_context
def serve(
    ctx: click.Context, /, while_stdin_open: bool, workers: int | None, **options: object
) -> None:
    """Run the reference server of the grid game.

    Players come over WebSocket or long polling, in protocol 1 (the 2017 demo's events) or
    protocol 2 (ticks), and share one grid. /healthz, /readyz and /metrics are beside them.
    Exit codes: 0 stopped by a signal, 1 cannot listen, 2 usage.
    """
    refuse_unused(ctx)
    settings = settings_from(ctx.params)
    if workers and not settings.message_queue:
        raise click.BadParameter(
            "workers are servers that share one grid by a broker; name one with --message-queue",
            param_hint="--workers",
        )
    log_as_set(settings)
    _say_what_is_open(settings)
    if workers:
        load_socketio()
        from .workers import run_workers

        run_workers(settings, workers)
    else:
        runner_of(settings.engine)(settings, while_stdin_open=while_stdin_open)


def _say_what_is_open(settings: Settings) -> None:
    if "*" in settings.allowed_origins:
        logging.getLogger("gridcli.server").warning(
            "every web page may connect (--allowed-origin '*')"
        )
