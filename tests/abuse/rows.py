"""The rows of the benchmark: an input, how hard it comes, and what is to come of it.

Not here: the attacks themselves (`attacks`), the measuring (`benchmark`).
"""

from typing import NamedTuple

from abuse.arena import Attack
from abuse.attacks import (
    BINARY,
    BOMB,
    FORGED,
    GAME,
    MALFORMED_EVENTS,
    MALFORMED_FRAMES,
    STRIKES,
    chunks_of,
    flood,
    foreign_origin,
    good_guest,
    half_upgrade,
    idle_handshakes,
    in_turn,
    never_reads,
    overlapping_polls,
    ping_flood,
    posting,
    posting_in_vain,
    refused_join,
    sending,
    slow_headers,
    uninvited_events,
)


class Row(NamedTuple):
    """One line of the page.

    Attributes:
        name: of the input.
        attack: one attack, by one client.
        must: what `RELIABILITY`'s table demands, in few words.
        per_s: attacks a second while it lasts.
        seconds: the length of its windows, where an attack takes longer than the others.
    """

    name: str
    attack: Attack
    must: str
    per_s: float = 10.0
    seconds: float = 0.0


def _each(inputs: dict[str, str] | dict[str, str | bytes], times: int = 1) -> Attack:
    """Each of the inputs in turn, as often at once as it takes."""
    return in_turn(*(sending(*[frame] * times) for frame in inputs.values()))


def _names(inputs: dict[str, str] | dict[str, str | bytes]) -> str:
    return ", ".join(inputs)


_INFLATED = {"Content-Encoding": "deflate"}
_BODIES = (chunks_of(65_536), b"\x1e".join([b"3"] * 5000))
_LONG_S = 12.0

ROWS = [
    Row("no attack: comes, takes a step, goes", good_guest, "–"),
    Row(_names(MALFORMED_FRAMES), _each(MALFORMED_FRAMES), "player gone ≤ 1 s"),
    Row(
        f"five times each: {_names(MALFORMED_EVENTS)}",
        _each(MALFORMED_EVENTS, STRIKES),
        "closed after 5",
    ),
    Row(f"five times each: {_names(FORGED)}", _each(FORGED, STRIKES), "refused"),
    Row(f"five times each: {_names(BINARY)}", _each(BINARY, STRIKES), "refused"),
    Row(
        "events after a refused CONNECT",
        uninvited_events,
        "nothing in or out",
        seconds=_LONG_S,
    ),
    Row("a polling body that is no packets", posting("x"), "player gone ≤ 1 s"),
    Row(
        "64 KiB without a length; 5000 packets in a body",
        in_turn(*map(posting_in_vain, _BODIES)),
        "16 KiB cap; an error",
    ),
    Row("10 MB in 10 kB, deflated", posting_in_vain(BOMB, **_INFLATED), "no compression"),
    Row("overlapping polls", overlapping_polls, "an error"),
    Row("1000 events at once", flood, "closed", per_s=5.0),
    Row("10,000 WebSocket pings a second", ping_flood, "closed", per_s=0.5),
    Row(
        "a room and a name of escapes",
        in_turn(refused_join(room="\x1b[2J"), refused_join(name="\x1b\u202e")),
        "refused",
    ),
    # One address may hold 200 sessions, and these hold theirs for 10 s; loopback is exempt.
    Row("20 handshakes, and no more", idle_handshakes, "10 s to join", per_s=1.0, seconds=_LONG_S),
    Row("headers a byte at a time", slow_headers, "10 s to ask", seconds=_LONG_S),
    Row("another origin", foreign_origin, "refused"),
    Row("an upgrade that dies in the middle", half_upgrade, "polls go on"),
    Row("one that never reads", never_reads, "closed after 10 s", per_s=1.0, seconds=_LONG_S),
]

MEMORY_FRAME = f'{GAME.replace("42", "459999999999-", 1)}["movement","{"x" * 2_000}"]'
"""One of ten thousand."""
