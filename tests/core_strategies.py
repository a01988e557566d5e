"""Hypothesis strategies for what travels: JSON, and every kind of request and update.

Used by the tests under `tests/core`. Not here: programs of a whole game (`test_changes`,
`test_ledger`).
"""

from hypothesis import strategies as st

from gridcli.core.geometry import MAX_SIDE, Cell, Direction, Grid
from gridcli.core.protocol.answers import Answer, RoomInfo
from gridcli.core.protocol.auth import Auth
from gridcli.core.protocol.fields import MAX_COUNT
from gridcli.core.protocol.names import CODES, DEMO, EMOTES, LOBBY, SYMBOLS, TICKS
from gridcli.core.protocol.requests import GoTo, Hello, ListRooms, Say, Show, Step
from gridcli.core.protocol.rounds import Mode, Phase, Place, Round
from gridcli.core.protocol.updates import (
    Backlog,
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
    Welcome,
)
from gridcli.core.text import MAX_CHAT, MAX_NAME, MAX_ROOM

# Lone surrogates are not text: orjson neither reads nor writes them.
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ids = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
ascii_words = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=MAX_NAME)
"""Words that tidying leaves as they are."""
rooms = st.from_regex(rf"[A-Za-z0-9][A-Za-z0-9_.-]{{0,{MAX_ROOM - 1}}}", fullmatch=True)
counts = st.integers(0, MAX_COUNT)
sides = st.integers(1, MAX_SIDE)
cells = st.builds(Cell, sides, sides)
symbols = st.sampled_from(SYMBOLS)

auths = st.builds(Auth, token=st.just("") | words) | st.builds(
    Auth,
    protocol=st.just(TICKS),
    name=ascii_words,
    room=rooms,
    token=words,
    resume=words,
    spectate=st.booleans(),
    symbol=st.just("") | symbols,
    cell=st.none() | cells,
)
steps = st.builds(Step, st.sampled_from(Direction), st.none() | st.integers(1, MAX_COUNT))
lines = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=MAX_CHAT)
requests = st.one_of(
    steps,
    st.builds(GoTo, rooms),
    st.builds(Say, lines),
    st.builds(Show, st.sampled_from(EMOTES)),
    st.just(ListRooms()),
    st.just(Hello()),
)
infos = st.builds(
    RoomInfo, rooms, counts, st.sampled_from(Mode), st.lists(words, max_size=3).map(tuple)
)
answers = st.builds(
    Answer,
    st.just(True),
    room=rooms | st.just(""),
    rooms=st.none() | st.lists(infos, max_size=3).map(tuple),
) | st.builds(Answer, st.just(False), code=st.sampled_from(sorted(CODES)), text=lines)


@st.composite
def deltas(draw: st.DrawFn) -> Delta:
    """A delta as a server might send it, not necessarily one that makes sense."""
    moved = draw(st.dictionaries(ids, st.tuples(cells, counts), max_size=4))
    return Delta(
        tick=draw(counts),
        users=draw(counts),
        full=draw(st.booleans()),
        joins=tuple(draw(st.lists(st.builds(Joiner, ids, words, cells, words), max_size=3))),
        cells={user_id: cell for user_id, (cell, _) in moved.items()},
        seqs={user_id: seq for user_id, (_, seq) in moved.items()},
        leaves=tuple(draw(st.lists(ids, max_size=3))),
    )


@st.composite
def statuses(draw: st.DrawFn) -> Status:
    """Everyone in a room, in protocol 1."""
    players = draw(st.dictionaries(ids, st.tuples(words, cells), max_size=4))
    return Status(
        {user_id: symbol for user_id, (symbol, _) in players.items()},
        {user_id: cell for user_id, (_, cell) in players.items()},
    )


rounds = st.builds(
    Round,
    st.sampled_from(Mode),
    counts,
    st.sampled_from(Phase),
    left_ms=counts,
    full=st.booleans(),
    it=words,
    points=st.dictionaries(ids, counts, max_size=3),
    paint=st.dictionaries(cells, ids, max_size=3),
    podium=st.lists(st.builds(Place, ids, words, words, counts), max_size=3).map(tuple),
)
grids = st.builds(Grid, sides, sides)
welcomes = st.builds(Welcome, ids, words, grids) | st.builds(
    Welcome, ids, words, grids, protocol=st.just(TICKS), name=words, room=words, resume=words
)
updates = st.one_of(
    welcomes,
    st.builds(Echo, ids),
    statuses(),
    st.builds(Placed, ids, words, cells),
    st.builds(Removed, ids),
    st.builds(Online, counts, st.booleans()),
    deltas(),
    st.builds(Chat, ids, words, words),
    st.builds(Notice, words, words),
    st.builds(Emote, ids, words),
    st.builds(Backlog, st.lists(st.builds(Chat, ids, words, words), max_size=3).map(tuple)),
    rounds,
)

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(["up", LOBBY, DEMO, TICKS, "x" * 5000])
)


def json_values(keys: st.SearchStrategy[str]) -> st.SearchStrategy[object]:
    """Arbitrary JSON, with objects made of certain keys."""
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=5) | st.dictionaries(keys, inner, max_size=6),
        max_leaves=12,
    )


@st.composite
def mutations(draw: st.DrawFn, value: object) -> object:
    """A JSON value with one place in it replaced, removed or doubled."""
    if isinstance(value, dict) and value and draw(st.integers(0, 4)):
        key = draw(st.sampled_from(sorted(value)))
        rest = {k: v for k, v in value.items() if k != key}
        return rest if draw(st.booleans()) else {**rest, key: draw(mutations(value[key]))}
    if isinstance(value, list | tuple) and value and draw(st.integers(0, 4)):
        at = draw(st.integers(0, len(value) - 1))
        middle = draw(
            st.sampled_from([[], [value[at]] * 2]) | st.tuples(mutations(value[at])).map(list)
        )
        return [*value[:at], *middle, *value[at + 1 :]]
    return draw(scalars | st.lists(scalars, max_size=5))
