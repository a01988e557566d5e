"""The receive path's pure parts: frames out of bytes, and a server's address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridcli.core.errors import BadInput, CannotConnect
from loadtest._framing import CLOSING, CONTINUATION, MAX_MESSAGE, PINGING, TEXT, FrameBuffer
from loadtest._transport import endpoint


def frame(payload: bytes, opcode: int = TEXT, *, final: bool = True) -> bytes:
    size = len(payload)
    if size < 126:
        length = bytes([size])
    elif size < 2**16:
        length = b"\x7e" + size.to_bytes(2, "big")
    else:
        length = b"\x7f" + size.to_bytes(8, "big")
    return bytes([0x80 * final | opcode]) + length + payload


messages = st.lists(
    st.binary(max_size=70).map(lambda b: b * 3) | st.just(b"x" * 70_000), max_size=5
)


@given(messages, st.lists(st.integers(1, 300), min_size=1, max_size=9))
def test_any_cut_of_the_stream_gives_the_same_messages(sent: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(map(frame, sent))
    buffer, got, at, turn = FrameBuffer(), [], 0, 0
    while at < len(stream):
        step = cuts[turn % len(cuts)] if turn < 500 else len(stream)
        got += buffer.feed(stream[at : at + step])
        at, turn = at + step, turn + 1
    assert got == [(TEXT, payload) for payload in sent]


def test_fragments_with_a_ping_in_between() -> None:
    buffer = FrameBuffer()
    parts = [
        frame(b"42", final=False),
        frame(b"?", PINGING),
        frame(b"/grid", CONTINUATION, final=False),
        frame(b"-game,", CONTINUATION),
        frame(b"\x03\xe8", CLOSING),
    ]
    assert buffer.feed(b"".join(parts)) == [
        (PINGING, b"?"),
        (TEXT, b"42/grid-game,"),
        (CLOSING, b"\x03\xe8"),
    ]
    assert buffer.feed(frame(b"2")) == [(TEXT, b"2")]


@pytest.mark.parametrize(
    "data",
    [
        b"\xc1\x00",  # a compressed frame, which was not agreed on
        b"\x81\x80\x00\x00\x00\x00",  # masked, as only clients do
        frame(b"\x00", 0x2),  # binary
        frame(b"", CONTINUATION),  # of nothing
        frame(b"4", final=False) + frame(b"2"),  # begun anew in the middle
        b"\x81\x7f" + (MAX_MESSAGE + 1).to_bytes(8, "big"),
    ],
)
def test_what_no_server_may_send(data: bytes) -> None:
    with pytest.raises(BadInput):
        FrameBuffer().feed(data)


def test_endless_fragments_are_refused() -> None:
    buffer = FrameBuffer()
    buffer.feed(frame(b"x" * MAX_MESSAGE, final=False))
    with pytest.raises(BadInput):
        buffer.feed(frame(b"x", CONTINUATION, final=False))


def test_addresses() -> None:
    assert endpoint("http://[::1]:8765").target("polling", "abc") == (
        "/socket.io/?EIO=4&transport=polling&sid=abc"
    )
    assert endpoint("https://play.example/grid/").path == "/grid/socket.io/"
    assert endpoint("127.0.0.1:8765").netloc == "127.0.0.1:8765"
    for wrong in ("http://", "http://host:port", "ftp://host", "http://host:99999"):
        with pytest.raises(CannotConnect, match="not an address"):
            endpoint(wrong)
