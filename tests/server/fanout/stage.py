"""The steps of a program: what the server and its clients do, one thing at a time.

Not here: the programs (`programs`), what the server does with them (`stage_application`), and
what is compared (`test_same_as_stock`).
"""

import asyncio
import json
import re
from collections.abc import Sequence
from typing import Any

from backstage import Backstage
from programs import NAMESPACES, Step

_CONNECTED = re.compile(r'0(/[^,]*,)?\{"sid":"([^"]*)"\}').fullmatch


class Stage(Backstage):
    """Has a method for each kind of step."""

    async def play(self) -> None:
        """Do all of it, and have everything arrive."""
        for client, begins in enumerate(self._program.begins):
            self._now.append(-1)
            await self._open(client)
            for namespace in begins:
                await self.connect(namespace, client, "plain")
                for room in self._program.rooms[client]:
                    await self.enter(namespace, client, room)
        for name, *args in self._program.steps:
            await getattr(self, name)(*args)
        await self._finish()

    async def close(self) -> None:
        """Close all connections."""
        for connection in self._connections:
            await connection.close()

    # What the server does

    async def emit(self, namespace: str, target: Any, skip: Any, data: object) -> None:
        await self._sio.emit(
            self._name("e"),
            data,
            room=target,
            skip_sid=self._skipped(namespace, skip),
            namespace=namespace,
        )

    async def send(self, namespace: str, target: Any, skip: Any, data: object) -> None:
        await self._sio.send(
            data, to=target, skip_sid=self._skipped(namespace, skip), namespace=namespace
        )

    async def tell(self, namespace: str, client: int, how: str, data: object) -> None:
        sid = self._sid(namespace, client)
        if sid is not None:
            to = {"room": [sid, "nobody"]} if how == "list" else {how: sid}
            await self._sio.emit(self._name("t"), data, namespace=namespace, **to)

    async def ask(self, namespace: str, client: int, data: object) -> None:
        sid = self._sid(namespace, client)
        if sid is not None:
            callback = self._callback(self._now[client])
            await self._sio.emit(
                self._name("a"), data, to=sid, namespace=namespace, callback=callback
            )

    async def ask_room(self, namespace: str, target: Any, skip: Any, data: object) -> None:
        skip = self._skipped(namespace, skip)
        await self._sio.emit(
            self._name("a"),
            data,
            to=target,
            skip_sid=skip,
            namespace=namespace,
            callback=self._callback(-1),
        )

    async def enter(self, namespace: str, client: int, room: str) -> None:
        sid = self._sid(namespace, client)
        if sid is not None:
            await self._sio.enter_room(sid, room, namespace=namespace)

    async def leave(self, namespace: str, client: int, room: str) -> None:
        sid = self._sid(namespace, client)
        if sid is not None:
            await self._sio.leave_room(sid, room, namespace=namespace)

    async def close_room(self, namespace: str, room: str) -> None:
        await self._sio.close_room(room, namespace=namespace)

    async def wrong(self, namespace: str, client: int) -> None:
        """What is refused is refused in the same way, and changes nothing."""
        sid = self._sid(namespace, client)
        if sid is None:
            return
        for attempt in (
            lambda: self._sio.close_room(sid, namespace=namespace),
            lambda: self._sio.enter_room("nobody", sid, namespace=namespace),
            lambda: self._sio.enter_room("nobody", "a", namespace=namespace),
            lambda: self._sio.enter_room("nobody", "a", namespace="/nowhere"),
            lambda: self._sio.leave_room("nobody", "a", namespace=namespace),
            lambda: self._sio.emit("e", object(), namespace=namespace),
            lambda: self._sio.emit("e", room=[], skip_sid=[], namespace=namespace),
        ):
            try:
                await attempt()
            except Exception as error:
                self.outcome.raised.append(type(error).__name__)
            else:
                self.outcome.raised.append("")

    async def disconnect(self, namespace: str, client: int) -> None:
        sid = self._part(namespace, self._now[client])
        if sid is not None:
            await self._settle_ends()
            await self._sio.disconnect(sid, namespace=namespace)

    async def kick(self, client: int) -> None:
        connection = self._living(client)
        # Whether one that polls comes back in time for its last packets is chance.
        if connection is not None and not connection.polling:
            await self._settle_ends()
            self._forget(client)
            await self._sio.eio.disconnect(connection.sid)
            await connection.until(connection.ended.is_set)

    async def rest(self, rounds: int) -> None:
        for _ in range(rounds):
            await asyncio.sleep(0)

    # What clients do

    async def connect(self, namespace: str, client: int, how: str) -> None:
        await self._settle_ends()
        connection = self._living(client) or await self._open(client)
        before = len(connection.got)
        auth = "" if how == "plain" else json.dumps({"how": how})
        prefix = "" if namespace == "/" else f"{namespace},"
        connection.send(f"40{prefix}{auth}")

        def reply() -> str | None:
            for text in connection.got[before:]:
                if isinstance(text, str) and text[0] in "04" and text[1:].startswith(prefix or "{"):
                    return text
                if text == '4"Unable to connect"' and not prefix:
                    return str(text)
            return None

        await connection.until(reply)
        found = _CONNECTED(reply() or "")
        if found is not None:
            self._sids[namespace, self._now[client]] = found[2]
            self._owners[found[2]] = self._now[client]

    async def bye(self, namespace: str, client: int) -> None:
        sid = self._part(namespace, self._now[client])
        if sid is not None:
            await self._settle_ends()
            prefix = "" if namespace == "/" else f"{namespace},"
            self._connections[self._now[client]].send(f"41{prefix}")
            await self._until(lambda: any(sid == gone for _, gone, _ in self._app.gone))

    async def abort(self, client: int, wait: bool) -> None:
        connection = self._living(client)
        if connection is None:
            return
        await self._settle_ends()
        # A server can't see that somebody polls no more.
        on_websocket = not connection.polling
        sids = self._forget(client)
        self.outcome.cut_off.add(self._now[client])
        if not wait:
            self._app.quiet.update(sids)
        await connection.abort()
        if on_websocket:
            self._going.update(sids)
            if wait:
                await self._settle_ends()

    async def events(
        self, namespace: str, client: int, told: Sequence[tuple[list[Any], str, bool, bool]]
    ) -> None:
        if self._sid(namespace, client) is None:
            return
        before = self._app.handled
        packets = [p for t in told for p in self._event(namespace, *t)]
        self._connections[self._now[client]].send(*packets)
        await self._until(lambda: self._app.handled == before + len(told))

    async def held(
        self, namespace: str, client: int, first: list[Any], second: list[Any], inner: list[Step]
    ) -> None:
        """A handler waits, another event of the client behind it, and the server goes on."""
        if self._sid(namespace, client) is None:
            return
        app, before = self._app, self._app.handled
        app.waits.clear()
        app.go_on.clear()
        packets = [
            *self._event(namespace, [["self", "before"], ["hold"], *first], "value", True, False),
            *self._event(namespace, second, "nothing", True, True),
        ]
        self._connections[self._now[client]].send(*packets)
        await self._until(app.waits.is_set)
        for name, *args in inner:
            await getattr(self, name)(*args)
        app.go_on.set()
        await self._until(lambda: app.handled == before + 2)

    async def upgrade(
        self, client: int, during: list[Step], late: list[Step], complete: bool
    ) -> None:
        connection = self._living(client)
        if self._program.kinds[client] != "upgrade" or connection is None:
            return
        if not connection.polling:
            return
        await connection.sent()
        probing = asyncio.ensure_future(connection.probe())
        for name, *args in during:
            await getattr(self, name)(*args)
            await asyncio.sleep(0)
        await probing
        for name, *args in late:
            await getattr(self, name)(*args)
        await (connection.upgrade() if complete else connection.give_up_upgrade())

    async def settle(self, client: int) -> None:
        """A client and the server have seen all that they sent each other."""
        namespace = next((n for n in NAMESPACES if self._sid(n, client) is not None), None)
        if namespace is not None:
            connection = self._connections[self._now[client]]
            packet = self._event(namespace, [], "nothing", True, False)[0]
            number = re.match(r"42(?:/chat,)?(\d+)", str(packet))[1]
            prefix = "" if namespace == "/" else f"{namespace},"
            connection.send(packet)
            await connection.until(lambda: f"3{prefix}{number}[]" in connection.got)

    # The end

    async def _finish(self) -> None:
        await self._settle_ends()
        numbers = [n for n in self._now if n not in self._ended]
        marked: list[int] = []
        for number in numbers:
            connection = self._connections[number]
            await connection.sent()
            connection.send("40/end,")
            await connection.until(
                lambda c=connection: any(_end(text) for text in c.got)  # type: ignore[misc]
            )
            sid = next(_end(text) for text in connection.got if _end(text))
            await self._sio.emit(
                "marker",
                to=sid,
                namespace="/end",
                callback=lambda _, n=number: (marked.append(n), self._app.changed.set()),  # type: ignore[misc]
            )
        await self._until(lambda: len(marked) == len(numbers))
        outcome = self.outcome
        for (namespace, number), sid in self._sids.items():
            rooms = self._sio.rooms(sid, namespace=namespace)
            outcome.rooms[namespace, number] = sorted(r for r in rooms if r != sid)
            assert sid in rooms
        outcome.answers.get(-1, []).sort(key=repr)
        for namespace, sid, reason in self._app.gone:
            if sid in self._owners:
                outcome.ends.setdefault(self._owners[sid], []).append((namespace, reason))
        outcome.received = [
            [_CONNECTED(p)[1] or "/" if isinstance(p, str) and _CONNECTED(p) else p for p in c.got]
            for c in self._connections
        ]


def _end(text: str | bytes) -> str | None:
    found = _CONNECTED(text) if isinstance(text, str) else None
    return found[2] if found is not None and found[1] == "/end," else None
