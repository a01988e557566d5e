"""A server of one's own, on this machine, in a process of its own.

A slow terminal blocks the screen's event loop, and must not freeze the other players. The server
ends with whoever started it, however that ends: it watches the pipe that is its standard input.
Not here: the server (`server`).
"""

import asyncio
import re
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlsplit

import aiohttp
import orjson

from gridcli.core.errors import SetupError

from .polling import read_body
from .target import DEFAULT_PORT, NEW

START_S = 20.0
STOP_S = 8.0

_MAX_HEALTH = 64 * 2**10
_ADDRESS = re.compile(r"https?://\S+")


class LocalServer:
    """A running `gridcli serve`; make one with `start`."""

    def __init__(
        self, process: asyncio.subprocess.Process, url: str, args: Sequence[str] = ()
    ) -> None:
        self.url = url
        self._args = args
        self.pid = process.pid
        self._process = process
        # Whatever the server logs is read away, or it would block on a full pipe.
        self._drains = [
            asyncio.create_task(_drain(stream))
            for stream in (process.stdout, process.stderr)
            if stream is not None
        ]

    @classmethod
    async def start(
        cls, *, host: str = "127.0.0.1", port: int = 0, args: Sequence[str] = ()
    ) -> "LocalServer":
        """Start a server and wait until it listens.

        Args:
            host: the address it listens on.
            port: 0 picks a free one.
            args: further options of `gridcli serve`.

        Raises:
            SetupError: it ended instead, with what it said.
        """
        where = ("--host", host, "--port", str(port), "--log-level", "warning")
        return await cls.serve(*where, *args)

    @classmethod
    async def serve(cls, *args: str, start_s: float = START_S) -> "LocalServer":
        """Start `gridcli serve` with these options alone, and wait until it listens.

        Args:
            args: its options.
            start_s: how long it may take.

        Raises:
            SetupError: it ended instead, with what it said.
        """
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gridcli", "serve", "--while-stdin-open", *args),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            # Not in our process group: Ctrl-C is for us, and we then tell the server.
            start_new_session=True,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            async with asyncio.timeout(start_s):
                line = (await process.stdout.readline()).decode()
        except BaseException as error:
            with suppress(ProcessLookupError):
                process.kill()
            await process.communicate()  # it closes the pipes, too
            if isinstance(error, TimeoutError):
                raise SetupError(f"the server did not start within {start_s:.0f} s") from None
            raise
        found = _ADDRESS.search(line)
        if found is None:
            said = (await process.stderr.read()).decode().strip().splitlines()
            await process.wait()
            last = said[-1] if said else "the server did not start"
            raise SetupError(last.removeprefix("gridcli: "))
        return cls(process, found[0], args)

    async def again(self) -> "LocalServer":
        """Start one with the same options on the same port, when this one has ended.

        Raises:
            SetupError: it ended instead, with what it said.
        """
        # Given once more, it is the last one that counts.
        again = await self.serve(*self._args, "--port", str(urlsplit(self.url).port))
        again._args = self._args
        return again

    async def ended(self) -> str:
        """Wait for its end, and say in words how it came."""
        status = await self._process.wait()
        if status < 0:
            return f"was killed by {signal.Signals(-status).name}"
        return f"ended with status {status}"

    async def stop(self) -> None:
        """End the server and wait for its end."""
        if self._process.returncode is None:
            self._process.terminate()
            try:
                async with asyncio.timeout(STOP_S):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        await asyncio.gather(*self._drains, return_exceptions=True)


class Game(NamedTuple):
    """The server that a command plays on; `own` is ours to stop."""

    url: str
    own: LocalServer | None
    how: str
    """One line for people: which server this is, and why."""


async def find_game(
    server: str,
    *,
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
    args: Sequence[str] = (),
) -> Game:
    """The server that was named, or else a game that runs on this machine, or else a new one.

    Args:
        server: an address; "" for none named; "new" for one of our own in any case.
        host: where one of our own listens.
        port: likewise; where that is taken, a free one is used.
        args: further options of one of our own.

    Raises:
        SetupError: a server of our own can't be started.
    """
    if server not in ("", NEW):
        return Game(server, None, f"server {server}")
    if not server and port and await running(url := f"http://127.0.0.1:{port}"):
        return Game(url, None, f"joined the game that runs at {url} (--server new starts another)")
    try:
        own = await LocalServer.start(host=host, port=port, args=args)
    except SetupError:
        if port == 0:
            raise
        # Another program, or another game, has the port.
        own = await LocalServer.start(host=host, args=args)
    return Game(own.url, own, f"started a server at {own.url}")


async def running(url: str) -> bool:
    """Whether a gridcli server answers at an address."""
    timeout = aiohttp.ClientTimeout(total=1.0)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as http,
            http.get(f"{url}/healthz") as response,
        ):
            body = orjson.loads(await read_body(response, _MAX_HEALTH))
            return isinstance(body, dict) and body.get("server") == "gridcli"
    except (aiohttp.ClientError, OSError, ValueError, TimeoutError):
        return False


async def _drain(stream: asyncio.StreamReader) -> None:
    while await stream.read(65536):
        pass
