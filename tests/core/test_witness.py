"""A recorded player knows what its link knew: the room's name, too, which no update tells.

Not here: that seeks lead to the same (`test_playback`), which rooms are named when
(`test_whereabouts`).
"""

import pytest
from recordings import OWN_ID, asked, heard

from gridcli.core.geometry import Cell, Direction, Grid
from gridcli.core.protocol.names import TICKS
from gridcli.core.protocol.requests import GoTo, Say, Step
from gridcli.core.protocol.updates import Chat, Delta, Joiner, Status, Update, Welcome
from gridcli.core.recording import ACK, Entry, Flow
from gridcli.core.witness import Witness

GRID = Grid(7, 5)
HERE = Cell(1, 1)


def full(tick: int) -> Delta:
    return Delta(tick, 1, full=True, joins=[Joiner(OWN_ID, "K", HERE, "ada")])


def connect(payload: object) -> Entry:
    return Entry(0.0, 0, Flow.OUT, "connect", payload)


def ack(number: int, payload: object) -> Entry:
    return Entry(0.0, 0, Flow.IN, ACK, payload, number)


def watched(*entries: Entry) -> Witness:
    witness = Witness()
    for entry in entries:
        witness.take(entry)
    return witness


def welcomed(room: str = "den") -> list[Entry]:
    return [
        connect({"protocol": TICKS, "name": "ada", "room": room}),
        heard(0.0, Welcome(OWN_ID, "K", GRID, TICKS, "ada", room)),
        heard(0.0, full(1)),
    ]


def test_protocol_1_is_in_the_lobby_and_then_where_it_asked_to_be() -> None:
    welcome = heard(0.0, Welcome(OWN_ID, "K", GRID))
    status = heard(0.0, Status({OWN_ID: "K"}, {OWN_ID: HERE}))
    entries = [connect(None), welcome, status]
    assert watched(*entries).mirror.room == "lobby"
    entries += [asked(1.0, GoTo("hall")), welcome, status]
    assert watched(*entries).mirror.room == "hall"


def test_protocol_2_goes_where_it_asked_to_be() -> None:
    gone = [
        *welcomed(),
        asked(1.0, GoTo("hall"), ack_id=1),
        heard(1.0, full(7)),
        ack(1, {"ok": True}),
    ]
    assert watched(*welcomed()).mirror.room == "den"
    assert watched(*gone).mirror.room == "hall"
    assert watched(*gone, heard(2.0, full(9))).mirror.room == "hall"


def test_who_is_refused_a_room_stays() -> None:
    refused = ack(1, {"ok": False, "code": "bad-room", "text": "no"})
    stayed = watched(*welcomed(), asked(1.0, GoTo("hall"), ack_id=1), refused, heard(2.0, full(9)))
    assert stayed.mirror.room == "den"


def test_what_a_player_asks_for_is_said_and_what_it_wished_for_is_known() -> None:
    witness = watched(connect({"protocol": TICKS, "spectate": True}))
    assert witness.auth.spectate
    said = [
        witness.take(asked(0.0, Step(Direction.UP, 3))),
        witness.take(asked(0.0, Step(Direction.LEFT))),
        witness.take(asked(0.0, Say("hi"), ack_id=2)),
        witness.take(Entry(0.0, 0, Flow.OUT, "movement", {"direction": "sideways"})),
        witness.take(connect({"protocol": "x"})),
    ]
    assert said == [Step(Direction.UP, 3), Step(Direction.LEFT), Say("hi"), None, None]
    assert not witness.auth.spectate


def test_what_the_link_ignored_is_ignored() -> None:
    witness = watched(*welcomed())
    moved = Delta(
        2, 1, cells={"stranger": HERE, OWN_ID: Cell(2, 1)}, seqs={"stranger": 1, OWN_ID: 1}
    )
    assert witness.take(Entry(0.0, 0, Flow.IN, "grid_delta", {"tick": -1})) is None
    assert witness.take(Entry(0.0, 0, Flow.IN, "other", {})) is None
    assert witness.take(heard(0.0, moved)) == moved, "without the stranger it was taken in"
    assert witness.mirror.cells == {OWN_ID: Cell(2, 1)}
    assert Witness().take(heard(0.0, full(1))) is None


@pytest.mark.parametrize(
    "update",
    [
        Delta(2, 2, joins=[Joiner("ann", "B", HERE, "ann")], leaves=[OWN_ID]),
        Delta(2, 0, leaves=[OWN_ID]),
        Status({"ann": "B"}, {"ann": HERE}),
        Welcome("other", "B", Grid(3, 3)),
    ],
)
def test_a_copy_stays_as_it_is(update: Update) -> None:
    witness = watched(*welcomed())
    kept = witness.copy()
    witness.take(heard(1.0, update))
    assert (kept.mirror.user_id, kept.mirror.grid, kept.mirror.tick) == (OWN_ID, GRID, 1)
    assert kept.mirror.cells == {OWN_ID: HERE}
    assert kept.take(heard(1.0, Chat("ann", "ann", "hi"))) is not None
