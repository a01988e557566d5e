"""What both brokers' connections share: a bound on what waits, and whose a cancelling is."""

import asyncio

import pytest
from bus_scenes import play, reason
from event_loops import Loop, both_loops

from server.cluster.arrivals import MAX_WAITING_BYTES, Arrivals, one_line, reason_of
from server.cluster.bus import BusError


def test_who_does_not_take_what_comes_is_cut_off() -> None:
    async def scene() -> None:
        arrivals = Arrivals()
        megabyte = bytes(1024 * 1024)
        for _ in range(MAX_WAITING_BYTES // len(megabyte)):
            arrivals.put(megabyte)
        assert len(await arrivals.take()) == MAX_WAITING_BYTES // len(megabyte)
        for _ in range(MAX_WAITING_BYTES // len(megabyte)):
            arrivals.put(megabyte)
        arrivals.put(b"x")
        with pytest.raises(BusError, match="too slow"):
            await arrivals.take()

    play(scene)


@both_loops
def test_a_librarys_own_cancelling_is_a_loss(loop: Loop) -> None:
    async def cancelled() -> None:
        raise asyncio.CancelledError

    async def scene() -> None:
        assert await reason(Arrivals().finish(cancelled())) == "connection lost"
        waiting = asyncio.ensure_future(Arrivals().finish(asyncio.sleep(60)))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    play(scene, loop)


def test_reasons_hold_no_secret() -> None:
    told = "unknown command 'AUTH', with args beginning with:\n's3cret' 's3cret2'"
    assert one_line(told, "s3cret", "s3cret2", None) == (
        "unknown command 'AUTH', with args beginning with: '***' '***'"
    )
    assert reason_of(RuntimeError()) == "RuntimeError"
    both = OSError("Multiple exceptions: [Errno 111] ('::1', 1), [Errno 111] ('127.0.0.1', 1)")
    assert reason_of(both) == "connection refused"
