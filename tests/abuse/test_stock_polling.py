"""What python-engineio does by itself with polling that goes wrong: contract tests, likewise.

Not here: messages (`test_stock_defects`), that ours holds (`test_bodies`).
"""

import asyncio
import zlib
from collections.abc import AsyncIterator

from abuse.stock_stage import ECHO, ENGINEIO, PlayStock, Stage, of, until_called, until_true


def test_seventeen_packets_are_dropped_with_http_200(play_stock: PlayStock) -> None:
    async def scene(stage: Stage) -> None:
        polling = await stage.poll()
        before = len((await stage.look(polling.sid))["failures"])
        reply = await polling.post("\x1e".join(f'42["echo",{n}]' for n in range(17)))
        assert reply.status == 200, ENGINEIO
        seen = await stage.look(polling.sid)
        assert of(seen["calls"], "echo") == [], ENGINEIO
        assert seen["failures"][before:] == ["ValueError"], ENGINEIO
        # The like for any other body that can't be read.
        assert (await polling.post("x")).status == 200, ENGINEIO

    play_stock(scene)


def test_an_upgrade_that_goes_no_further_leaves_polls_with_nothing(play_stock: PlayStock) -> None:
    async def scene(stage: Stage) -> None:
        polling = await stage.poll()
        upgrade, _ = await stage.open(polling.sid)
        await until_true(stage, polling.sid, lambda seen: seen["upgrading"])
        await upgrade.close()
        await stage.request("say", text="for everybody")
        for _ in range(5):
            assert (await polling.get()).packets == ["6"], ENGINEIO
        assert (await stage.look(polling.sid))["upgrading"], ENGINEIO

    play_stock(scene)


def test_an_upgrade_with_what_is_no_packet_does_so_too(play_stock: PlayStock) -> None:
    async def scene(stage: Stage) -> None:
        polling = await stage.poll()
        upgrade, _ = await stage.open(polling.sid)
        await upgrade.send("2probe")
        await upgrade.until(lambda got: got == ["3probe"], "the answer")
        await upgrade.send("x")
        await upgrade.ended()
        await polling.gather(lambda packets: packets, "the NOOP of the upgrade")
        assert (await polling.get()).packets == ["6"], ENGINEIO
        assert (await stage.look(polling.sid))["upgrading"], ENGINEIO

    play_stock(scene)


def test_two_polls_at_a_time_are_both_served_and_share_the_packets(play_stock: PlayStock) -> None:
    async def scene(stage: Stage) -> None:
        polling = await stage.poll()
        polls = [asyncio.create_task(polling.get()) for _ in range(2)]
        await polling.post(ECHO)
        await asyncio.wait(polls, return_when=asyncio.FIRST_COMPLETED)
        await polling.post('422["echo",2]')
        replies = await asyncio.gather(*polls)
        assert [reply.status for reply in replies] == [200, 200], ENGINEIO
        assert sorted(reply.text for reply in replies) == ["431[1]", "432[2]"], ENGINEIO

    play_stock(scene)


def test_a_body_without_a_length_is_read_as_nothing(play_stock: PlayStock) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield ECHO.encode()

    async def scene(stage: Stage) -> None:
        polling = await stage.poll()
        assert (await polling.post(chunks())).status == 200, ENGINEIO
        assert of((await stage.look(polling.sid))["calls"], "echo") == [], ENGINEIO

    play_stock(scene)


def test_a_body_in_two_pieces_is_read_up_to_the_first(play_stock: PlayStock) -> None:
    async def scene(stage: Stage) -> None:
        polling = await stage.poll()
        first, second = ECHO + "\x1e42", '["echo",2]'
        reader, writer = await asyncio.open_connection("127.0.0.1", int(stage.url.split(":")[2]))
        head = f"POST {polling.address.removeprefix(stage.url)} HTTP/1.1\r\nHost: localhost\r\n"
        head += f"Content-Length: {len(first + second)}\r\nConnection: close\r\n\r\n"
        writer.write((head + first).encode())
        await until_called(stage, polling.sid, "echo")
        writer.write(second.encode())
        assert (await reader.read()).startswith(b"HTTP/1.1 200"), ENGINEIO
        writer.close()
        await writer.wait_closed()
        assert of((await stage.look(polling.sid))["calls"], "echo") == [[1]], ENGINEIO

    play_stock(scene)


def test_a_compressed_body_is_inflated_and_cut_at_its_compressed_length(
    play_stock: PlayStock,
) -> None:
    async def scene(stage: Stage) -> None:
        polling = await stage.poll()
        before = len((await stage.look(polling.sid))["failures"])
        packed = zlib.compress(f'421["echo","{"x" * 1000}"]'.encode())
        reply = await polling.post(packed, headers={"Content-Encoding": "deflate"})
        assert reply.status == 200, ENGINEIO
        # What is no text at all would be another failure.
        failures = (await stage.look(polling.sid))["failures"][before:]
        assert failures == ["JSONDecodeError"], ENGINEIO

    play_stock(scene)


def test_a_body_for_a_session_that_has_just_ended_is_http_500(play_stock: PlayStock) -> None:
    async def scene(stage: Stage) -> None:
        polling = await stage.poll()
        await polling.post("1")
        assert (await polling.post("3")).status == 500, ENGINEIO

    play_stock(scene)
