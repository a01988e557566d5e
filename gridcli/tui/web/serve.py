"""Find the game, serve the page, say where, and end everything.

All browsers play on one game: the one that was named, that runs on this machine, or that is
started here. Not here: the page (`gridcli.tui.web.site`).
"""

import asyncio
import errno
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import click
from aiohttp import web

from gridcli.core.errors import SetupError
from gridcli.core.views import opened, viewer
from gridcli.link.link import Link
from gridcli.link.local import find_game
from gridcli.link.recorded import recorded
from gridcli.link.revival import Revival
from gridcli.link.target import NEW
from gridcli.tui.options import PlayOptions
from gridcli.tui.replay.options import ReplayOptions

from .guard import Guard, is_loopback
from .options import WebOptions
from .site import Command, Site

_END_S = 15.0
_PLAY = (sys.executable, "-m", "gridcli", "play")
_ANYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}
"""To listen on every address of this machine, and the one at which it finds itself."""


def run(options: PlayOptions | ReplayOptions, wished: WebOptions) -> None:
    """Serve a game, or a recording that each page watches by itself, until Ctrl-C, SIGTERM or the
    end of the terminal.

    Raises:
        BadRecording: it is none, or holds no such view.
        CannotConnect: the server that was named does not answer.
        Refusal: it does not let us in.
        SetupError: the page can't be served there, or no server could be started.
    """
    asyncio.run(_run(options, wished))


async def _run(options: PlayOptions | ReplayOptions, wished: WebOptions) -> None:
    async with AsyncExitStack() as stack:
        command, how = await _find(options, wished.args, stack)
        ended = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
        site = Site(
            command,
            Guard(wished.host, wished.origins),
            wished.sessions,
        )
        runner = web.AppRunner(site.app, access_log=None, shutdown_timeout=_END_S)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        port = await _listen(runner, wished)
        for line in announcement(port, wished, how):
            click.echo(line)
        if cautious := warning(port, wished):
            _warn(cautious)
        await ended.wait()


async def _find(
    options: PlayOptions | ReplayOptions, args: tuple[str, ...], stack: AsyncExitStack
) -> tuple[Command, str]:
    """What each page runs, and a line about it."""
    if isinstance(options, ReplayOptions):
        _check_recording(options)
        watch = (*_PLAY, *_watching(options))
        return lambda number: watch, f"each page watches {options.path} by itself"
    servers, how = await _find_game(options, stack)
    play = (*_PLAY, f"--server={servers}", *args)
    record = options.record
    if record is None:
        return lambda number: play, how
    return lambda number: (*play, f"--record={_numbered(record, number)}"), how


async def _find_game(options: PlayOptions, stack: AsyncExitStack) -> tuple[str, str]:
    """The servers' addresses as `--server` takes them, and a line about them."""
    target = options.target
    if target.url and target.url != NEW:
        # Where it does not answer, that is a line here and not a page that never plays.
        link = Link(replace(target, spectate=True))
        try:
            await link.open()
        finally:
            await link.close()
        return ",".join((target.url, *target.others)), f"they play on {target.address}"
    found = await find_game(target.url, host=options.host, port=options.port)
    if found.own is not None:
        stack.push_async_callback(Revival(found.own, _warn).stop)
    return found.url, f"{found.how}; from a terminal: gridcli play --server {found.url}"


def _check_recording(options: ReplayOptions) -> None:
    with recorded(options.path) as file:
        viewer(file, *opened(file), options.player)


def _watching(options: ReplayOptions) -> Iterator[str]:
    """The same as arguments; options of a game, such as the environment may have, go with none."""
    yield f"--replay={options.path}"
    yield f"--speed={options.speed}"
    if options.player is not None:
        yield f"--player={options.player}"
    if options.ascii_only:
        yield "--ascii"


def _numbered(path: Path, number: int) -> Path:
    return path.with_stem(f"{path.stem}-{number}")


def _warn(text: str) -> None:
    click.echo(text, err=True)


async def _listen(runner: web.AppRunner, wished: WebOptions) -> int:
    """Listen, and return the port.

    Raises:
        SetupError: that address is not to be had.
    """
    for port in (wished.port, 0):
        try:
            await web.TCPSite(runner, wished.host, port).start()
        except OSError as error:
            if error.errno == errno.EADDRINUSE and port:
                continue
            raise SetupError(f"the page can't listen on {wished.host}: {error.strerror}") from None
        return int(runner.addresses[0][1])
    raise AssertionError("a free port is never taken")


def announcement(port: int, wished: WebOptions, how: str) -> list[str]:
    """What people are told: first where the page is."""
    anywhere = wished.host in _ANYWHERE
    host = _ANYWHERE.get(wished.host, wished.host)
    lines = [f"Open http://{_bracketed(host)}:{port} in a browser; Ctrl-C ends it"]
    if anywhere:
        lines.append(f"On other machines: http://{socket.gethostname()}:{port}")
    lines.append(how[0].upper() + how[1:])
    return lines


def warning(port: int, wished: WebOptions) -> str:
    """What they should know before they let others in; empty where nobody else comes in."""
    if is_loopback(wished.host):
        return ""
    return (
        f"Warning: there are no passwords: whoever reaches port {port} plays, and each page starts"
        f" a process here, {wished.sessions} at most"
    )


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
