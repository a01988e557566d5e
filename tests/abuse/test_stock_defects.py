"""What python-socketio does by itself with what `server/edge` keeps from it: contract tests.

Each shows a defect as the installed version has it, on a server without anything of ours. When
one fails after an update, the library was mended, and the guard may go. Not here: polling
(`test_stock_polling`), that ours holds (`test_messages`, `test_bodies`).
"""

import asyncio
from typing import Any

import pytest
from abuse.stock_stage import (
    ECHO,
    ENGINEIO,
    HASTY,
    SOCKETIO,
    PlayStock,
    Stage,
    of,
    until_called,
    until_true,
)
from abuse.wire import open_polling

UNREADABLE = {"x": "x", "empty": "", "bad base64": "bA", "deep JSON": "4" + "[" * 20_000}


@pytest.mark.parametrize("frame", UNREADABLE.values(), ids=UNREADABLE)
def test_a_frame_that_is_no_packet_leaves_a_ghost(play_stock: PlayStock, frame: str) -> None:
    async def scene(stage: Stage) -> None:
        socket, eio = await stage.join()
        await socket.send(frame)
        assert await socket.ended() == 1006, ENGINEIO
        seen = await stage.look(eio)
        assert seen["known"], ENGINEIO
        assert seen["member"], ENGINEIO
        assert of(seen["calls"], "disconnect") == [], ENGINEIO

        # Only the heartbeats find it out.
        socket, eio = await stage.join(HASTY)
        await socket.send(frame)
        ends: list[Any] = []
        while not ends:
            ends = of((await stage.look(eio, HASTY))["calls"], "disconnect")
        assert ends == [["ping timeout"]], ENGINEIO

    play_stock(scene)


def test_a_tolerant_decoder_takes_these_for_messages(play_stock: PlayStock) -> None:
    """These leave no ghost in this version: base64 of nothing, and short JSON that is broken."""

    async def scene(stage: Stage) -> None:
        for frame in ("b!", "4[[[["):
            socket, eio = await stage.join()
            failures = len((await stage.look(eio))["failures"])
            await socket.send(frame, ECHO)
            await socket.until(lambda got: "431[1]" in got, "the echo")
            assert len((await stage.look(eio))["failures"]) == failures + 1, SOCKETIO

    play_stock(scene)


TRACEBACKS = {
    **{text: text for text in ("42{}", "42[]", "42[[1]]", '42["x"', "44{}", '42["disconnect"]')},
    "deep JSON": '42["echo",' + "[" * 5_000,
    "bytes": b"abc",
}


@pytest.mark.parametrize("frame", TRACEBACKS.values(), ids=TRACEBACKS)
def test_each_of_these_messages_is_a_traceback_and_no_number_of_them_ends_it(
    play_stock: PlayStock, frame: str | bytes
) -> None:
    async def scene(stage: Stage) -> None:
        socket, eio = await stage.join()
        before = len((await stage.look(eio))["failures"])
        await socket.send(*[frame] * 20, ECHO)
        await socket.until(lambda got: "431[1]" in got, "the echo")
        assert len((await stage.look(eio))["failures"]) - before == 20, SOCKETIO

    play_stock(scene)


def test_clients_run_the_lifecycle_handlers(play_stock: PlayStock) -> None:
    async def scene(stage: Stage) -> None:
        socket, eio = await stage.join()
        await socket.send('42["disconnect","because I say so"]', '42["connect",{}]', ECHO)
        await socket.until(lambda got: "431[1]" in got, "the echo")
        calls = (await stage.look(eio))["calls"]
        assert of(calls, "disconnect") == [["because I say so"]], SOCKETIO
        assert of(calls, "connect") == [[True], [False]], SOCKETIO
        assert (await stage.look(eio))["member"]

    play_stock(scene)


def test_broadcasts_reach_those_who_are_not_let_in_yet_or_never_are(play_stock: PlayStock) -> None:
    async def scene(stage: Stage) -> None:
        socket, eio = await stage.open()
        await socket.send('40"wait"')
        await until_called(stage, eio, "connect")
        await stage.request("say", text="a secret")
        await socket.until(lambda got: '42["news","a secret"]' in got, SOCKETIO)
        await stage.request("decide", eio=eio, accept="no")
        await socket.until(lambda got: str(got[-1]).startswith("44"), "the refusal")

    play_stock(scene)


def test_events_before_the_answer_to_connect_are_dropped_without_a_word(
    play_stock: PlayStock,
) -> None:
    """They do not run; but an acknowledgement that was asked for never comes, either."""

    async def scene(stage: Stage) -> None:
        polling = await open_polling(stage.http, stage.url)
        connecting = asyncio.create_task(polling.post('40"wait"'))
        await until_called(stage, polling.sid, "connect")
        assert (await polling.post(ECHO)).status == 200
        await stage.request("decide", eio=polling.sid, accept="yes")
        await connecting
        await polling.post('422["echo",2]')
        packets = await polling.gather(lambda packets: "432[2]" in packets, "the second echo")
        assert "431[1]" not in packets, SOCKETIO
        assert of((await stage.look(polling.sid))["calls"], "echo") == [[2]], SOCKETIO

    play_stock(scene)


def test_attachments_are_awaited_and_kept_by_the_billion(play_stock: PlayStock) -> None:
    async def scene(stage: Stage) -> None:
        socket, eio = await stage.join()
        await socket.send('459999999999-["echo"]', *[b"x" * 100_000] * 20, ECHO)
        await until_true(stage, eio, lambda seen: seen["pending"] == 2_000_000 + len(ECHO) - 1)
        assert of((await stage.look(eio))["calls"], "echo") == [], SOCKETIO

    play_stock(scene)


def test_an_event_with_no_attachments_makes_its_client_deaf(play_stock: PlayStock) -> None:
    async def scene(stage: Stage) -> None:
        socket, eio = await stage.join()
        before = len((await stage.look(eio))["failures"])
        await socket.send('450-["echo"]', *[ECHO] * 5)
        await until_true(stage, eio, lambda seen: len(seen["failures"]) == before + 5)
        seen = await stage.look(eio)
        assert seen["pending"] == 0, SOCKETIO
        assert of(seen["calls"], "echo") == [], SOCKETIO

    play_stock(scene)


def test_a_packet_that_waits_for_attachments_outlives_its_client(play_stock: PlayStock) -> None:
    async def scene(stage: Stage) -> None:
        polling = await open_polling(stage.http, stage.url)
        connecting = asyncio.create_task(polling.post('40"wait"'))
        await until_called(stage, polling.sid, "connect")
        await polling.post('459999999999-["echo"]')
        await stage.request("decide", eio=polling.sid, accept="no")
        await connecting
        await polling.post("1")
        seen = await stage.look(polling.sid)
        assert not seen["known"]
        assert seen["pending"] == 0, SOCKETIO

    play_stock(scene)
