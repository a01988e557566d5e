"""The application that `stage` serves, the same on either server.

Its handler `do` does what the client asks for: emits, rooms, waiting. Not here: asking (`stage`).
"""

import asyncio
from typing import Any

import socketio
from programs import NAMESPACES, RETURNS


class Application:
    """The application that runs on either server."""

    def __init__(self, sio: socketio.AsyncServer) -> None:
        self.sio = sio
        self.handled = 0
        self.gone: list[tuple[str, str, str]] = []
        """(namespace, sid, reason) of those whose disconnect handler ran."""
        self.quiet: set[str] = set()
        self.changed = asyncio.Event()
        """Set whenever something of the above, or of `waits`, is another."""
        self.waits = asyncio.Event()
        self.go_on = asyncio.Event()
        for namespace in (*NAMESPACES, "/end"):
            self._serve(namespace)

    def _serve(self, name: str) -> None:
        sio = self.sio

        @sio.on("connect", namespace=name)
        async def connect(sid: str, environ: object, auth: Any) -> bool | None:
            how = auth and auth["how"]
            if how == "greet":
                await sio.emit("greet", how, to=sid, namespace=name)
            elif how == "join":
                await sio.enter_room(sid, "a", namespace=name)
                await sio.emit("joined", how, room="a", namespace=name)
            elif how == "refuse":
                raise socketio.exceptions.ConnectionRefusedError("no", {"why": 1})
            elif how == "builtin":
                raise ConnectionRefusedError
            return False if how == "false" else None

        @sio.on("disconnect", namespace=name)
        async def disconnect(sid: str, reason: str) -> None:
            if sid not in self.quiet:
                await sio.emit("left", reason, namespace=name)
            self.gone.append((name, sid, reason))
            self.changed.set()

        @sio.on("do", namespace=name)
        async def do(sid: str, script: list[Any], returned: str, *blob: bytes) -> object:
            for what, *args in script:
                match what:
                    case "room":
                        await sio.emit("r", args[1], room=args[0], namespace=name)
                    case "others":
                        await sio.emit("o", args[0], skip_sid=sid, namespace=name)
                    case "self":
                        await sio.emit("s", args[0], to=sid, namespace=name)
                    case "blob":
                        await sio.emit("b", (*blob, 1), to=sid, namespace=name)
                    case "enter":
                        await sio.enter_room(sid, args[0], namespace=name)
                    case "leave":
                        await sio.leave_room(sid, args[0], namespace=name)
                    case "sleep":
                        await asyncio.sleep(0)
                    case "hold":
                        self.waits.set()
                        self.changed.set()
                        await self.go_on.wait()
            self.handled += 1
            self.changed.set()
            return RETURNS[returned]
