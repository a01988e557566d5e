"""python-socketio's `AsyncServer` on aiohttp as it comes, and a window to look into it.

    python tests/abuse/stock_server.py

It prints its address. Beside the server at `/socket.io/` there is a second one at `/hasty/`, whose
heartbeats are short, so that what ends by them ends soon. Nothing of ours is imported: the
libraries' limits and JSON are process-wide. Not here: what is asked of it (`test_stock_defects`,
`test_stock_polling`).
"""

import asyncio
import logging
from collections import defaultdict
from typing import Any

import socketio
from aiohttp import web

PATHS = {"/socket.io/": {}, "/hasty/": {"ping_interval": 0.3, "ping_timeout": 0.3}}


class Failures(logging.Handler):
    """The exceptions that were logged, by name; what somebody else calls tracebacks."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[0]:
            self.names.append(record.exc_info[0].__name__)


class Watched:
    """One server with three handlers that write down their calls.

    Args:
        options: of the server.
    """

    def __init__(self, options: dict[str, Any]) -> None:
        self.sio = socketio.AsyncServer(async_mode="aiohttp", **options)
        self.calls: defaultdict[str, list[list[Any]]] = defaultdict(list)
        self.waiting: dict[str, asyncio.Future[bool]] = {}
        self.sio.on("connect", self.connect)
        self.sio.on("disconnect", self.disconnect)
        self.sio.on("echo", self.echo)

    async def connect(self, sid: str, environ: Any, auth: object = None) -> bool:
        """Who says "wait" is let in or refused later."""
        genuine = "aiohttp.request" in environ
        self.note(sid, "connect", genuine)
        if genuine and auth == "wait":
            decided = self.waiting[self.eio(sid)] = asyncio.get_running_loop().create_future()
            return await decided
        return True

    async def disconnect(self, sid: str, reason: str) -> None:
        self.note(sid, "disconnect", reason)

    async def echo(self, sid: str, *args: Any) -> tuple[Any, ...]:
        self.note(sid, "echo", *args)
        return args

    def note(self, sid: str, *call: Any) -> None:
        self.calls[self.eio(sid)].append(list(call))

    def eio(self, sid: str) -> str:
        return str(self.sio.manager.eio_sid_from_sid(sid, "/"))

    def look(self, eio: str) -> dict[str, Any]:
        """Everything that the server knows of a session."""
        socket, packet = self.sio.eio.sockets.get(eio), self.sio._binary_packet.get(eio)
        return {
            "calls": self.calls[eio],
            "known": socket is not None and not socket.closed,
            "upgrading": bool(socket and socket.upgrading),
            "member": self.sio.manager.sid_from_eio_sid(eio, "/") is not None,
            "pending": None if packet is None else sum(map(len, packet.attachments)),
        }


def application() -> web.Application:
    """Both servers, and `/look`, `/decide` and `/say`."""
    app, servers, failures = web.Application(), {}, Failures()
    for path, options in PATHS.items():
        servers[path] = Watched(options)
        servers[path].sio.attach(app, socketio_path=path.strip("/"))
    logging.getLogger().addHandler(failures)

    async def look(request: web.Request) -> web.Response:
        """What is known of session `eio`, and how many exceptions were logged until now."""
        seen = servers[request.query["path"]].look(request.query["eio"])
        return web.json_response({**seen, "failures": failures.names})

    async def decide(request: web.Request) -> web.Response:
        """Let the one that waits in, or not."""
        server = servers[request.query["path"]]
        server.waiting.pop(request.query["eio"]).set_result(request.query["accept"] == "yes")
        return web.json_response(None)

    async def say(request: web.Request) -> web.Response:
        """Tell everybody something."""
        await servers[request.query["path"]].sio.emit("news", request.query["text"])
        return web.json_response(None)

    app.router.add_get("/look", look)
    app.router.add_get("/decide", decide)
    app.router.add_get("/say", say)
    return app


async def main() -> None:
    runner = web.AppRunner(application())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
