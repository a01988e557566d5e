"""Find the game, serve the page, say where, and end everything.

All browsers play on one game: the one that was named, that runs on this machine, or that is
started here. Not here: the page (`gridcli.tui.web.site`).
"""

import asyncio
import errno
import signal
import socket
import sys
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import click
from aiohttp import web

from gridcli.core.errors import SetupError
from gridcli.link.link import Link
from gridcli.link.local import find_game
from gridcli.link.revival import Revival
from gridcli.link.target import NEW
from gridcli.tui.options import PlayOptions

from .guard import Guard, is_loopback
from .options import WebOptions
from .site import Command, Site

_END_S = 15.0
_ANYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}
"""To listen on every address of this machine, and the one at which it finds itself."""


def run(options: PlayOptions, wished: WebOptions) -> None:
    """Serve until Ctrl-C, SIGTERM or the end of the terminal.

    Raises:
        CannotConnect: the server that was named does not answer.
        Refusal: it does not let us in.
        SetupError: the page can't be served there, or no server could be started.
    """
    asyncio.run(_run(options, wished))


async def _run(options: PlayOptions, wished: WebOptions) -> None:
    async with AsyncExitStack() as stack:
        servers, how = await _find_game(options, stack)
        ended = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
        site = Site(
            _command(servers, wished.args, options.record),
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


def _warn(text: str) -> None:
    click.echo(text, err=True)


def _command(servers: str, args: tuple[str, ...], record: Path | None) -> Command:
    play = (sys.executable, "-m", "gridcli", "play", f"--server={servers}", *args)

    def command(number: int) -> tuple[str, ...]:
        if record is None:
            return play
        return (*play, f"--record={record.with_stem(f'{record.stem}-{number}')}")

    return command


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
