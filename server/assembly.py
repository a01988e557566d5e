"""One game put together: world, sessions, audience, ticker and handlers on a Socket.IO server.

What any application of ours begins with, on whichever web framework. Not here: the frameworks
(`server.app` on aiohttp, `server.engines.asgi_app`), the parts themselves.
"""

import random
import secrets
import time
from typing import Any, NamedTuple

from gridcli.core.world import World

from .audience import Audience
from .backlog import Backlogs
from .directory import Directory
from .fanout.stepping import run_now
from .game import Game
from .handlers import Handlers
from .metrics import Metrics
from .modes import Modes
from .referee import Referee
from .resume import ResumeBook
from .sessions import Sessions
from .settings import Settings
from .socketio_server import SocketIO
from .stock_pace import StockPace
from .ticker import Ticker
from .tokens import tokens_of


class Assembly(NamedTuple):
    """The parts of a running game that an application has to know."""

    sio: Any
    """The `socketio.AsyncServer`."""
    game: Game
    handlers: Handlers
    metrics: Metrics


def assemble(settings: Settings, made: SocketIO, world: World) -> Assembly:
    """Put a game together on a Socket.IO server, which must run on one event loop.

    Raises:
        SetupError: the token file can't be read.
    """
    secret = settings.cluster_secret or secrets.token_bytes(32)
    resume = ResumeBook(settings.grace_s, time.monotonic, secret)
    sessions = Sessions(world, resume, random.Random(), tokens_of(settings))
    metrics = Metrics(sessions.counts)
    audience = Audience(made.server, metrics)
    ticker = Ticker(audience, settings.tick_floor_ms / 1000, time.monotonic)
    backlogs = Backlogs(world, settings.chat_backlog)
    modes = Modes(settings.modes, settings.grid)
    directory = Directory(world, time.monotonic, modes.standing, modes.of)
    referee = Referee(world, modes, settings.times, ticker, time.monotonic)
    metrics.watch_games(modes.of, referee.played)
    game = Game(world, sessions, audience, ticker, backlogs, directory, referee)
    handlers = Handlers(made.server, game, metrics, settings.text)
    _keep_pace(made, ticker, game, metrics)
    return Assembly(made.server, game, handlers, metrics)


def _keep_pace(made: SocketIO, ticker: Ticker, game: Game, metrics: Metrics) -> None:
    """Let deltas be made when a flush begins, and clients that missed some be shown the room."""
    fanout = made.fanout
    if fanout is None:
        ticker.soon = StockPace(ticker, metrics, made.pace).soon
        return
    ticker.soon = fanout.flusher.soon
    fanout.flusher.before.append(lambda: run_now(ticker.tick()))
    fanout.flusher.between.append(lambda: run_now(ticker.tick_again()))
    fanout.flusher.after.append(metrics.flush_seconds.observe)
    fanout.may_skip = lambda sid, _: game.can_be_shown_again(sid)
    fanout.drained = lambda sid, _: run_now(game.show_again(sid))
    metrics.watch_fanout(fanout)
