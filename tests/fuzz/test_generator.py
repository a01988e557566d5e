"""The fuzzer's own parts: what it makes can be made again, kept, read by others and cut down.

Hypothesis drives the same grammar here, and shrinks what it finds on a running server. Not here:
the attack (`test_fuzz`).
"""

import asyncio
import json
from collections.abc import Iterator, Sequence
from random import Random

import pytest
from aiohttp import WSMsgType
from aiohttp._websocket.reader import WebSocketDataQueue, WebSocketReader
from aiohttp.base_protocol import BaseProtocol
from core_strategies import json_values
from fuzz import bodies, frames, grammar
from fuzz.minimize import fewest, minimize
from fuzz.mutations import mutate
from fuzz.sessions import Session, Step, make_session, session
from fuzz.symptoms import Symptoms
from fuzz.target import attacked_server
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from servers import Server

from server.edge.grammar import Fault, check

randoms = st.randoms(use_true_random=False)
names = st.sampled_from(
    ["movement", "join", "leave", "chat", "emote", "rooms", "message", "connect", "", "*"]
)
keys = st.sampled_from(["direction", "seq", "room", "text", "emote", "protocol", ""])


def test_a_seed_and_a_number_are_one_session() -> None:
    assert [session(7, n) for n in range(300)] == [session(7, n) for n in range(300)]
    assert [session(7, n) for n in range(9)] != [session(8, n) for n in range(9)]
    assert {session(7, n).kind for n in range(300)} == {"websocket", "polling", "http"}


@settings(suppress_health_check=list(HealthCheck))  # of tens of packets, as sessions are
@given(randoms)
def test_a_session_can_be_kept(rng: Random) -> None:
    made = make_session(rng)
    assert Session.from_json(json.loads(json.dumps(made.to_json()))) == made


@given(st.binary(max_size=300), st.binary(min_size=4, max_size=4))
def test_frames_are_what_a_server_reads(payload: bytes, mask: bytes) -> None:
    async def read() -> None:
        loop = asyncio.get_running_loop()
        queue = WebSocketDataQueue(BaseProtocol(loop), 2**16, loop=loop)
        reader = WebSocketReader(queue, 2**16, False, True)
        reader.feed_data(frames.frame(payload, frames.BINARY, mask=mask))
        message = await queue.read()
        assert (message.type, bytes(message.data)) == (WSMsgType.BINARY, payload)

    asyncio.run(read())


@given(randoms)
def test_what_ought_to_be_quiet_passes_the_edge(rng: Random) -> None:
    packet = grammar.quiet(rng)
    assume(not packet.startswith(b"40/grid-game,"))  # whose wishes may be anything
    assert not isinstance(check(packet.decode()), Fault)


@given(randoms, st.binary(max_size=60), st.binary(max_size=60))
def test_damage_to_anything_is_bytes(rng: Random, data: bytes, other: bytes) -> None:
    assert isinstance(mutate(rng, data, other), bytes)


def test_a_reproducer_has_what_is_needed_and_nothing_else() -> None:
    async def causes(items: Sequence[int]) -> bool:
        return {3, 14} <= set(items)

    assert list(asyncio.run(fewest(range(40), causes))) == [3, 14]


def test_a_server_that_looks_at_nothing_has_symptoms_and_a_reproducer_is_made_of_them() -> None:
    opening = bodies.request(bodies.WEBSOCKET, *bodies.UPGRADE)
    good, bad = frames.frame(b"3"), frames.frame(b"42/grid-game,01")
    steps = tuple(Step(0, data) for data in [good] * 5 + [bad] + [good] * 5)
    suspect = Session("websocket", opening, b"40/grid-game,", steps, waits=True)

    async def scene(server: Server) -> None:
        symptoms = Symptoms(server)
        assert await symptoms.of(suspect._replace(steps=steps[:5]), late_s=1.0) == {}
        (signature,) = await symptoms.of(suspect, late_s=20.0)
        assert signature.endswith("TypeError")
        found = await minimize(symptoms, signature, [suspect._replace(steps=()), suspect])
        assert found is not None
        assert found.steps == (Step(0, bad),)

    with attacked_server("--log-format", "json", "--stock") as server:
        asyncio.run(scene(server))


@pytest.fixture(scope="module")
def symptoms() -> Iterator[tuple[asyncio.Runner, Symptoms]]:
    with (
        attacked_server("--log-format", "json", "--event-rate", "0") as server,
        asyncio.Runner() as runner,
    ):
        yield runner, runner.run(_symptoms(server))


async def _symptoms(server: Server) -> Symptoms:
    return Symptoms(server)


@st.composite
def events(draw: st.DrawFn) -> Session:
    """A player whose events are any JSON."""
    sent = draw(st.lists(st.tuples(names, json_values(keys)), max_size=4))
    steps = [
        frames.frame(grammar.event(json.dumps(name).encode(), json.dumps(value).encode(), b"1"))
        for name, value in sent
    ]
    connect = draw(st.sampled_from([b"40/grid-game,", b'40/grid-game,{"protocol":2}']))
    opening = bodies.request(bodies.WEBSOCKET, *bodies.UPGRADE)
    waits = draw(st.booleans())
    return Session("websocket", opening, connect, tuple(Step(0, s) for s in steps), waits=waits)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(thrown=events() | randoms.map(make_session))
def test_no_session_is_an_exception(
    symptoms: tuple[asyncio.Runner, Symptoms], thrown: Session
) -> None:
    runner, looking = symptoms
    assert runner.run(looking.of(thrown, late_s=0.03)) == {}
