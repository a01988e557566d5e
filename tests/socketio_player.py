"""A player made of python-socketio's own client: the wire as another program sees it.

It spells the events itself, so that a wrong name in ours can't hide.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

import reading_whole
import socketio
from waiting import until

NAMESPACE = "/grid-game"


class Client:
    """A player who keeps every event in the order in which it came."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Any]] = []
        self.sio = socketio.AsyncClient(reconnection=False, http_session=reading_whole.session)
        self.sio.on("*", self._keep, namespace=NAMESPACE)

    async def _keep(self, event: str, *args: Any) -> None:
        self.events.append((event, args[0] if args else None))

    async def connect(
        self, url: str, transports: list[str], auth: dict[str, Any] | None = None
    ) -> None:
        """Connect, and return once the first full state is there."""
        await self.sio.connect(url, transports=transports, namespaces=[NAMESPACE], auth=auth)
        state = "grid_delta" if auth else "grid_status"
        await until(lambda: self.of(state), f"the first {state}")

    def of(self, event: str) -> list[Any]:
        return [payload for name, payload in self.events if name == event]

    @property
    def user_id(self) -> str:
        return str(self.of("message")[0]["userId"])

    async def emit(self, event: str, payload: Any) -> None:
        await self.sio.emit(event, payload, namespace=NAMESPACE)

    async def call(self, event: str, payload: Any) -> Any:
        return await self.sio.call(event, payload, namespace=NAMESPACE)


def play(scene: Coroutine[Any, Any, None]) -> None:
    """Run a scene on an event loop of its own."""
    asyncio.run(scene)
