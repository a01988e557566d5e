"""The law: all deltas and rounds that a server sent, applied, give its players and its game.

Programs of arbitrary joins, steps, departures, returns within a tick, flushes and waits run in a
room that plays; clients come at any time and are sent what a server's ticker sends them, through
the wire's JSON. Not here: the same for the room alone (`tests/core/test_changes`).
"""

import orjson
import pytest
from games import ROOM, Arena
from hypothesis import given, settings
from hypothesis import strategies as st

from gridcli.core.changes import Changes, full_delta
from gridcli.core.geometry import Direction, Grid
from gridcli.core.mirror import Mirror
from gridcli.core.protocol.names import TICKS
from gridcli.core.protocol.rounds import Mode, Phase
from gridcli.core.protocol.updates import Update, Welcome, decode_update, encode_update
from gridcli.core.world import Change

GRID = Grid(3, 2)


class Theatre(Arena):
    """A server without sockets: the room, what is untold of it, and who is told."""

    def __init__(self, mode: Mode) -> None:
        super().__init__(mode, GRID)
        self.untold = Changes()
        self.clients: list[Mirror] = []
        apply = self.world.apply

        def noting(change: Change) -> None:
            apply(change)
            if self.slow:
                self.late.append(change)
            else:
                self.untold.add(change)

        self.slow = False
        """Whether the room hears of changes later than they are carried out."""
        self.late: list[Change] = []
        self.world.apply = noting  # type: ignore[method-assign]

    def watcher(self) -> None:
        """A newcomer who is shown the room in the middle of a tick."""
        mirror = Mirror(shared=False)
        tell(mirror, Welcome("eye", "", GRID, TICKS, room=ROOM))
        self.show(mirror)
        self.clients.append(mirror)

    def again(self, number: int) -> None:
        """A client that missed updates is shown the room again."""
        if self.clients:
            self.show(self.clients[number % len(self.clients)])

    def show(self, mirror: Mirror) -> None:
        tell(mirror, full_delta(self.room))
        tell(mirror, self.game.full(self.room, self.now_s))

    def back(self, user_id: str, slow: bool) -> None:
        """Away and back at once: a connection that takes over from another. The room may hear of
        it later, once the new one is welcomed."""
        self.note()
        if user_id in self.room.players:
            x, y = self.room.players[user_id].cell
            self.slow = slow
            self.leave(user_id)
            self.enter(user_id, x, y)
            self.slow = False

    def note(self) -> None:
        """What was carried out slowly is told now."""
        for change in self.late:
            self.untold.add(change)
        self.late.clear()

    def act(self, user_id: str, *directions: Direction) -> None:
        if any(change.user_id == user_id for change in self.late):
            self.note()  # who is not welcomed yet does nothing
        super().act(user_id, *directions)

    def leave(self, user_id: str) -> None:
        # Of one who has gone again nobody need hear that it had come.
        self.late = [change for change in self.late if change.user_id != user_id]
        super().leave(user_id)

    def flush(self) -> None:
        joined: list[str] = []
        if self.untold:
            delta = self.untold.flush(self.room)
            joined += [row.user_id for row in delta.joins]
            self.tell_all(delta)
        told = self.game.flush(self.room, self.now_s, joined)
        if told is not None:
            self.tell_all(told)
        assert not self.game.untold
        assert self.game.flush(self.room, self.now_s) is None

    def tell_all(self, update: Update) -> None:
        for mirror in self.clients:
            tell(mirror, update)

    def check(self) -> None:
        """After a last beat, everyone knows all of it."""
        self.note()
        self.game.beat(self.room, self.now_s)
        self.flush()
        players, game = self.room.players.values(), self.game
        for mirror in self.clients:
            assert mirror.cells == {p.user_id: p.cell for p in players}
            assert mirror.gaps == 0
            contest = mirror.contest
            assert contest is not None
            assert (contest.mode, contest.number) == (game.mode, game.number)
            assert (contest.phase, contest.it) == (game.phase, game.it)
            assert contest.points == self.points()
            full = game.full(self.room, self.now_s)
            assert contest.paint == full.paint
            assert contest.podium == full.podium


def tell(mirror: Mirror, update: Update) -> None:
    event, payload = encode_update(update)
    mirror.apply(decode_update(event, [orjson.loads(orjson.dumps(payload))]))


ids = st.sampled_from("abcd")
acts = st.one_of(
    *[st.tuples(st.just("act"), ids, st.sampled_from(Direction))] * 4,
    st.tuples(st.just("leave"), ids),
    st.tuples(st.just("back"), ids, st.booleans()),
    st.tuples(st.just("note")),
    st.tuples(st.just("wait"), st.sampled_from([0.0, 0.3, 0.7, 3.0, 20.0, 60.0])),
    st.tuples(st.just("flush")),
    st.tuples(st.just("watcher")),
    st.tuples(st.just("again"), st.integers(0, 3)),
)


@pytest.mark.parametrize("mode", [Mode.TAG, Mode.PAINT])
@settings(max_examples=300)
@given(program=st.lists(acts, min_size=15, max_size=60), often=st.booleans())
def test_every_client_knows_the_game(
    mode: Mode, program: list[tuple[object, ...]], often: bool
) -> None:
    theatre = Theatre(mode)
    theatre.watcher()
    for name, *arguments in program:
        getattr(theatre, str(name))(*arguments)
        if often:
            theatre.check()
    theatre.check()


@pytest.mark.parametrize("mode", [Mode.TAG, Mode.PAINT])
def test_the_podium_is_told_with_the_last_points(mode: Mode) -> None:
    theatre = Theatre(mode)
    theatre.watcher()
    theatre.act("a", Direction.RIGHT)
    theatre.act("b", Direction.DOWN)
    theatre.wait(59.0)
    theatre.flush()
    theatre.act("a", Direction.DOWN)
    theatre.wait(1.0)
    assert theatre.game.phase is Phase.PODIUM
    theatre.check()
    theatre.wait(10.0)
    theatre.check()
    assert theatre.game.number == 2
