"""The law: applying all that the server sent to an empty mirror gives the server's room.

Programs of arbitrary joins, steps, changes of room, departures and ticks run against a world;
whatever is sent goes through the wire's JSON to a mirror for each client, of both protocols.
"""

from dataclasses import dataclass, field
from random import Random

import orjson
from hypothesis import given
from hypothesis import strategies as st

from gridcli.core.changes import Changes, full_delta
from gridcli.core.geometry import Cell, Direction, Grid
from gridcli.core.mirror import Mirror
from gridcli.core.protocol.names import DEMO, LOBBY, TICKS
from gridcli.core.protocol.requests import Step
from gridcli.core.protocol.updates import (
    Delta,
    Joiner,
    Online,
    Placed,
    Removed,
    Status,
    Update,
    Welcome,
    decode_update,
    encode_update,
)
from gridcli.core.world import Change, Joined, Left, Moved, Room, World

ROOMS = [LOBBY, "den", "attic"]
IDS = ["ann", "ben", "cid", "dot", "eve"]


@dataclass
class Client:
    """A mirror, and the room that the server sends it."""

    room: str
    protocol: int
    mirror: Mirror = field(default_factory=Mirror)

    def receive(self, update: Update) -> None:
        event, payload = encode_update(update)
        self.mirror.apply(decode_update(event, [orjson.loads(orjson.dumps(payload))]))


class Theatre:
    """A server without sockets: a world, what is still untold of each room, and the clients."""

    def __init__(self) -> None:
        self.world = World(Grid(5, 3))
        self.rng = Random(1)
        self.changes: dict[str, Changes] = {}
        self.clients: dict[str, Client] = {}

    def carry_out(self, changes: list[Change]) -> None:
        for change in changes:
            self.world.apply(change)
            self.changes.setdefault(change.room, Changes()).add(change)
            for client in self.members(change.room, DEMO):
                client.receive(self.as_demo(change))
        for room in {change.room for change in changes}:
            if room in self.world.rooms:
                for client in self.members(room, DEMO):
                    client.receive(Online(len(self.world.rooms[room].players)))

    def as_demo(self, change: Change) -> Update:
        if isinstance(change, Left):
            return Removed(change.user_id)
        player = self.world.rooms[change.room].players[change.user_id]
        return Placed(player.user_id, player.symbol, change.cell)

    def members(self, room: str, protocol: int) -> list[Client]:
        return [c for c in self.clients.values() if (c.room, c.protocol) == (room, protocol)]

    def admit(self, client: Client, user_id: str) -> None:
        """The newcomer's first messages: in the middle of a tick, as it happens."""
        room = self.world.rooms[client.room]
        player = room.players[user_id]
        client.receive(Welcome(user_id, player.symbol, self.world.grid, client.protocol))
        if client.protocol == TICKS:
            client.receive(full_delta(room))
        else:
            players = room.players.values()
            client.receive(
                Status({p.user_id: p.symbol for p in players}, {p.user_id: p.cell for p in players})
            )

    def join(self, user_id: str, room: str, protocol: int, cell: Cell | None) -> None:
        if user_id not in self.world:
            name = f"{user_id}-{protocol}" if protocol == TICKS else ""
            symbol = "K" if cell else ""
            decided = self.world.decide_join(
                user_id, room, self.rng, name=name, symbol=symbol, cell=cell
            )
            self.carry_out(decided)
            self.clients[user_id] = Client(room, protocol)
            self.admit(self.clients[user_id], user_id)

    def step(self, user_id: str, direction: Direction, skipped: int) -> None:
        if user_id in self.world:
            player = self.world.room_of(user_id).players[user_id]
            demo = self.clients[user_id].protocol == DEMO
            step = Step(direction, None if demo else player.seq + 1 + skipped)
            self.carry_out([self.world.decide_step(user_id, step)])

    def go(self, user_id: str, room: str) -> None:
        if user_id in self.world and self.world.room_of(user_id).name != room:
            client = self.clients[user_id]
            client.room = ""
            self.carry_out(self.world.decide_go(user_id, room, self.rng))
            client.room = room
            self.admit(client, user_id)

    def leave(self, user_id: str) -> None:
        if user_id in self.world:
            del self.clients[user_id]
            self.carry_out(self.world.decide_leave(user_id))

    def rejoin(self, user_id: str, room: str, protocol: int, cell: Cell | None) -> None:
        """Away and back within one tick."""
        self.leave(user_id)
        self.join(user_id, room, protocol, cell)

    def flush(self, room: str) -> None:
        changes = self.changes.get(room)
        if not changes:
            return
        if room not in self.world.rooms:
            changes.clear()
            return
        delta = changes.flush(self.world.rooms[room])
        assert not changes
        for client in self.members(room, TICKS):
            client.receive(delta)

    def check(self) -> None:
        """After a last tick everywhere, every client knows its room exactly."""
        for room in ROOMS:
            self.flush(room)
        for user_id, client in self.clients.items():
            room = self.world.rooms[client.room]
            mirror = client.mirror
            assert mirror.user_id == user_id
            assert mirror.cells == {p.user_id: p.cell for p in room.players.values()}
            assert mirror.users == len(room.players)
            assert mirror.gaps == 0
            assert mirror.cell == room.players[user_id].cell
            assert {u: who.symbol for u, who in mirror.who.items()} == {
                p.user_id: p.symbol for p in room.players.values()
            }
            if client.protocol == TICKS:
                assert mirror.tick == room.tick
                assert mirror.seqs == {p.user_id: p.seq for p in room.players.values()}
                assert {u: who.name for u, who in mirror.who.items()} == {
                    p.user_id: p.name for p in room.players.values()
                }


ids = st.sampled_from(IDS)
rooms = st.sampled_from(ROOMS)
protocols = st.sampled_from([DEMO, TICKS])
places = st.none() | st.builds(Cell, st.integers(1, 9), st.integers(1, 9))
acts = st.one_of(
    st.tuples(st.just("join"), ids, rooms, protocols, places),
    st.tuples(st.just("step"), ids, st.sampled_from(Direction), st.integers(0, 3)),
    st.tuples(st.just("go"), ids, rooms),
    st.tuples(st.just("leave"), ids),
    st.tuples(st.just("rejoin"), ids, rooms, protocols, places),
    st.tuples(st.just("flush"), rooms),
)


@given(st.lists(acts, max_size=60))
def test_every_client_rebuilds_its_room(program: list[tuple[object, ...]]) -> None:
    theatre = Theatre()
    for name, *arguments in program:
        getattr(theatre, str(name))(*arguments)
    theatre.check()


@given(st.lists(acts, max_size=40))
def test_every_client_is_right_after_every_tick(program: list[tuple[object, ...]]) -> None:
    theatre = Theatre()
    for name, *arguments in program:
        getattr(theatre, str(name))(*arguments)
        theatre.check()


ANN, BEN = (
    Joined(LOBBY, "ann", "K", "Ann", Cell(1, 1)),
    Joined(LOBBY, "ben", "B", "Ben", Cell(2, 1)),
)


def told(*changes: Change) -> tuple[Room, Delta]:
    """The room with these changes, and the delta that tells them."""
    world, collected = World(Grid(5, 3)), Changes()
    for change in changes:
        world.apply(change)
        collected.add(change)
    room = world.rooms[LOBBY]
    return room, collected.flush(room)


def test_many_steps_cost_one_row() -> None:
    steps = [Moved(LOBBY, "ann", Cell(x, 1), x) for x in range(2, 6)]
    room, delta = told(ANN, *steps)
    assert delta == Delta(
        tick=1,
        users=1,
        joins=[Joiner("ann", "K", Cell(5, 1), "Ann")],
        cells={"ann": Cell(5, 1)},
        seqs={"ann": 5},
    )
    assert room.tick == 1


def test_a_step_into_the_edge_is_acknowledged() -> None:
    _, delta = told(ANN, Moved(LOBBY, "ann", Cell(1, 1), 1))
    assert (delta.cells, delta.seqs) == ({"ann": Cell(1, 1)}, {"ann": 1})


def test_one_who_came_and_went_is_told_as_gone() -> None:
    _, delta = told(ANN, BEN, Moved(LOBBY, "ben", Cell(2, 2), 1), Left(LOBBY, "ben"))
    assert ([row.user_id for row in delta.joins], delta.leaves) == (["ann"], ("ben",))
    assert not delta.cells
    assert not delta.seqs


def test_one_who_went_and_came_back_is_told_as_both() -> None:
    back = Joined(LOBBY, "ben", "C", "Ben", Cell(3, 3), seq=7)
    _, delta = told(ANN, BEN, Left(LOBBY, "ben"), back)
    assert delta.leaves == ("ben",)
    assert delta.joins[-1] == Joiner("ben", "C", Cell(3, 3), "Ben")
    assert (delta.cells["ben"], delta.seqs["ben"]) == (Cell(3, 3), 7)


def test_changes_are_true_while_untold() -> None:
    changes = Changes()
    assert not changes
    changes.add(ANN)
    assert changes
    changes.clear()
    assert not changes


def test_a_full_delta_does_not_count_the_tick_on() -> None:
    room, delta = told(ANN, BEN, Moved(LOBBY, "ben", Cell(2, 2), 4))
    full = full_delta(room)
    assert full.full
    assert full.tick == delta.tick == room.tick
    assert [row.user_id for row in full.joins] == ["ann", "ben"]
    assert full.seqs == {"ben": 4}
