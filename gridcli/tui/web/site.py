"""The page, its files, and its WebSocket behind which a game runs for each browser.

A page says how large it is, what is typed, and nothing else: which command runs was decided
before. Not here: who may connect (`guard`), one browser's game (`player`), listening and ending
(`serve`), what the page looks like (the folder `page`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from aiohttp import WSCloseCode, WSMsgType, web
from textual_serve.download_manager import DownloadManager

from .guard import Guard
from .messages import cells, read_message
from .player import STATICS, Player

_PAGE = Path(__file__).parent / "page"
_HEARTBEAT_S = 15.0  # a page that has vanished without a word is noticed within half as much again
_PLACE_S = 2.0  # so long a page waits for a place
_MAX_MESSAGE = 64 * 2**10
_HEADERS = {
    # Nothing from elsewhere. xterm.js writes style elements; Safari does not take 'self' for ws.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; font-src 'self'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self' ws: wss:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-cache",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Server": "gridcli",
    "X-Content-Type-Options": "nosniff",
}

Command = Callable[[int], Sequence[str]]
"""From a session's number, beginning with 1, to the arguments of its process."""


class Site:
    """What a browser finds here; `app` is to be served.

    Args:
        command: what each page plays.
        guard: which pages may.
        sessions: how many at once.
    """

    def __init__(self, command: Command, guard: Guard, sessions: int) -> None:
        self._command = command
        self._guard = guard
        self._sessions = sessions
        self._places = asyncio.Semaphore(sessions)
        self._pages: set[web.WebSocketResponse] = set()
        self._count = 0
        self._downloads = DownloadManager()
        self.app = web.Application(middlewares=[self._known_names_only])
        self.app.add_routes(
            [
                web.get("/", self._index),
                web.get("/ws", self._play),
                web.get("/download/{key}", self._download),
                web.static("/page", _PAGE),
                web.static("/static", STATICS),
            ]
        )
        self.app.on_response_prepare.append(_add_headers)
        self.app.on_shutdown.append(self._close_all)

    @web.middleware
    async def _known_names_only(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        if not self._guard.knows(request.host):
            raise web.HTTPForbidden(text="not a name of this page; see --web-origin\n")
        return await handler(request)

    async def _index(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(_PAGE / "index.html")

    async def _play(self, request: web.Request) -> web.StreamResponse:
        if not self._guard.lets_play(request.headers.get("Origin", ""), request.host):
            raise web.HTTPForbidden(text="not a page of ours; see --web-origin\n")
        page = web.WebSocketResponse(heartbeat=_HEARTBEAT_S, max_msg_size=_MAX_MESSAGE)
        await page.prepare(request)
        self._pages.add(page)
        try:
            await self._find_place(
                page, *cells(request.query.get("width"), request.query.get("height"))
            )
        finally:
            self._pages.discard(page)
        return page

    async def _find_place(self, page: web.WebSocketResponse, width: int, height: int) -> None:
        """Play if there is a place. It is free again once its process has ended, which a player
        who loads the page anew waits for."""
        try:
            async with asyncio.timeout(_PLACE_S):
                await self._places.acquire()
        except TimeoutError:
            told = f"All places are taken ({self._sessions}). Try again when somebody has left."
            await page.close(code=WSCloseCode.TRY_AGAIN_LATER, message=told.encode())
            return
        try:
            if not page.closed:
                await self._play_on(page, width, height)
        finally:
            self._places.release()

    async def _play_on(self, page: web.WebSocketResponse, width: int, height: int) -> None:
        self._count += 1
        player = Player(self._command(self._count), page, self._downloads)
        try:
            await player.start(width, height)
            async for frame in page:
                message = read_message(frame.data) if frame.type is WSMsgType.TEXT else None
                if message is not None:
                    await player.hear(message)
        finally:
            await asyncio.shield(player.end())

    async def _download(self, request: web.Request) -> web.StreamResponse:
        key = request.match_info["key"]
        try:
            file = await self._downloads.get_download_metadata(key)
        except KeyError:
            raise web.HTTPNotFound from None
        response = web.StreamResponse()
        response.content_type = file.mime_type or "application/octet-stream"
        name = "".join(c if c.isalnum() or c in "-_. " else "_" for c in file.file_name)
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        await response.prepare(request)
        async for chunk in self._downloads.download(key):
            await response.write(chunk)
        await response.write_eof()
        return response

    async def _close_all(self, app: web.Application) -> None:
        told = b"The game was ended where it was started."
        await asyncio.gather(
            *(page.close(code=WSCloseCode.GOING_AWAY, message=told) for page in self._pages),
            return_exceptions=True,
        )


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)
