"""What one attacker does on its connections: a pure function of a seed and a number.

A session is data: it can be sent, cut down to a reproducer, and kept as JSON. Each of its steps is
one case. Not here: sockets (`fuzz.thrower`), single inputs (`fuzz.grammar`, `fuzz.frames`,
`fuzz.bodies`).
"""

from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from fuzz import bodies, frames, grammar
from fuzz.bodies import OF_SESSION, UPGRADE, WEBSOCKET
from fuzz.mutations import mutate

SPREAD = 1_000_003
"""Seeds are so far apart; sessions of one seed are numbered from 0."""

_FLOOD = 600
"""Frames that are more than five seconds' worth of five times the default rate."""
_LEAVES = (0.0, 0.0, 0.001, 0.05)
"""When those go who say no good-bye, in seconds."""


class Step(NamedTuple):
    """Bytes for one of the session's connections, numbered from 0."""

    lane: int
    data: bytes


class Session(NamedTuple):
    """An attacker.

    `kind` is "websocket", "polling" or "http". The first two send `opening` and read the answer,
    then send `connect`, a message; the steps follow, `together`, or each in a segment of its own.
    `waits`: for the answer to `connect`. `leaves_s`: seconds after the last step in which it goes
    without a word; None where it says good-bye.
    """

    kind: str
    opening: bytes
    connect: bytes
    steps: tuple[Step, ...]
    waits: bool = False
    together: bool = True
    leaves_s: float | None = None

    def to_json(self) -> dict[str, Any]:
        """JSON for a file of reproducers; bytes are spelled as latin-1."""
        return self._asdict() | {
            "opening": self.opening.decode("latin-1"),
            "connect": self.connect.decode("latin-1"),
            "steps": [[step.lane, step.data.decode("latin-1")] for step in self.steps],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Session":
        """The inverse of `to_json`; what is left out has its default."""
        known = {key: data[key] for key in cls._fields if key in data}
        return cls(
            **known
            | {
                "opening": data.get("opening", "").encode("latin-1"),
                "connect": data.get("connect", "").encode("latin-1"),
                "steps": tuple(Step(lane, text.encode("latin-1")) for lane, text in data["steps"]),
            }
        )


def session(seed: int, number: int) -> Session:
    """The attacker of this number."""
    return make_session(Random(seed * SPREAD + number))


def make_session(rng: Random) -> Session:
    """An attacker as chance has it: most are on WebSockets, where most cases fit into a second."""
    kind = rng.randrange(20)
    if kind < 15:
        return _websocket(rng)
    if kind < 18:
        return _polling(rng)
    return _http(rng)


_FRAMES: tuple[Callable[[Random], bytes], ...] = (
    *(lambda rng: frames.frame(grammar.game(rng)),) * 12,
    *(lambda rng: frames.frame(grammar.quiet(rng)),) * 4,
    frames.fine,
)
_ENDS: tuple[Callable[[Random], bytes], ...] = (
    *(lambda rng: frames.frame(grammar.lethal(rng)),) * 3,
    *(lambda rng: frames.frame(mutate(rng, grammar.game(rng), grammar.strike(rng))),) * 3,
    lambda rng: mutate(rng, frames.frame(grammar.game(rng)), frames.wrong(rng)),
    lambda rng: frames.frame(grammar.large(rng)),
    *(frames.wrong,) * 2,
)


def _websocket(rng: Random) -> Session:
    opening = bodies.request(WEBSOCKET, *UPGRADE) if rng.randrange(30) else bodies.odd_upgrade(rng)
    connect = grammar.connect(rng) if rng.randrange(12) else b""
    length = rng.choice((5, 20, 40, 60, 80)) if rng.randrange(60) < 59 else _FLOOD
    sent = [rng.choice(_FRAMES)(rng) for _ in range(length)]
    for _ in range(rng.choice((0, 1, 2, 4, 4))):
        sent.insert(rng.randrange(len(sent) + 1), frames.frame(grammar.strike(rng)))
    if not connect and rng.randrange(2):
        sent.insert(rng.randrange(len(sent) + 1), frames.frame(grammar.connect(rng)))
    sent += [rng.choice(_ENDS)(rng) for _ in range(rng.choice((1, 1, 2, 3)))]
    return Session(
        "websocket",
        opening,
        connect,
        tuple(Step(0, data) for data in sent),
        waits=rng.randrange(5) > 0,
        together=rng.randrange(8) > 0,
        leaves_s=rng.choice(_LEAVES) if rng.randrange(8) == 0 else None,
    )


def _polling(rng: Random) -> Session:
    steps = [
        Step(0, bodies.post(bodies.game_body(rng)))
        if rng.randrange(3)
        else Step(1, bodies.request(OF_SESSION))
        for _ in range(rng.choice((2, 5, 10)))
    ]
    for _ in range(rng.randrange(4)):
        make = rng.choice((bodies.odd_post, bodies.odd_request, _hostile_post))
        # A second connection that posts makes posts overlap; a third one polls at the same time.
        steps.append(Step(rng.choice((0, 0, 0, 1, 2)), make(rng)))
    if rng.randrange(4) == 0:
        steps += [Step(3, data) for data in _half_an_upgrade(rng)]
    return Session(
        "polling",
        bodies.request(bodies.PATH),
        grammar.connect(rng) if rng.randrange(8) else b"",
        tuple(steps),
        together=rng.randrange(4) > 0,
        leaves_s=rng.choice(_LEAVES) if rng.randrange(30) == 0 else None,
    )


def _hostile_post(rng: Random) -> bytes:
    return bodies.post(bodies.hostile_body(rng))


def _half_an_upgrade(rng: Random) -> list[bytes]:
    target = WEBSOCKET + b"&sid=" + bodies.SID
    opening = (
        bodies.request(target, *UPGRADE) if rng.randrange(5) else bodies.odd_upgrade(rng, target)
    )
    probe = rng.choice((b"2probe", b"2probe", b"2", b"3probe", b"5", b"", b"x", b"4"))
    done = rng.choice((b"5", b"5", b"5x", b"2probe", b"", b"x", b"42[]"))
    sent = [frames.frame(probe), frames.frame(done)]
    sent += [rng.choice(_FRAMES)(rng) for _ in range(rng.randrange(10))]
    sent += [rng.choice(_ENDS)(rng)]
    return [opening, *sent[: rng.randrange(len(sent) + 1)]]


def _http(rng: Random) -> Session:
    make = rng.choice((bodies.odd_request, bodies.raw, bodies.odd_upgrade))
    steps = [bodies.odd_request(rng) for _ in range(rng.randrange(6))] + [make(rng)]
    return Session(
        "http",
        b"",
        b"",
        tuple(Step(0, data) for data in steps),
        leaves_s=rng.choice(_LEAVES) if rng.randrange(2) == 0 else None,
    )
