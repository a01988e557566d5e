"""Whatever a client sends does what it does on the stock server, or ends the connection cleanly."""

import asyncio
from typing import Any

import pytest
from handling import Sio, answered, basics, both, serving
from waiting import until

SOON_S = 1.0
"""How long a connection may take to end cleanly, beyond any doubt."""

ODD = [
    *("42{}", "42[]", "42[[1]]", "42[1]", "42[null]", '42["x"', "42/ns", '42/ns,["echo"]', "4"),
    *('42"x"', "42", "49", "4x", '4212345678901234567890["echo"]', "42²[]", "4251-", "4451-[]"),
    *("42" + "[" * 20_000, '42["echo",' + "[" * 20_000, '42["echo",' + "[" * 900 + "]" * 900 + "]"),
    *('42["echo",{"_placeholder":true,"num":5}]', '451-["echo",{"_placeholder":true,"num":0}]'),
    *("b!", "bAAA=", "6", "5", "2probe", "3probe", "0{}", "7", "9", "٣", '42["connect"]'),
    *("43", "43[1]", "439[1]", "44{}", '42["disconnect"]', "41/nowhere,", "40", "40{}", "42 []"),
]
BROKEN = ["", "x", "²", "-1", " ", "bA"]
"""What is no packet at all: the stock server leaves such a client half open."""


async def after(fanout: bool, odd: str | bytes) -> tuple[list[str | bytes], bool, list[Any]]:
    """What a client gets that sends it, whether it is still connected, and the ends told."""
    ends: list[Any] = []

    def setup(sio: Sio) -> None:
        ends.append(basics(sio))

    async with serving(fanout, setup) as client:
        before = len(client.got)
        # An attachment too many or too few is odd, too.
        client.send(odd, '427["echo"]', '428["echo"]')
        async with asyncio.timeout(SOON_S):
            await client.until(lambda: "38[]" in client.got or client.ended.is_set())
        lives = not client.ended.is_set()
        received = client.got[before:]
        await client.close()
        if fanout:
            await until(lambda: ends[0], "the disconnect handler", SOON_S)
    return received, lives, ends[0]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd[:14])
def test_odd_messages_change_nothing_more_than_on_stock(odd: str) -> None:
    async def scene() -> None:
        received, lives, ends = await after(True, odd)
        assert len(ends) == 1
        assert (received, lives) == (await after(False, odd))[:2]

    asyncio.run(scene())


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_no_packet_ends_the_connection_with_one_disconnect(broken: str) -> None:
    async def scene() -> None:
        received, lives, ends = await after(True, broken)
        assert not lives
        assert received == []
        assert ends == ["transport close"]

    asyncio.run(scene())


@both
def test_a_message_that_is_too_long_ends_the_connection(fanout: bool) -> None:
    async def scene() -> None:
        ends: list[Any] = []

        def setup(sio: Sio) -> None:
            ends.append(basics(sio))

        async with serving(fanout, setup, max_http_buffer_size=1000) as client:
            # aiohttp takes one byte less than its limit.
            fits = '421["echo","' + "x" * (999 - 14) + '"]'
            client.send(fits)
            await answered(client, 1)
            client.send('422["echo","' + "x" * (1000 - 14) + '"]')
            async with asyncio.timeout(SOON_S):
                await client.ended.wait()
            assert client.close_code == 1009
            await until(lambda: ends[0], "the disconnect handler", SOON_S)
            assert len(client.got) == 2
        assert ends[0] == ["transport close"]

    asyncio.run(scene())
