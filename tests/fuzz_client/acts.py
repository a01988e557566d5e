"""What a hostile server does in one session: each act goes wrong in its own way, at its own step.

Not here: the session (`evil_session`), what it says (`hostile`), bytes that are no WebSocket or no
HTTP (`broken`), who lets clients in and chooses (`evil_server`).
"""

from collections.abc import Awaitable, Callable
from random import Random

from fuzz_client import broken
from fuzz_client.evil_session import Session, event, welcome
from fuzz_client.hostile import ENDS, OWN_ID, mutated

TURN = 50
"""So many packets of `talk` go out together."""
Act = Callable[[Session], Awaitable[None]]


async def talk(session: Session) -> None:
    """Hostile packets of every kind to someone who has joined, then one of several ends."""
    rng = session.rng
    await session.join(rng.choice([1, 2, 2]))
    for _ in range(session.evil.packets_each // TURN):
        await session.send(*(session.corpus.packet(rng) for _ in range(TURN)))
        if rng.random() < 0.1:
            await session.send(*welcome(rng.choice([1, 2])))
    end = rng.choice([*ENDS, "close", "silence"])
    if end == "silence":
        await session.linger()
    elif end != "close":
        await session.send(end.encode())
        await session.linger()


async def chatter(session: Session) -> None:
    """Only what is drawn: names, rooms, chat and notices, to someone who stays."""
    rng = session.rng
    await session.join(2, name=rng.choice(broken.TEXTS))
    tick = 1
    while session.evil.more():
        texts = [rng.choice(broken.TEXTS) for _ in range(6)]
        ids = [f"u{rng.randrange(40)}" for _ in range(6)]
        tick += 1
        delta = {
            "tick": tick,
            "joins": [[ids[0], texts[0], rng.randint(1, 20), rng.randint(1, 10), texts[1]]],
            "leaves": [ids[1]],
            "users": rng.randint(1, 50),
        }
        room = {"userId": OWN_ID, "symbol": texts[3], "gridDimension": [20, 10], "protocol": 2}
        room |= {"name": texts[4], "room": texts[5]}
        await session.send(
            event("grid_delta", delta, rng),
            event("chat", {"userId": ids[2], "name": texts[2], "text": texts[3]}, rng),
            event("notice", {"code": rng.choice(["isolated", texts[4]]), "text": texts[5]}, rng),
            *_game(rng, ids, texts),
            *([event("message", room, rng), *welcome(2)[1:]] if rng.random() < 0.05 else []),
        )
    await session.linger()


def _game(rng: Random, ids: list[str], texts: list[str]) -> list[bytes]:
    """An emote, what was said before, and a round of a game, now and then."""
    if rng.random() < 0.5:
        return []
    emote = rng.choice(["ping", "wave", "heart", "laugh", "cheer", "no", texts[0]])
    round_ = {
        "mode": rng.choice(["tag", "paint"]),
        "round": rng.randrange(9),
        "phase": rng.choice(["waiting", "playing", "podium"]),
        "leftMs": rng.randrange(120_000),
        "full": rng.random() < 0.3,
        "it": ids[3],
        "points": [[user_id, rng.randrange(200)] for user_id in ids],
        "paint": [[user_id, rng.randint(1, 20), rng.randint(1, 10)] for user_id in ids],
        "podium": [[ids[n], texts[n], texts[n + 1], rng.randrange(200)] for n in range(3)],
    }
    lines = [[ids[n], texts[n], texts[n + 1]] for n in range(3)]
    return [
        event("emote", {"userId": ids[4], "emote": emote}, rng),
        event("backlog", {"lines": lines}, rng),
        event("game", round_, rng),
    ]


async def before(session: Session) -> None:
    """Hostile packets in place of, or before, the answer to CONNECT."""
    rng = session.rng
    await session.receive()
    for _ in range(rng.randint(0, 20)):
        await session.send(session.corpus.packet(rng))
    if rng.random() < 0.5:
        await session.send(*welcome(2)[:: rng.choice([1, -1])])
    await session.send(rng.choice(ENDS).encode())
    await session.linger()


async def refuse(session: Session) -> None:
    """An odd refusal."""
    await session.receive()
    await session.send(session.corpus.refusal(session.rng))
    await session.linger()


async def put_out(session: Session) -> None:
    """A notice why, then out of the namespace."""
    rng = session.rng
    await session.join()
    text = rng.choice(broken.TEXTS)
    code = rng.choice(["rate-limited", "shutting-down", text])
    await session.send(event("notice", {"code": code, "text": text}, rng), ENDS[1].encode())
    await session.linger()


async def quiet(session: Session) -> None:
    """Silence at one of the steps."""
    if session.rng.random() < 0.5:
        await session.receive()
        await session.send(*welcome(2)[:1])
    await session.linger()


async def leave(session: Session) -> None:
    """The end at one of the steps."""
    steps = session.rng.randrange(3)
    if steps:
        await session.receive()
        await session.send(*welcome(2)[: steps - 1])


async def beats(session: Session) -> None:
    """A flood of heartbeats, whose answers nobody reads."""
    await session.join()
    ping = b"2" + b"p" * session.rng.choice([0, 0, 100, 60_000])
    session.evil.deaf = True
    for _ in range(2000):
        await session.send(*[ping] * (1 if len(ping) > 1000 else 200))


async def crowd(session: Session) -> None:
    """Newcomers without an end, in either dialect."""
    rng = session.rng
    protocol = rng.choice([1, 2])
    await session.join(protocol)
    number, tick = 0, 1
    while session.evil.more():
        ids = [f"c{number + n}" for n in range(500)]
        number += 500
        tick += 1
        if protocol == 2:
            joins = [[u, "B", 1, 1, u] for u in ids]
            delta = {"tick": tick, "joins": joins, "users": number}
            await session.send(event("grid_delta", delta, rng))
        else:
            body = {"symbol": "B", "pos": [1, 1]}
            await session.send(*(event("user_position", {"userId": u} | body, rng) for u in ids))
    await session.linger()


async def passers(session: Session) -> None:
    """Players who come and go, are told of without having come, and ticks with gaps."""
    rng = session.rng
    protocol = rng.choice([1, 2])
    await session.join(protocol)
    number, tick = 0, 1
    while session.evil.more():
        ids = [f"p{number + n}" for n in range(50)]
        number += 50
        tick += rng.choice([1, 900, 5000])
        if protocol == 2:
            moves = [[u, 1, 1, rng.choice([1, 2**53])] for u in [*ids[25:], OWN_ID]]
            joins = [[u, "B", 1, 1, u] for u in ids[:25]]
            delta = {"tick": tick, "moves": moves, "joins": joins, "users": 3}
            gone = {"tick": tick + 1, "leaves": ids[:25], "users": 3}
            await session.send(event("grid_delta", delta, rng), event("grid_delta", gone, rng))
        else:
            for user_id in ids:
                here = {"userId": user_id, "symbol": "B", "pos": [1, 1]}
                gone = {"userId": user_id, "remove": True}
                await session.send(
                    event("user_position", here, rng), event("user_position", gone, rng)
                )
    await session.linger()


async def wire(session: Session) -> None:
    """Bytes that are no WebSocket; to a client that polls, a body that is no answer."""
    rng = session.rng
    await session.join()
    if session.peer is None:
        session.evil.next_answer = rng.choice(broken.ANSWERS)
        await session.send(b"6")
    else:
        data = rng.choice(broken.FRAMES)
        await session.write(mutated(data, rng) if rng.random() < 0.3 else data)
    await session.linger()


ACTS: dict[str, Act] = {
    act.__name__: act
    for act in (talk, chatter, before, refuse, put_out, quiet, leave, beats, crowd, passers, wire)
}
FIRST = ("answer", "open")
"""Acts at the first request: an answer that is no answer, and an odd handshake."""
