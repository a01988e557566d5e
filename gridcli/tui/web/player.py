"""One browser's game: a `gridcli play` in a process of its own, whose screen is a pipe.

textual-serve speaks with it; what is private there is touched in this module alone, and
`tests/web/test_contract.py` fails when it changes. Ours are: no shell, no control by the
terminal that we run in, and an end in every case. Not here: the WebSocket (`site`), what is on
the other end of the pipe (`gridcli.tui.outlet`, Textual's web driver).
"""

import asyncio
import json
import logging
import shlex
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import textual_serve
from aiohttp import WSCloseCode, web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from gridcli.tui.outlet import REFUSED

from .messages import Focus, Keys, Message, Ping, Resized

STATICS = Path(textual_serve.__file__).parent / "static"
"""The page's terminal: `js/textual.js`, `css/xterm.css` and `fonts`."""

_QUIT_S = 5.0
_TERM_S = 2.0
_MAX_REASON = 123  # bytes, so much room has a WebSocket's closing
_CRASHED = "The game has ended by itself. The terminal that it was started from may say why."
_OWN_ENVIRONMENT = "GRIDCLI_PLAY_"

logging.getLogger("textual-serve").addHandler(logging.NullHandler())


class Player(AppService):
    """A game that a page plays. Call `start(width, height)`, then `hear` and at last `end`.

    Args:
        command: the process's arguments; nothing of it may come from the page.
        page: where its screen goes.
        downloads: what the page may fetch: a picture of its screen.
    """

    def __init__(
        self, command: Sequence[str], page: web.WebSocketResponse, downloads: DownloadManager
    ) -> None:
        super().__init__(
            shlex.join(command),
            write_bytes=page.send_bytes,
            write_str=page.send_str,
            close=self._close_page,
            download_manager=downloads,
        )
        self._argv = tuple(command)
        self._page = page
        self._reason = _CRASHED

    async def hear(self, message: Message) -> None:
        """Do what the page says."""
        match message:
            case Keys(text):
                await self.send_bytes(text.encode(errors="replace"))
            case Resized(width, height):
                await self.set_terminal_size(width, height)
            case Ping(mark):
                await self._page.send_json(["pong", mark])
            case Focus(here):
                await (self.focus() if here else self.blur())

    async def run(self) -> None:
        """Pass on what the process draws; its end closes the page, with a reason."""
        try:
            await super().run()
        finally:
            await self._close_page()

    async def on_meta(self, data: bytes) -> None:
        """The process tells something else than what to draw."""
        told = json.loads(data)
        if told["type"] == REFUSED:
            self._reason = str(told["text"])
        elif told["type"] == "exit":
            self._reason = ""  # the player has left
            await super().on_meta(data)
        else:
            await super().on_meta(data)

    async def end(self) -> None:
        """Let the process leave the game, and wait for its end; by force where that is needed."""
        process = self._process
        if process is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(_QUIT_S):
                await self.stop()
        # Nobody reads it any more, and it must not wait for that.
        drains = [
            asyncio.create_task(_drain(stream))
            for stream in (process.stdout, process.stderr)
            if stream is not None
        ]
        self.stdin.close()
        try:
            for step, patience_s in ((None, _QUIT_S), (process.terminate, _TERM_S)):
                if step is not None and process.returncode is None:
                    step()
                with suppress(TimeoutError):
                    async with asyncio.timeout(patience_s):
                        await process.wait()
                        return
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            await asyncio.gather(*drains)

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        environment = super()._build_environment(width, height)
        # What was set for us is in the arguments; `--web` must not begin anew.
        return {k: v for k, v in environment.items() if not k.startswith(_OWN_ENVIRONMENT)}

    async def _open_app_process(
        self, width: int = 80, height: int = 24
    ) -> asyncio.subprocess.Process:
        self._process = process = await asyncio.create_subprocess_exec(
            *self._argv,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self._build_environment(width, height),
            # Not in our process group: Ctrl-C is for us, and we then end it.
            start_new_session=True,
        )
        self._stdin = process.stdin
        return process

    async def _close_page(self) -> None:
        code = WSCloseCode.INTERNAL_ERROR if self._reason else WSCloseCode.OK
        with suppress(ConnectionError):
            await self._page.close(code=code, message=_short(self._reason))


def _short(reason: str) -> bytes:
    """As much of a reason as closing has room for."""
    encoded = reason.encode(errors="replace")
    if len(encoded) <= _MAX_REASON:
        return encoded
    return encoded[: _MAX_REASON - 3].decode(errors="ignore").encode() + "…".encode()


async def _drain(stream: asyncio.StreamReader) -> None:
    while await stream.read(65536):
        pass
