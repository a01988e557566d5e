"""Recordings for tests: in memory, made by hand or drawn by Hypothesis.

Not here: recordings of real games (`tests/bots/test_replay_command`, `tests/tui/replay`).
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate

from hypothesis import strategies as st

from gridcli.core.geometry import Cell, Direction, Grid
from gridcli.core.protocol.names import DEMO, TICKS
from gridcli.core.protocol.requests import (
    GoTo,
    Hello,
    Request,
    Say,
    Step,
    encode_request,
)
from gridcli.core.protocol.rounds import Mode, Phase, Round
from gridcli.core.protocol.updates import (
    Chat,
    Delta,
    Echo,
    Emote,
    Joiner,
    Notice,
    Online,
    Placed,
    Removed,
    Status,
    Update,
    Welcome,
    encode_update,
)
from gridcli.core.recording import (
    ACK,
    LIVE,
    OFFLINE,
    Entry,
    Flow,
    Header,
    encode_entry,
    encode_header,
)

HEADER = Header("2026-11-22T10:00:00.000+00:00", "play", "0.1.0", "http://127.0.0.1:1")
OWN_ID = "me"


class InMemory:
    """A recording's bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def lines(self, offset: int = 0) -> Iterator[bytes]:
        return iter(self.data[offset:].splitlines(keepends=True))


def recording(entries: Sequence[Entry], header: Header = HEADER) -> bytes:
    """What the recorder would have written."""
    return b"".join([encode_header(header), *map(encode_entry, entries)])


def heard(time_s: float, update: Update, player: int = 0) -> Entry:
    """A player was sent something."""
    event, payload = encode_update(update)
    if isinstance(payload, dict):
        payload = {key: value for key, value in payload.items() if key != "resume"}
    return Entry(time_s, player, Flow.IN, event, payload)


def asked(time_s: float, request: Request, player: int = 0, ack_id: int | None = None) -> Entry:
    """A player sent something."""
    event, payload = encode_request(request)
    return Entry(time_s, player, Flow.OUT, event, payload, ack_id)


def state(time_s: float, event: str, player: int = 0, **payload: object) -> Entry:
    """A player's link entered a state."""
    return Entry(time_s, player, Flow.STATE, event, payload)


def live(time_s: float, player: int = 0, **payload: object) -> Entry:
    """The state in which the room is there."""
    told = {"userId": OWN_ID, "symbol": "K", "name": "ada", "room": "lobby", "protocol": TICKS}
    return state(time_s, LIVE, player, **(told | {"transport": "websocket"} | payload))


_ids = st.sampled_from([OWN_ID, "ann", "ben", "cyd"])
_cells = st.builds(Cell, st.integers(1, 5), st.integers(1, 5))
_rooms = st.sampled_from(["lobby", "den", "hall"])
_seqs = st.integers(0, 9)


@st.composite
def _deltas(draw: st.DrawFn) -> Delta:
    moved = draw(st.dictionaries(_ids, st.tuples(_cells, _seqs), max_size=3))
    return Delta(
        tick=draw(st.integers(0, 99)),
        users=draw(st.integers(0, 4)),
        full=draw(st.booleans()),
        joins=draw(st.lists(st.builds(Joiner, _ids, st.just("B"), _cells, _ids), max_size=3)),
        cells={user_id: cell for user_id, (cell, _) in moved.items()},
        seqs={user_id: seq for user_id, (_, seq) in moved.items()},
        leaves=draw(st.lists(_ids, max_size=2)),
    )


@st.composite
def _statuses(draw: st.DrawFn) -> Status:
    cells = draw(st.dictionaries(_ids, _cells, max_size=3))
    return Status(dict.fromkeys(cells, "B"), cells)


_updates = st.one_of(
    st.builds(Welcome, st.just(OWN_ID), st.just("K"), st.just(Grid(5, 5))),
    st.builds(
        Welcome,
        st.just(OWN_ID),
        st.just("K"),
        st.just(Grid(5, 5)),
        protocol=st.just(TICKS),
        name=st.just("ada"),
        room=_rooms,
    ),
    _deltas(),
    _deltas(),
    _statuses(),
    st.builds(Placed, _ids, st.just("B"), _cells),
    st.builds(Removed, _ids),
    st.builds(Online, st.integers(0, 4)),
    st.builds(Chat, _ids, _ids, st.sampled_from(["hi", "bye"])),
    st.builds(Emote, _ids, st.just("wave")),
    st.builds(Notice, st.sampled_from(["isolated", "rate-limited"]), st.just("so")),
    st.builds(Echo, st.just(OWN_ID)),
    st.builds(
        Round,
        st.sampled_from(Mode),
        _seqs,
        st.sampled_from(Phase),
        full=st.booleans(),
        points=st.dictionaries(_ids, _seqs, max_size=2),
        paint=st.dictionaries(_cells, _ids, max_size=2),
    ),
)
_acks = st.builds(
    Entry,
    st.just(0.0),
    st.just(0),
    st.just(Flow.IN),
    st.just(ACK),
    st.sampled_from([None, {"ok": True}, {"ok": False, "code": "bad-room", "text": "no"}]),
    st.integers(1, 3),
)
_requests = st.one_of(
    st.builds(Step, st.sampled_from(Direction), st.none() | st.integers(1, 9)),
    st.builds(GoTo, _rooms),
    st.builds(Say, st.just("hi")),
    st.just(Hello()),
)
_connects = st.sampled_from(
    [None, {"protocol": TICKS, "room": "den"}, {"protocol": TICKS, "spectate": True}, {"x": DEMO}]
)
_states = st.sampled_from(
    [
        state(0.0, "connecting"),
        live(0.0),
        state(0.0, "reconnecting", attempt=1, wait_s=0.5, reason="gone"),
        state(0.0, OFFLINE, reason="closed by us"),
        state(0.0, "refused", code="full", text="no room"),
        state(0.0, "dreaming"),
    ]
)
_leaving = Entry(0.0, 0, Flow.OUT, "disconnect")
_one = st.one_of(
    st.builds(heard, st.just(0.0), _updates),
    st.builds(heard, st.just(0.0), _updates),
    st.builds(heard, st.just(0.0), _updates),
    st.builds(asked, st.just(0.0), _requests, ack_id=st.none() | st.integers(1, 3)),
    _states,
    _acks,
    st.just(_leaving),
    st.builds(
        Entry, st.just(0.0), st.just(0), st.just(Flow.OUT), st.just("connect"), _connects, st.none()
    ),
    st.builds(
        Entry,
        st.just(0.0),
        st.just(0),
        st.sampled_from(Flow),
        st.just("?"),
        st.just([1]),
        st.none(),
    ),
)
_BEGINNING = (
    heard(0.0, Welcome(OWN_ID, "K", Grid(5, 5), TICKS, "ada", "lobby")),
    heard(0.0, Delta(1, 1, full=True, joins=[Joiner(OWN_ID, "K", Cell(1, 1), "ada")])),
)


@st.composite
def entries(draw: st.DrawFn) -> list[Entry]:
    """What players 0 and 1 sent and were sent, much of it nonsense; times may be the same."""
    size = draw(st.integers(0, 40))  # left to itself, a list is mostly short
    one = st.tuples(_one, st.sampled_from([0, 0, 0, 1]), st.integers(0, 3))
    drawn = draw(st.lists(one, min_size=size, max_size=size))
    made = [*_BEGINNING] if draw(st.booleans()) else []
    times_s = accumulate((quarters for _, _, quarters in drawn), initial=0)
    for (entry, player, _), quarters in zip(drawn, times_s, strict=False):
        made.append(entry._replace(time_s=quarters / 4, player=player))
    return made
