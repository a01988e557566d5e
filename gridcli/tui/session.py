"""From options to a running screen and back: find or start a server, connect, run, clean up.

The first connection is made before the screen starts, so that a wrong address is one line on an
ordinary terminal. Not here: the screen (`gridcli.tui.app`, `gridcli.tui.running`), the server's
process (`gridcli.link.local`).
"""

import asyncio
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gridcli import __version__
from gridcli.core.recording import Header
from gridcli.link.company import AT_ONCE, MOST, Company
from gridcli.link.link import Link
from gridcli.link.local import find_game
from gridcli.link.recorder import Recorder
from gridcli.link.revival import Revival
from gridcli.link.target import NEW

from . import outlet
from .automove import AutoMove, seeded_auto_move
from .game import Game
from .keys import Keys
from .keys_file import read_keys
from .options import PlayOptions
from .palette import shown
from .running import need_terminal, run_screen, silence_logs

if TYPE_CHECKING:
    from .app import PlayApp

_LOOPBACK = "127.0.0.1"


def run(options: PlayOptions) -> None:
    """Play until the player quits.

    Raises:
        CannotConnect: the server that was named does not answer.
        Refusal: it does not let us in.
        SetupError: there is nothing to draw on, or no server could be started.
    """
    silence_logs()
    with outlet.told_of_refusal():
        asyncio.run(_play(options))


async def _play(options: PlayOptions) -> None:
    keys = read_keys(options.keys)
    async with AsyncExitStack() as stack:
        game = Game(spectate=options.target.spectate)
        greeting: list[str] = []
        app: PlayApp | None = None
        # Textual loads while the server of our own starts: a third of the time until one plays.
        loading = asyncio.create_task(asyncio.to_thread(_load_screen))

        def warn(text: str) -> None:
            if app is not None:
                app.warn_of(text)
            else:
                greeting.insert(0, text)

        url, how = await _find_server(options, stack, warn)
        greeting += how

        track = None
        if options.record is not None:
            recorder = _record(options.record, options, url, warn)
            stack.push_async_callback(_close, recorder)
            track = recorder.track(0)
        link = Link(
            replace(options.target, url=url),
            on_update=game.updated,
            on_state=game.state_changed,
            record=track,
        )
        game.join(link)
        stack.push_async_callback(link.close)
        await link.open()
        if not game.spectate:  # or the screen says what one can do then
            greeting.insert(0, _who_you_are(game, keys))
        need_terminal()
        screen = await loading
        # Strangers in browsers start processes of this machine, and so have one of five bots.
        company = Company(link.target, most=AT_ONCE if outlet.in_browser() else MOST)
        stack.push_async_callback(company.close)
        app = screen(
            game,
            company=company,
            keys=keys,
            theme=options.theme,
            auto_move=_auto_move(options),
            ascii_only=options.ascii_only,
            greeting=greeting,
        )
        await run_screen(app)


def _load_screen() -> "type[PlayApp]":
    from .app import PlayApp

    return PlayApp


def _who_you_are(game: Game, keys: Keys) -> str:
    name, symbol = shown(game.mirror.name), shown(game.mirror.symbol)
    who = symbol if name == symbol else f"{name}, {symbol} on the grid"
    moves = keys.moves(ascii_only=True)
    moves = "the arrows" if moves == "arrows" else moves
    helps = f", {keys.first('help')} helps" if keys.of("help") else ""
    return f"You are {who}: {moves} or a click move you{helps}"


def _auto_move(options: PlayOptions) -> AutoMove | None:
    if options.auto_move_ms is None:
        return None
    return seeded_auto_move(options.auto_move_ms, options.script, options.seed)


def _record(path: Path, options: PlayOptions, url: str, warn: Callable[[str], None]) -> Recorder:
    """Start the recording; what goes wrong with it is a line on the screen."""
    header = Header(
        started=datetime.now(UTC).isoformat(timespec="milliseconds"),
        tool="play",
        version=__version__,
        server=url,
        room=options.target.room,
        protocol=options.target.protocol,
        script="" if options.auto_move_ms is None else options.script,
        seed=None if options.auto_move_ms is None else options.seed,
    )
    return Recorder(path, header, warn)


async def _close(recorder: Recorder) -> None:
    """End the recording; trouble is told once more, where it stays when the screen is gone."""
    await recorder.close()
    if recorder.trouble:
        print(recorder.trouble, file=sys.stderr)


async def _find_server(
    options: PlayOptions, stack: AsyncExitStack, warn: Callable[[str], None]
) -> tuple[str, list[str]]:
    """The server's address, and what to tell the player about it."""
    named = options.target.url
    if named and named != NEW:
        return named, []
    need_terminal()  # a script without one should not start a server first
    found = await find_game(named, host=options.host, port=options.port)
    if found.own is None:
        return found.url, [found.how]
    stack.push_async_callback(Revival(found.own, warn).stop)
    greeting = [
        f"Friends join: gridcli play --server {found.url}",
    ]
    if options.host == _LOOPBACK:
        greeting.append("Only from this machine; --host 0.0.0.0 lets others in")
    return found.url, greeting
