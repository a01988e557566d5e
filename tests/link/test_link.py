"""The link against real servers: ours, on every transport, and a Flask one of protocol 1."""

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import pytest
from servers import Server, running_server
from waiting import until

from gridcli.core.errors import CannotConnect, Refusal
from gridcli.core.geometry import Cell, Direction
from gridcli.core.protocol.updates import Chat, Delta, Placed, Update
from gridcli.link.link import Link
from gridcli.link.states import Connecting, Live, NotLive, Offline, Reconnecting, Refused, State
from gridcli.link.target import Target, Transport, server_url


class Watched:
    """A link and everything that it said."""

    def __init__(self, target: Target, **options: Any) -> None:
        self.updates: list[Update] = []
        self.states: list[State] = []
        self.link = Link(
            target,
            on_update=lambda update, received_s: self.updates.append(update),
            on_state=self.states.append,
            rng=Random(1),
            **options,
        )


def scene(play: Callable[[], Awaitable[None]]) -> None:
    """Run a test's coroutine."""

    async def run() -> None:
        async with asyncio.timeout(60):
            await play()

    asyncio.run(run())


CARRIES = {
    Transport.AUTO: "websocket",
    Transport.WEBSOCKET: "websocket",
    Transport.POLLING: "polling",
    Transport.UPGRADE: "websocket",
}


@pytest.mark.parametrize("protocol", [1, 2])
@pytest.mark.parametrize("transport", CARRIES)
def test_plays_on_every_transport_and_dialect(
    grid_server: Server, transport: Transport, protocol: int
) -> None:
    room = f"play-{transport}-{protocol}"

    async def play() -> None:
        ann = Watched(Target(grid_server.url, "ann", room, transport, protocol))
        bob = Watched(Target(grid_server.url, "bob", room))
        await bob.link.open()
        await ann.link.open()
        assert ann.link.transport == CARRIES[transport]
        assert ann.link.protocol == protocol
        assert ann.link.mirror.room == room
        assert ann.states == [Connecting(), Live()]
        assert [ann.link.step(Direction.LEFT) for _ in range(25)] == list(range(1, 26))
        me = ann.link.mirror.user_id
        await until(lambda: bob.link.mirror.seqs.get(me) == 25, "every step at the other")
        await until(lambda: ann.link.mirror.cell == bob.link.mirror.cells[me], "one's own place")
        assert bob.link.mirror.cells[me].x == 1
        assert await ann.link.probe() > 0
        assert ann.link.mirror.gaps == bob.link.mirror.gaps == 0
        assert ann.link.faults == bob.link.faults == 0
        await ann.link.close()
        await until(lambda: me not in bob.link.mirror.cells, "the leave")
        await bob.link.close()
        assert ann.states[-1] == Offline("closed")

    scene(play)


@pytest.mark.parametrize("protocol", [1, 2])
def test_changes_rooms(start_server: Any, protocol: int) -> None:
    server = start_server("--max-room-players", "2")

    async def play() -> None:
        ann = Watched(Target(server.url, "ann", protocol=protocol))
        others = [Link(Target(server.url, room="den")) for _ in range(2)]
        for link in (ann.link, *others):
            await link.open()
        if protocol == 2:
            with pytest.raises(Refusal) as refused:
                await ann.link.go_to("den")
            assert refused.value.code == "full"
            assert ann.link.mirror.room == "lobby"
        await others[0].close()
        await until(lambda: others[1].mirror.users == 1, "the leave")
        await ann.link.go_to("den")
        assert ann.link.mirror.room == "den"
        assert len(ann.link.mirror.cells) == 2
        assert ann.link.mirror.cells.keys() >= others[1].mirror.cells.keys()
        await ann.link.go_to("lobby")
        assert ann.link.mirror.room == "lobby"
        assert list(ann.link.mirror.cells) == [ann.link.mirror.user_id]
        await ann.link.close()
        await others[1].close()

    scene(play)


def test_chat(grid_server: Server) -> None:
    async def play() -> None:
        ann = Watched(Target(grid_server.url, "ann", "chat"))
        bob = Watched(Target(grid_server.url, "bob", "chat"))
        old = Watched(Target(grid_server.url, room="chat", protocol=1))
        for each in (ann, bob, old):
            await each.link.open()
        await ann.link.say("  hello   there ")
        said = Chat(ann.link.mirror.user_id, "ann", "hello there")
        await until(lambda: said in bob.updates, "the line")
        with pytest.raises(Refusal):
            await ann.link.say("\x07")
        with pytest.raises(Refusal, match="protocol 1"):
            await old.link.say("hello")
        for each in (ann, bob, old):
            await each.link.close()
        assert not any(isinstance(update, Chat) for update in old.updates)

    scene(play)


def test_plays_on_a_server_of_protocol_1_only(flask_server: Server) -> None:
    async def play() -> None:
        ann = Watched(Target(flask_server.url, "ann"))
        bob = Watched(Target(flask_server.url, "bob", transport=Transport.POLLING))
        await ann.link.open()
        await bob.link.open()
        assert ann.link.protocol == bob.link.protocol == 1
        me = ann.link.mirror.user_id
        for _ in range(30):
            ann.link.step(Direction.UP)
        await until(lambda: bob.link.mirror.cells[me].y == 1, "the steps")
        assert await ann.link.probe() > 0
        await ann.link.go_to("den")
        assert ann.link.mirror.room == "den"
        assert list(ann.link.mirror.cells) == [me]
        await until(lambda: me not in bob.link.mirror.cells, "the leave")
        assert not any(isinstance(update, Delta) for update in ann.updates)
        await ann.link.close()
        await bob.link.close()

    scene(play)


def test_comes_back_as_the_same_player(start_server: Any) -> None:
    server = start_server()

    async def play() -> None:
        ann = Watched(Target(server.url, "ann", "den"))
        bob = Watched(Target(server.url, "bob", "den"))
        await ann.link.open()
        await bob.link.open()
        for _ in range(3):
            ann.link.step(Direction.RIGHT)
        me = ann.link.mirror.user_id
        await until(lambda: bob.link.mirror.seqs.get(me) == 3, "the steps")
        before = (me, ann.link.mirror.symbol, bob.link.mirror.cells[me])
        assert ann.link._session is not None
        ann.link._session.connection.end("cable pulled")
        await until(lambda: any(isinstance(s, Reconnecting) for s in ann.states), "the loss")
        await until(lambda: ann.states[-1] == Live(), "the return")
        mirror = ann.link.mirror
        assert (mirror.user_id, mirror.symbol, mirror.cell) == before
        assert (mirror.room, mirror.name) == ("den", "ann")
        assert ann.link.step(Direction.LEFT) == 1, "steps count anew with each connection"
        await until(lambda: bob.link.mirror.seqs.get(me) == 1, "the first step of the return")
        assert set(bob.link.mirror.cells) == {me, bob.link.mirror.user_id}, "a ghost"
        await ann.link.close()
        await bob.link.close()

    scene(play)


def test_takes_over_while_the_old_connection_still_stands(start_server: Any) -> None:
    server = start_server()

    async def play() -> None:
        ann = Watched(Target(server.url, "ann"))
        await ann.link.open()
        again = Watched(Target(server.url, "ann"))
        again.link._resume = ann.link._resume
        await again.link.open()
        assert again.link.mirror.user_id == ann.link.mirror.user_id
        await until(lambda: isinstance(ann.states[-1], Refused), "the old one put out")
        refused = ann.states[-1]
        assert isinstance(refused, Refused)
        assert refused.code == "gone"
        assert list(again.link.mirror.cells) == [again.link.mirror.user_id]
        stolen = Watched(Target(server.url, "eve"))
        stolen.link._resume = ann.link._resume  # spent: good for one return only
        await stolen.link.open()
        assert stolen.link.mirror.user_id != ann.link.mirror.user_id
        for each in (ann, again, stolen):
            await each.link.close()

    scene(play)


def test_survives_a_restart_of_the_server() -> None:
    async def play() -> None:
        with running_server() as first:
            port = first.url.rpartition(":")[2]
            ann = Watched(Target(first.url, "ann", "den"))
            await ann.link.open()
            os.kill(first.pid, signal.SIGKILL)
            await until(lambda: isinstance(ann.states[-1], Reconnecting), "the loss")
            with pytest.raises(NotLive):
                ann.link.step(Direction.UP)
            attempts = len(ann.states)
            await until(lambda: len(ann.states) > attempts + 1, "more attempts")
        with running_server("--port", port):
            await until(lambda: ann.states[-1] == Live(), "the return")
            # A new server knows no tokens of the old one: a new player, of the same name and room.
            assert ann.link.mirror.name == "ann"
            assert ann.link.mirror.room == "den"
            await ann.link.close()

    scene(play)


def test_without_reconnection_a_loss_is_the_end(start_server: Any) -> None:
    server = start_server()

    async def play() -> None:
        ann = Watched(Target(server.url), reconnect=False)
        await ann.link.open()
        server.stop()
        await until(lambda: isinstance(ann.states[-1], Offline), "the end")
        await ann.link.close()

    scene(play)


def test_refused(start_server: Any) -> None:
    server = start_server("--max-players", "1")

    async def play() -> None:
        ann = Watched(Target(server.url))
        bob = Watched(Target(server.url))
        await ann.link.open()
        with pytest.raises(Refusal) as refused:
            await bob.link.open()
        assert refused.value.code == "full"
        assert bob.states[-1] == Refused("full", refused.value.text)
        await bob.link.close()
        await ann.link.close()

    scene(play)


@pytest.mark.parametrize("transport", list(Transport))
def test_unreachable(transport: Transport) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"

    async def play() -> None:
        ann = Watched(Target(url, transport=transport))
        with pytest.raises(CannotConnect) as error:
            await ann.link.open()
        assert url in str(error.value)
        assert "connection refused" in str(error.value)
        assert "gridcli serve" in str(error.value)

    scene(play)


def test_auto_falls_back_to_polling_where_websocket_is_blocked(grid_server: Server) -> None:
    host, _, port = grid_server.url.removeprefix("http://").partition(":")

    async def block_upgrades(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A proxy that knows no WebSocket: it drops the header, as old ones do."""
        there, back = await asyncio.open_connection(host, int(port))

        async def carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            while data := await source.read(65536):
                sink.write(data.replace(b"Upgrade: websocket\r\n", b""))
                await sink.drain()
            sink.close()

        await asyncio.gather(carry(reader, back), carry(there, writer), return_exceptions=True)

    async def play() -> None:
        proxy = await asyncio.start_server(block_upgrades, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
        for transport in (Transport.AUTO, Transport.UPGRADE):
            ann = Watched(Target(url, room="proxied", transport=transport))
            await ann.link.open()
            assert ann.link.transport == "polling"
            for _ in range(40):  # more than one POST may carry
                ann.link.step(Direction.UP)
            mirror = ann.link.mirror
            await until(lambda: mirror.seqs.get(mirror.user_id) == 40, "every step")  # noqa: B023
            await ann.link.close()
        with pytest.raises(CannotConnect, match="refuses WebSocket"):
            await Link(Target(url, transport=Transport.WEBSOCKET)).open()
        proxy.close()

    scene(play)


def test_spectator_sees_and_is_not_seen(grid_server: Server) -> None:
    async def play() -> None:
        ann = Watched(Target(grid_server.url, "ann", "watched"))
        eye = Watched(Target(grid_server.url, room="watched", spectate=True))
        await eye.link.open()
        await ann.link.open()
        me = ann.link.mirror.user_id
        ann.link.step(Direction.UP)
        await until(lambda: eye.link.mirror.seqs.get(me) == 1, "the step")
        assert list(ann.link.mirror.cells) == [me]
        assert eye.link.mirror.cell is None
        with pytest.raises(Refusal) as refused:
            await eye.link.say("boo")
        assert refused.value.code == "unauthorized"
        await ann.link.close()
        await until(lambda: not eye.link.mirror.cells, "the leave")
        again = Watched(Target(grid_server.url, "ann", "watched"))
        await again.link.open()
        await until(lambda: len(eye.link.mirror.cells) == 1, "the next player")
        assert eye.link.mirror.gaps == 0, "a watched room keeps its tick"
        await again.link.close()
        await eye.link.close()

    scene(play)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("http://host/", "http://host"),
        ("ws://host:1", "http://host:1"),
        ("wss://host", "https://host"),
        ("https://host:8443", "https://host:8443"),
    ],
)
def test_addresses_as_people_write_them(text: str, url: str) -> None:
    assert server_url(text) == url


@pytest.mark.parametrize(
    "text", ["", "ftp://host", "http://", "http://host:port", "http://h:99999"]
)
def test_addresses_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        server_url(text)


def test_protocol_1_positions_reach_the_mirror(start_server: Any) -> None:
    server = start_server()

    async def play() -> None:
        ann = Watched(Target(server.url, protocol=1))
        await ann.link.open()
        start = ann.link.mirror.cell
        assert start is not None
        ann.link.step(Direction.LEFT)
        goal = Cell(max(1, start.x - 1), start.y)

        def placed() -> list[Cell]:
            return [u.cell for u in ann.updates if isinstance(u, Placed)]

        await until(lambda: len(placed()) == 2, "an arrival and a step")
        assert placed() == [start, goal]
        await ann.link.close()

    scene(play)
