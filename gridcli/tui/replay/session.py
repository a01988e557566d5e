"""From a recording's file to a running screen: open it, choose the view, play.

What is wrong with it is one line on an ordinary terminal, before the screen starts. Not here: the
screen (`gridcli.tui.replay.app`), the file (`gridcli.link.recorded`).
"""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

from gridcli.core.deck import Deck
from gridcli.core.playback import Cursor, Timeline
from gridcli.core.recording import Header
from gridcli.core.views import length_s, opened, viewer
from gridcli.link.recorded import RecordedFile, recorded

from ..game import Game
from ..keys import Keys
from ..outlet import told_of_refusal
from ..palette import shown
from ..running import need_terminal, run_screen, silence_logs
from .app import ReplayApp
from .keys import REPLAY_ACTIONS
from .link import ReplayLink
from .options import ReplayOptions
from .projector import Projector
from .showing import Showing

_ENDS = (2**16, 2**20, 2**24)
"""How many bytes of a recording's end are looked through for its last line."""


def run(options: ReplayOptions) -> None:
    """Play a recording until its watcher quits.

    Raises:
        SetupError: it can't be read, is no recording or holds no such view; or there is no
            terminal to draw on.
    """
    silence_logs()
    with told_of_refusal(), recorded(options.path) as file:
        asyncio.run(_play(file, options))


async def _play(file: RecordedFile, options: ReplayOptions) -> None:
    app = open_replay(file, options)
    need_terminal()
    await run_screen(app)


def open_replay(
    file: RecordedFile, options: ReplayOptions, clock: Callable[[], float] = time.monotonic
) -> ReplayApp:
    """A screen that plays a recording. Raises `BadRecording`."""
    header, start = opened(file)
    player = viewer(file, header, start, options.player)
    timeline = Timeline(file, player, start, _stage()[2])
    game, link, stage = _stage()
    deck = Deck(clock, _length_s(file), options.speed)
    return ReplayApp(
        game,
        Projector(link, timeline, Cursor(timeline, stage), deck),
        title=f"replay {shown(options.path.name, ascii_only=options.ascii_only)}",
        subtitle=shown(_about(header, player), ascii_only=options.ascii_only),
        ascii_only=options.ascii_only,
        greeting=_greeting(header, ascii_only=options.ascii_only),
    )


def _stage() -> tuple[Game, ReplayLink, Showing]:
    link = ReplayLink()
    game = Game(spectate=True, recorded=True, clock=lambda: link.now_s)
    game.join(link)
    return game, link, Showing(game, link)


def _length_s(file: RecordedFile) -> float:
    for size in _ENDS:
        found = length_s(file.end(size))
        if found is not None:
            return found
    return 0.0


def _about(header: Header, player: int) -> str:
    who = f"player {player} of {header.players}, " if header.players > 1 else ""
    return f"{who}{header.tool} {_when(header.started)}"


def _when(started: str) -> str:
    try:
        return datetime.fromisoformat(started).astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):
        return started


def _greeting(header: Header, *, ascii_only: bool) -> list[str]:
    keys = Keys(REPLAY_ACTIONS)
    pause, earlier, later, help_ = (
        keys.first(name, ascii_only=ascii_only) for name in ("pause", "earlier", "later", "help")
    )
    lines = [f"A recording: {pause} pauses, {earlier} {later} seek, {help_} shows all keys"]
    views = header.players if header.incoming is None else len(header.incoming)
    return [*lines, "--player shows another's view"] if views > 1 else lines
