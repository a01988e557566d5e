"""Positions that come by the hundred: what is shared between links is what each was sent.

Links that take bursts, one that does not, and python-socketio's own client hear the same stream,
cut anywhere. Not here: the bursts themselves (`core/protocol/test_bursts`).
"""

import asyncio
from random import Random

import pytest
from both_clients import Theirs, names
from event_loops import Loop, both_loops, play_on
from odd_server import Peer, odd_server
from waiting import until
from wire_frames import CLOSE, frame

from gridcli.core.protocol.bursts import Burst
from gridcli.core.protocol.packets import encode_event
from gridcli.core.protocol.updates import Update, decode_update
from gridcli.link.link import Link
from gridcli.link.target import Target, Transport

GARBLED = ["of another protocol"]
PEOPLE = [f"{number:x}".rjust(18, "u") for number in range(12)]


def position(rng: Random, user_id: str) -> tuple[str, dict[str, object]]:
    cell = [rng.randint(1, 20), rng.randint(1, 10)]
    return "user_position", {"userId": user_id, "symbol": "K", "pos": cell}


def told(seed: int) -> list[tuple[str, object]]:
    """A room as protocol 1 tells of it: mostly steps, now and then something else."""
    rng = Random(seed)
    here = {user_id: {"pos": [1, 1], "symbol": "K"} for user_id in PEOPLE}
    events: list[tuple[str, object]] = [
        ("message", {"userId": PEOPLE[0], "symbol": "K", "gridDimension": [20, 10]}),
        ("grid_status", here),
        position(rng, PEOPLE[0]),
    ]
    for _ in range(1500):
        user_id = rng.choice(PEOPLE)
        odd = rng.random()
        if odd < 0.01:
            events.append(("user_position", {"userId": user_id, "remove": True}))
        elif odd < 0.02:
            events.append(("users_connected", rng.randint(1, 12)))
        elif odd < 0.025:
            events.append(("message", *GARBLED))
        else:
            events.append(position(rng, user_id))
    return [*events, ("user_position", {"userId": "the end", "remove": True})]


class Listener:
    """A link and what it was told, in order."""

    def __init__(self, url: str, *, bursts: bool) -> None:
        self.updates: list[Update] = []
        self.bursts: list[Burst] = []
        self.link = Link(
            Target(url, transport=Transport.WEBSOCKET, protocol=1),
            on_update=lambda update, received_s: self.updates.append(update),
            on_burst=self._take if bursts else None,
            reconnect=False,
        )

    def _take(self, burst: Burst, received_s: float) -> None:
        self.bursts.append(burst)
        self.updates += burst


@both_loops
@pytest.mark.parametrize("seed", range(4))
def test_everyone_hears_the_same(loop: Loop, seed: int) -> None:
    events = told(seed)
    opening, rest = events[:3], events[3:]
    peers = iter(range(100))

    async def script(peer: Peer) -> None:
        rng = Random(1000 * seed + next(peers))
        await peer.connect()
        for event in opening:
            peer.say(encode_event(*event))
        frames = [frame(encode_event(*event).encode()) for event in rest]
        frames.insert(len(frames) // 2, frame(b"2"))
        await peer.dribble(b"".join(frames), rng, longest=[9_000, 300][seed % 2])
        while (await peer.receive())[0] != CLOSE:
            pass

    async def play() -> None:
        async with (
            odd_server(script) as url,
            Theirs().connected(url, Transport.WEBSOCKET) as theirs,
        ):
            listeners = [Listener(url, bursts=number > 0) for number in range(4)]
            await asyncio.gather(*(listener.link.open() for listener in listeners))
            end = decode_update(*_call(rest[-1]))
            for listener in listeners:
                await until(lambda heard=listener: end in heard.updates, "the end")
            await until(lambda: len(theirs.events) >= len(events), "the end at theirs")
            assert len(names(theirs.events)) == len(events)
            expected = [
                decode_update(name, args) for name, args in theirs.events if args != GARBLED
            ]
            plain, *others = listeners
            assert plain.updates == expected
            assert not plain.bursts
            for listener in others:
                assert listener.updates == expected
                assert sum(map(len, listener.bursts)) > 100
                assert listener.link.mirror.cells == plain.link.mirror.cells
                assert listener.link.mirror.users == plain.link.mirror.users
            first = {id(burst) for burst in others[0].bursts}
            assert any(id(burst) in first for burst in others[1].bursts)
            await asyncio.gather(*(listener.link.close() for listener in listeners))

    play_on(loop, play)


def _call(event: tuple[str, object]) -> tuple[str, list[object]]:
    return event[0], [event[1]]


def test_a_callback_that_fails_in_a_burst_ends_the_link() -> None:
    async def script(peer: Peer) -> None:
        await peer.connect()
        events = told(1)
        for event in events[:3]:
            peer.say(encode_event(*event))
        peer.writer.write(b"".join(frame(encode_event(*e).encode()) for e in events[3:200]))
        while (await peer.receive())[0] != CLOSE:
            pass

    def fail(burst: Burst, received_s: float) -> None:
        raise KeyError("a fault of ours")

    async def play() -> None:
        async with odd_server(script) as url:
            target = Target(url, transport=Transport.WEBSOCKET, protocol=1)
            link = Link(target, on_burst=fail)
            await link.open()
            await until(lambda: "internal error: KeyError" in str(link.state), "the end")
            await link.close()

    play_on(asyncio.new_event_loop, play)
