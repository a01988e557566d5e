"""Members and feeds against the plainest thing that could be meant: a list for each member."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from engineio.packet import MESSAGE, Packet
from hypothesis import given
from hypothesis import strategies as st

from server.fanout.feed import Feed
from server.fanout.frames import text_frame
from server.fanout.member import Member

MEMBERS = range(4)
ROOMS = range(3)

acts = st.lists(
    st.one_of(
        st.tuples(st.just("emit"), st.sampled_from(ROOMS), st.sets(st.sampled_from(MEMBERS))),
        st.tuples(st.just("tell"), st.sampled_from(MEMBERS), st.just(0)),
        st.tuples(st.just("enter"), st.sampled_from(MEMBERS), st.sampled_from(ROOMS)),
        st.tuples(st.just("leave"), st.sampled_from(MEMBERS), st.sampled_from(ROOMS)),
        st.tuples(st.just("flush"), st.sampled_from(MEMBERS), st.just(0)),
        st.tuples(st.just("round"), st.just(0), st.just(0)),
    ),
    max_size=60,
)


def enter(member: Member, feed: Feed[Member]) -> None:
    if member not in feed.readers:
        feed.waiting[member] = None


def emit(feed: Feed[Member], frame: bytes, skipped: list[Member]) -> None:
    """As the manager does it."""
    for member in list(feed.waiting):
        member.read(feed)
    for member in skipped:
        if member.feed is feed:
            member.skip_next()
    feed.append(frame)


@contextmanager
def wired(loop: asyncio.AbstractEventLoop) -> Iterator[tuple[Member, socket.socket]]:
    """A member, and the other end of its connection."""
    near, far = socket.socketpair()
    near.setblocking(False)
    far.setblocking(False)
    transport, _ = loop.run_until_complete(loop.create_connection(asyncio.Protocol, sock=near))
    member = Member(
        None,
        transport,
        hold_bytes=1 << 20,
        end=lambda why: None,
        soon=lambda member: None,
        slow=lambda member: None,
    )
    try:
        yield member, far
    finally:
        transport.abort()
        far.close()
        loop.run_until_complete(asyncio.sleep(0))


def received(far: socket.socket) -> bytes:
    try:
        return far.recv(1 << 20)
    except BlockingIOError:
        return b""


@given(acts)
def test_everyone_is_written_what_it_was_owed_in_order(program: list[tuple[str, Any, Any]]) -> None:
    loop = asyncio.new_event_loop()
    try:
        _run(loop, program)
    finally:
        loop.close()


def _run(loop: asyncio.AbstractEventLoop, program: list[tuple[str, Any, Any]]) -> None:
    wires = [wired(loop) for _ in MEMBERS]
    pairs = [wire.__enter__() for wire in wires]
    members = [member for member, _ in pairs]
    owed = [b"" for _ in MEMBERS]
    got = [b"" for _ in MEMBERS]
    inside: list[set[int]] = [set() for _ in ROOMS]
    feeds: list[Feed[Member]] = [Feed() for _ in ROOMS]

    def flush(who: int) -> None:
        members[who].flush()
        got[who] += received(pairs[who][1])
        assert got[who] == owed[who]

    for number, (act, one, other) in enumerate(program):
        frame = text_frame(f"4{number}".encode())
        if act == "emit":
            emit(feeds[one], frame, [members[m] for m in other])
            for member in inside[one] - other:
                owed[member] += frame
        elif act == "tell":
            members[one].put_nowait(Packet(MESSAGE, str(number)))
            owed[one] += frame
        elif act == "enter":
            enter(members[one], feeds[other])
            inside[other].add(one)
        elif act == "leave":
            members[one].leave(feeds[other])
            inside[other].discard(one)
        elif act == "flush":
            flush(one)
        else:
            ends = [feed.end for feed in feeds]
            for member in MEMBERS:
                flush(member)
            for feed, end in zip(feeds, ends, strict=True):
                feed.trim(end)
    for member in MEMBERS:
        flush(member)
    for wire in wires:
        wire.__exit__(None, None, None)


def test_readers_at_one_position_share_one_object() -> None:
    feed: Feed[int] = Feed()
    for _ in range(3):
        feed.append(b"frame")
    assert feed.since(1) is feed.since(1)
    assert feed.since(1) == b"frameframe"
    feed.append(b"more")
    assert feed.since(3) == b"more"
    feed.trim(2)
    assert (feed.since(2), feed.end) == (b"framemore", 4)
