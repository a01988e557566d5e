"""WebSocket frames of a server: any cut of the bytes gives the same messages.

Not here: what a client sends (`test_masking`), sockets (`link/test_websocket`).
"""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from wire_frames import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, frame

from gridcli.core.protocol.websocket import MAX_MESSAGE, NO_CODE, FrameBuffer, close_code

Piece = tuple[int, bytes, bool]

sizes = st.integers(0, 300) | st.sampled_from([125, 126, 127, 65535, 65536, 70_000])
payloads = st.builds(lambda seed, size: (seed * (size + 1))[:size], st.binary(min_size=1), sizes)
controls = st.tuples(st.sampled_from([PING, PONG]), st.binary(max_size=125), st.just(True))


@st.composite
def messages(draw: st.DrawFn) -> list[Piece]:
    """One message in one piece or several, with control frames anywhere."""
    kind = draw(st.sampled_from([TEXT, TEXT, TEXT, BINARY]))
    parts = draw(st.lists(payloads, min_size=1, max_size=4)) if draw(st.booleans()) else []
    parts = parts or [draw(payloads)]
    pieces: list[Piece] = []
    for number, part in enumerate(parts):
        pieces += draw(st.lists(controls, max_size=1))
        pieces.append((CONTINUATION if number else kind, part, number == len(parts) - 1))
    return pieces


def cut(stream: bytes, cuts: list[int]) -> list[bytes]:
    """The stream in pieces of these lengths, over and over; after many the rest as one."""
    reads, at = [], 0
    while at < len(stream):
        step = cuts[len(reads) % len(cuts)] if len(reads) < 500 else len(stream)
        reads.append(stream[at : at + step])
        at += step
    return reads


def fed(reads: list[bytes]) -> tuple[list[bytes], list[tuple[int, bytes]], bool]:
    buffer, got = FrameBuffer(), []
    for read in reads:
        got += buffer.feed(read)
    return got, buffer.controls, bool(buffer.fault)


@given(st.lists(messages(), max_size=5), st.lists(st.integers(1, 300), min_size=1, max_size=9))
def test_any_cut_of_the_stream_gives_the_same_messages(
    sent: list[list[Piece]], cuts: list[int]
) -> None:
    pieces = [piece for message in sent for piece in message]
    stream = b"".join(frame(part, opcode, final=final) for opcode, part, final in pieces)
    texts, told = [], []
    for message in sent:
        body = [piece for piece in message if piece[0] not in (PING, PONG)]
        told += [(opcode, part) for opcode, part, _ in message if opcode in (PING, PONG)]
        if body[0][0] == TEXT:
            texts.append(b"".join(part for _, part, _ in body))
    assert fed(cut(stream, cuts)) == (texts, told, False)
    assert fed([stream]) == (texts, told, False)


@given(st.binary(max_size=400), st.lists(st.integers(1, 9), min_size=1, max_size=5))
@example(frame(b"42") + frame(b"bye", CLOSE) + frame(b"43"), [1])
@example(frame(b"42") + frame(b"4", 0x3) + frame(b"43"), [2])
def test_any_bytes_mean_the_same_in_any_cut(stream: bytes, cuts: list[int]) -> None:
    assert fed(cut(stream, cuts)) == fed([stream])


def test_nothing_is_read_after_a_close() -> None:
    buffer = FrameBuffer()
    assert buffer.feed(frame(b"1") + frame(b"\x03\xe8", CLOSE) + frame(b"2")) == [b"1"]
    assert buffer.feed(frame(b"3")) == []
    assert (buffer.controls, buffer.fault) == ([(CLOSE, b"\x03\xe8")], "")


@pytest.mark.parametrize(
    "data",
    [
        b"\xc1\x00",  # a compressed frame, which was not agreed on
        b"\x81\x80\x00\x00\x00\x00",  # masked, as only clients do
        frame(b"", CONTINUATION),  # of nothing
        frame(b"4", final=False) + frame(b"2"),  # begun anew in the middle
        frame(b"4", final=False) + frame(b"2", BINARY),
        frame(b"?", PING, final=False),
        frame(b"x" * 126, PING),
        frame(b"", 0x3),
        frame(b"", 0xB),
        b"\x81\x7f" + (MAX_MESSAGE + 1).to_bytes(8, "big"),
        b"\x81\x7f" + b"\xff" * 8,
    ],
)
def test_what_no_server_may_send(data: bytes) -> None:
    buffer = FrameBuffer()
    assert buffer.feed(frame(b"before") + data + frame(b"after")) == [b"before"]
    assert buffer.fault
    assert buffer.feed(frame(b"later")) == []


def test_endless_fragments_are_refused() -> None:
    buffer = FrameBuffer()
    buffer.feed(frame(b"x" * MAX_MESSAGE, final=False))
    assert not buffer.fault
    buffer.feed(frame(b"x", CONTINUATION, final=False))
    assert "more than" in buffer.fault


def test_a_long_frame_in_small_pieces_is_not_copied_for_each() -> None:
    stream = frame(b"x" * (MAX_MESSAGE - 1)) + frame(b"next")
    reads = [stream[at : at + 1000] for at in range(0, len(stream), 1000)]
    buffer = FrameBuffer()
    buffer.feed(reads[0])
    buffer.feed(reads[1])
    held = buffer._rest
    got, copies = [], 0
    for read in reads[2:]:
        got += buffer.feed(read)
        copies += buffer._rest is not held
    assert isinstance(held, bytearray), "it must grow in place"
    assert copies <= 1, "only the last piece may make a new buffer"
    assert [len(message) for message in got] == [MAX_MESSAGE - 1, 4]


def test_close_codes() -> None:
    assert close_code(b"\x03\xe9gone") == 1001
    assert close_code(b"") == close_code(b"\x03") == NO_CODE
