"""Random programs for `stage.play`: what a server and its clients do, one step after the other.

A step is a tuple: the name of a method of `stage.Stage`, and its arguments. Clients are numbers.
Not here: doing it (`stage`).
"""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

NAMESPACES = ("/", "/chat")
ROOMS = ("a", "b", "c")
KINDS = ("websocket", "polling", "upgrade")
RETURNS: dict[str, object] = {
    "nothing": None,
    "value": {"é": [1, None]},
    "falsy": 0,
    "several": (1, "two", [3]),
    "empty": (),
    "list": [1, 2],
    "bytes": b"\x00\xff",
    "bytes within": ("x", {"b": [b"", b"12"]}),
}
Step = tuple[Any, ...]


@dataclass(frozen=True)
class Program:
    """A kind for each client, the namespaces and rooms that each begins in, and the steps."""

    kinds: tuple[str, ...]
    rooms: tuple[tuple[str, ...], ...]
    begins: tuple[tuple[str, ...], ...]
    steps: list[Step]


values = st.one_of(
    st.none(),
    st.integers(-3, 3),
    st.text(max_size=5),
    st.sampled_from(["", "é€😀", 'a "quoted"\n\x1e\u2028', "m" * 130]),
    st.dictionaries(
        st.text(max_size=2), st.integers(-(2**53), 2**53) | st.booleans() | st.none(), max_size=2
    ),
    st.lists(st.integers(0, 9) | st.text(max_size=2), max_size=3),
)
"""Small ones: the stock server may read only the beginning of a large body from who polls."""
large = st.sampled_from(["L" * 66_000, "ü" * 70_000])
texts = st.one_of(values, values, st.lists(values, max_size=3).map(tuple), large)
blobs = st.one_of(
    st.binary(max_size=4),
    st.binary(max_size=4).map(lambda b: {"x": [1, b]}),
    st.sampled_from([(b"one", 2, b""), [b"m" * 130, {}], (1, b"L" * 66_000)]),
)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Programs whose outcome the stock server determines."""
    kinds = tuple(draw(st.lists(st.sampled_from(KINDS), min_size=2, max_size=4)))
    begins = tuple(
        draw(st.sampled_from([NAMESPACES[:1], NAMESPACES, NAMESPACES[1:], NAMESPACES[::-1]]))
        for _ in kinds
    )
    rooms = tuple(draw(st.sampled_from([("a",), ("a", "b"), ("b", "a"), ("c",)])) for _ in kinds)
    who = st.integers(0, len(kinds) - 1)
    name = st.sampled_from(NAMESPACES)
    room = st.sampled_from(ROOMS)
    # The stock server caches a binary packet as its first receiver needs it, so those that poll
    # and those that don't can't share one.
    shared = texts | blobs if len(set(kinds)) == 1 and kinds[0] != "upgrade" else texts
    own = texts | blobs

    target = st.none() | room | st.lists(room, min_size=1, max_size=3)
    skip = st.none() | who | st.lists(who | st.just(-1), max_size=3)
    act = st.one_of(
        st.tuples(st.just("room"), room, values),
        st.tuples(st.just("others"), values),
        st.tuples(st.just("self"), values),
        st.tuples(st.just("enter"), room),
        st.tuples(st.just("leave"), room),
        st.tuples(st.just("sleep")),
        st.tuples(st.just("blob")),
    )
    script = st.lists(act, max_size=4)
    returned = st.sampled_from(sorted(RETURNS))
    told = st.tuples(script, returned, st.booleans(), st.booleans())

    emit = st.one_of(
        st.tuples(st.just("emit"), name, target, skip, shared),
        st.tuples(st.just("emit"), name, room, who, shared),
        st.tuples(st.just("emit"), name, st.sampled_from("ab"), st.none(), shared),
        st.tuples(st.just("tell"), name, who, st.sampled_from(["to", "room", "list"]), own),
        st.tuples(st.just("ask"), name, who, own),
        st.tuples(st.just("ask_room"), name, target, skip, own),
        st.tuples(st.just("send"), name, target, skip, shared),
    )
    move = st.one_of(
        st.tuples(st.just("enter"), name, who, room),
        st.tuples(st.just("leave"), name, who, room),
    )
    close_room = st.tuples(st.just("close_room"), name, room)
    server = emit | move | close_room
    inner = st.lists(emit | move | server, max_size=4)
    step = st.one_of(
        emit,
        move,
        server,
        st.tuples(st.just("events"), name, who, st.lists(told, min_size=1, max_size=3)),
        st.tuples(st.just("held"), name, who, script, script, inner),
        st.tuples(st.just("upgrade"), who, inner, inner, st.sampled_from([True, True, False])),
        st.one_of(
            st.tuples(st.just("settle"), who),
            st.tuples(st.just("rest"), st.integers(1, 4)),
            st.tuples(st.just("wrong"), name, who),
        ),
        st.one_of(
            st.tuples(st.just("disconnect"), name, who),
            st.tuples(st.just("bye"), name, who),
            st.tuples(st.just("kick"), who),
            st.tuples(st.just("abort"), who, st.booleans()),
        ),
        st.tuples(
            st.just("connect"),
            name,
            who,
            st.sampled_from(["plain", "greet", "join", "refuse", "false", "builtin"]),
        ),
    )
    return Program(kinds, rooms, begins, draw(st.lists(step, min_size=12, max_size=40)))
