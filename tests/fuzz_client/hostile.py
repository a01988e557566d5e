"""What a hostile server says: packets made of a structure that hypothesis draws, then bytes bent.

A seed gives the same packets. Every text that is meant to reach the terminal as more than text
carries `MARK`, so that it is found again in what was written there. Not here: who sends them, and
what else goes wrong on the wire (`evil_server`), reading a terminal's bytes (`escapes`).
"""

import json
from collections.abc import Callable
from random import Random
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

T = TypeVar("T")

MARK = "7331"
OWN_ID = "own"
NAMESPACE = "/grid-game"

CONTROLS = [
    f"\x1b]52;c;{MARK}\x07",
    f"\x1b]0;{MARK}\x07",
    f"\x1b]8;;http://{MARK}\x1b\\x",
    f"\x1b[{MARK}m",
    f"\x1b[{MARK};{MARK}H",
    f"\x1b[?{MARK}h",
    f"\x1b[{MARK}A\x1b[2J",
    f"\x1bP{MARK}\x1b\\",
    f"\x1b_{MARK}\x1b\\",
    f"\x1b^{MARK}\x1b\\",
    f"\x1bc{MARK}",
    f"\x1b{MARK}",
    f"\x9b{MARK}m",
    f"\x9d52;c;{MARK}\x9c",
    f"\x90{MARK}\x9c",
    *(f"{chr(c)}{MARK}" for c in (0, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0x1A, 0x7F, 0x85, 0x8E)),
]
ODD = [
    *CONTROLS,
    f"[bold red]{MARK}[/]",
    f"[@click=app.quit]{MARK}[/]",
    "[/]",
    "[",
    "\\[",
    f"\u202e{MARK}\u2066\u2069",
    "\u200b\u200d\ufeff\u2060",
    f"\u2028{MARK}\u2029",
    "e" + "\u0301" * 60,
    "\u0301" * 9,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\ufdfd" * 4,
    "\u115f\u3164",
    "\U000e0041\U000e007f",
    "\uff21\uff22",
    "\U0001f1e9\U0001f1ea",
    "",
    " ",
    "%s %n {0} {self}",
    "x" * 300,
    "y" * 5000,
]
SURROGATE = "\ud800"
"""Half a character: JSON may hold it, and no bytes stand for it."""

texts = st.sampled_from([*ODD, *ODD, SURROGATE]) | st.text(max_size=8)
ids = st.sampled_from([OWN_ID, *(f"u{n}" for n in range(12))]) | st.sampled_from(ODD)
names = st.sampled_from(["Ann", "Bob", *ODD])
VALUES: list[Any] = [
    *(None, True, False, -1, 0, 1, 2, 1.5, 1000, 1001, 2**31, 2**53, 2**53 + 1, 2**63, 2**64),
    *(-(2**63), 10**400, float("nan"), float("inf"), -0.0, 1e308),
    *("", "1", [], {}, [[]], [None], {"": None}, [1, 2], SURROGATE, "z" * 70_000),
    *ODD,
]
"""What may stand in the place of any value."""
numbers = st.sampled_from([*range(1, 21)] * 8 + VALUES[:21])
counts = st.sampled_from([*range(30)] * 5 + VALUES[:21])
_pos = st.tuples(st.integers(1, 20), numbers).map(list)


def _rows(*columns: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(st.tuples(*columns).map(list), max_size=4)


def _body(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(fields)


EVENTS: dict[str, st.SearchStrategy[Any]] = {
    "message": _body(
        userId=ids, symbol=names, gridDimension=_pos, protocol=st.sampled_from([None, 1, 2, 2]),
        name=names, room=names, resume=texts,
    ),
    "grid_status": st.dictionaries(ids, _body(pos=_pos, symbol=names), max_size=4),
    "user_position": _body(userId=ids, symbol=names, pos=_pos, remove=st.booleans()),
    "users_connected": counts,
    "l_users": counts,
    "grid_delta": _body(
        tick=counts, full=st.booleans(), joins=_rows(ids, names, numbers, numbers, names),
        moves=_rows(ids, numbers, numbers, counts), leaves=st.lists(ids, max_size=3), users=counts,
    ),
    "chat": _body(userId=ids, name=names, text=texts),
    "emote": _body(userId=ids, emote=st.sampled_from(["ping", "wave", "heart"]) | texts),
    "backlog": _body(lines=_rows(ids, names, texts)),
    "game": _body(
        mode=st.sampled_from(["tag", "paint", "paint", "roam", *ODD]), round=counts,
        phase=st.sampled_from(["waiting", "playing", "podium", *ODD]), leftMs=counts,
        full=st.booleans(), it=ids, points=_rows(ids, counts),
        paint=_rows(ids, numbers, numbers, numbers, numbers),
        podium=_rows(ids, names, names, counts),
    ),
    "notice": _body(code=st.sampled_from(["isolated", "reunited", "full"]) | texts, text=texts),
    "connect": texts,
}  # fmt: skip
"""Each event of the game, with a payload that is nearly one."""

events = st.one_of(*(st.tuples(st.just(name), body).map(list) for name, body in EVENTS.items()))
_beat = st.sampled_from([25000, 20000, 300, *VALUES[:21]])
openings = _body(
    sid=st.sampled_from(["s1", "node.s2", "a&b=c#d%e?f/../g", "\r\nX: y", *ODD]),
    upgrades=st.sampled_from([["websocket"], [], "websocket", [1]]),
    pingInterval=_beat,
    pingTimeout=_beat,
    maxPayload=counts,
)
"""What is in the first packet of a session."""
refusals = _body(
    message=texts,
    code=st.sampled_from(["full", "gone", "bad-room", "odd"]) | texts,
    text=texts,
    data=st.none() | _body(code=texts, text=texts),
)
"""What is in an answer to CONNECT that does not let us in."""

ENDS = ("1", f"41{NAMESPACE},")
"""Packets that end a session."""
_KINDS = ["42"] * 40 + ["43", "43", "40", "45", "46", "451-", "4501-", "4", "49"]
_NAMESPACES = [f"{NAMESPACE},"] * 20 + ["", "/,", "/other,", NAMESPACE, "/grid"]
_ACK_IDS = [""] * 20 + ["1", "2", "0", "99999999999999999999", "-1", "1.5", "x"]
_LONE = ["2", "2probe", "2" + "p" * 900, "3", "3probe", "5", "6", "", "b", "bAAAA", "0", "0{}", "7"]
_LONE += [
    f"42{NAMESPACE}," + "[" * 100_000,
    f'42{NAMESPACE},["grid_delta",' + "[" * 900 + "]" * 900 + "]",
    f'42{NAMESPACE},["chat",' + '{"a":' * 1000 + "1" + "}" * 1000 + "]",
    f'42{NAMESPACE},["chat",' + "[" * 300 + "]" * 300 + "]",
    f"43{NAMESPACE},1" + "[" * 300 + "]" * 300,
    f"42{NAMESPACE},[" + "9" * 5000 + "]",
]


def encoded(value: object, rng: Random) -> str:
    """A value as JSON, and as what is nearly JSON: NaN, and numbers without an end."""
    return json.dumps(value, ensure_ascii=rng.random() < 0.5)


def draw(strategy: st.SearchStrategy[T], count: int, number: int) -> list[T]:
    """So many examples of a strategy, the same ones for the same seed."""
    found: list[T] = []

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(example: T) -> None:
        found.append(example)

    collect()
    return found[:count]


def replaced(value: Any, rng: Random) -> Any:
    """A value with one place in it replaced by anything, left out, or doubled."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = rng.choice([*value])
        if rng.random() < 0.1:
            return {k: v for k, v in value.items() if k != key}
        return {**value, key: replaced(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.9:
        at = rng.randrange(len(value))
        middle = rng.choice([[], [value[at]] * 2, *[[replaced(value[at], rng)]] * 8])
        return [*value[:at], *middle, *value[at + 1 :]]
    return rng.choice(VALUES)


def mutated(data: bytes, rng: Random) -> bytes:
    """The bytes with a few of them flipped, left out, doubled, or put in between."""
    bent_data = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(bent_data) + 1)
        rng.choice(_MUTATORS)(bent_data, at, rng)
    return bytes(bent_data)


def _flip(data: bytearray, at: int, rng: Random) -> None:
    if at < len(data):
        data[at] ^= 1 << rng.randrange(8)


def _cut(data: bytearray, at: int, rng: Random) -> None:
    del data[at : at + rng.randint(1, 8)]


def _double(data: bytearray, at: int, rng: Random) -> None:
    data[at:at] = data[at : at + rng.randint(1, 40)]


def _insert(data: bytearray, at: int, rng: Random) -> None:
    data[at:at] = rng.choice(_PIECES)


def _truncate(data: bytearray, at: int, rng: Random) -> None:
    del data[at:]


_PIECES = [c.encode() for c in CONTROLS] + [b"\xff", b"\x9b", b"\x1b", b'"', b"[", b"{", b"\\u001b"]
_PIECES += [b"\xed\xa0\x80", b"\x1e", b"0", b"-", b"1e999", b",", b"null"]
_MUTATORS: list[Callable[[bytearray, int, Random], None]] = [_flip, _cut, _double, _insert, _insert]
_MUTATORS.append(_truncate)


class Corpus:
    """A hostile server's phrases, drawn once, and chance to choose among them and to bend them.

    Args:
        number: the seed.
        size: how many events are drawn; of other phrases there are fewer.
    """

    def __init__(self, number: int, size: int = 300) -> None:
        self._events = draw(events, size, number)
        self._openings = draw(openings, max(size // 8, 20), number)
        self._refusals = draw(refusals, max(size // 8, 20), number)

    def packet(self, rng: Random) -> bytes:
        """An Engine.IO packet that leaves the session as it is."""
        if rng.random() < 0.05:
            packet = rng.choice(_LONE).encode()
        else:
            event = rng.choice(self._events)
            while rng.random() < 0.4:
                event = replaced(event, rng)
            head = rng.choice(_KINDS) + rng.choice(_NAMESPACES) + rng.choice(_ACK_IDS)
            packet = self._bytes(head + encoded(event, rng))
        if rng.random() < 0.2 and len(packet) < 10_000:
            packet = mutated(packet, rng)
        return b"6" if packet.startswith((b"1", b"41")) else packet  # ends have acts of their own

    def opening(self, rng: Random) -> bytes:
        """The first packet of a session, seldom right."""
        body = rng.choice(self._openings)
        if rng.random() < 0.3:
            body = replaced(body, rng)
        packet = self._bytes(rng.choice(["0"] * 9 + ["", "00", "4"]) + encoded(body, rng))
        return mutated(packet, rng) if rng.random() < 0.2 else packet

    def refusal(self, rng: Random) -> bytes:
        """An answer to CONNECT that does not let us in."""
        body = rng.choice(self._refusals)
        if rng.random() < 0.3:
            body = replaced(body, rng)
        return self._bytes(f"44{NAMESPACE},{encoded(body, rng)}")

    @staticmethod
    def _bytes(text: str) -> bytes:
        return text.encode("utf-8", "surrogatepass")
