"""Playing over the link, on real servers: ours, on every transport, and a Flask one of protocol 1.

Not here: lost connections (`test_reconnection`), those that never were (`test_failures`).
"""

from typing import Any

import pytest
from servers import Server
from waiting import until
from watched_link import Watched, scene

from gridcli.core.errors import Refusal
from gridcli.core.geometry import Cell, Direction
from gridcli.core.protocol.updates import Chat, Delta, Placed
from gridcli.link.link import Link
from gridcli.link.states import Connecting, Live, Offline
from gridcli.link.target import Target, Transport

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
