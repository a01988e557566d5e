"""What a client is told of the heartbeat is never less than what it is.

Not here: who owes an answer for too long (`fanout/test_heartbeat`).
"""

import asyncio
import math
from typing import Any

import pytest
from edge import POLLING, ask
from hypothesis import given
from hypothesis import strategies as st
from socketio_player import Client, play
from waiting import until

from gridcli.core.protocol.packets import decode_handshake
from server.socketio_server import heartbeat


@given(st.floats(0.1, 300))
def test_whole_seconds_rounded_up_are_told(interval_s: float) -> None:
    first_s, more_s = heartbeat(interval_s)
    assert first_s == interval_s
    assert int(first_s + more_s) == math.ceil(interval_s)  # as python-engineio sums them


@pytest.mark.parametrize(
    ("engine", "interval", "told_s"),
    [
        ((), "0.2", 1.0),
        ((), "3", 3.0),
        (("--stock",), "2.5", 3.0),
        (("--engine", "flask"), "0.5", 1.0),
    ],
    ids=["0.2", "3", "stock", "flask"],
)
def test_told_by_every_engine(
    start_server: Any, engine: tuple[str, ...], interval: str, told_s: float
) -> None:
    url = start_server(*engine, "--ping-interval", interval, "--ping-timeout", "0.3").url
    status, body = ask(url + POLLING)
    assert status == 200
    handshake = decode_handshake(body)
    assert (handshake.ping_interval_s, handshake.ping_timeout_s) == (told_s, 0.3)


def test_a_client_stays_whose_heartbeat_is_quick(start_server: Any) -> None:
    url = start_server("--ping-interval", "0.6", "--ping-timeout", "0.3").url

    async def scene() -> None:
        ann = Client()
        await ann.connect(url, ["websocket"])
        await until(lambda: ann.of("users_connected"), "the count")
        engine = ann.sio.eio
        receive, pings = engine._receive_packet, 0

        async def count(packet: Any) -> None:
            nonlocal pings
            pings += packet.packet_type == 2
            await receive(packet)

        engine._receive_packet = count
        await until(lambda: pings == 2 or not ann.sio.connected, "pings")
        assert ann.sio.connected
        await ann.sio.disconnect()

    play(asyncio.wait_for(scene(), 30))
