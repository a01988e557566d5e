"""A frame is decoded once for a process: equal ones give the same object, in bounded memory.

Not here: what frames say (`test_packets`, `test_updates`).
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridcli.core.errors import BadInput
from gridcli.core.geometry import Cell
from gridcli.core.protocol.frames import LONG, RECENT_LONG, RECENT_LONG_BYTES, decode_frame
from gridcli.core.protocol.names import GRID_DELTA, NAMESPACE, NOTICE, USER_POSITION
from gridcli.core.protocol.packets import encode_event
from gridcli.core.protocol.updates import Delta, Notice, encode_update


def tick(number: int, rows: int = 100) -> bytes:
    cells = {f"player{n}": Cell(2, 1) for n in range(rows)}
    delta = Delta(number, users=rows, cells=cells, seqs=dict.fromkeys(cells, number))
    return encode_event(*encode_update(delta)).encode()


def note(text: str, padding: int = 0) -> bytes:
    """A short notice; blanks after it make a frame as long as one likes."""
    return encode_event(NOTICE, {"code": "x", "text": text}).encode() + b" " * padding


def again(frame: bytes) -> bytes:
    """The same bytes in another object, as another receiver has them."""
    return bytes(bytearray(frame))


@pytest.mark.parametrize("frame", [note("short"), tick(1), tick(2, 20_000)], ids=len)
def test_equal_frames_give_the_same_object(frame: bytes) -> None:
    first = decode_frame(again(frame))
    assert decode_frame(again(frame)) is first
    assert decode_frame(frame.decode()) == first
    assert decode_frame(str(again(frame), "ascii")) is decode_frame(frame.decode())


@given(st.integers(0, 100), st.integers(0, 100), st.sampled_from(["a", "b"]))
def test_long_frames_that_differ_anywhere_are_told_apart(before: int, after: int, x: str) -> None:
    # Far from both ends these are the same frame, of the same length, but for one character.
    for middle in (x, "c", x):
        text = "." * before + middle + "." * after
        assert decode_frame(note(text, LONG)) == Notice("x", text)


@pytest.mark.parametrize("padding", ["", "." * 2 * LONG])
def test_a_bad_frame_raises_each_time(padding: str) -> None:
    head = f'42{NAMESPACE},["{USER_POSITION}",{{"userId":'
    bad = [
        (head + "7}]" + padding).encode(),
        (head + f'"{padding}').encode(),
        b'42/grid-game,["\xff' + padding.encode() + b'"]',
    ]
    for frame in bad:
        for _ in range(3):
            with pytest.raises(BadInput):
                decode_frame(again(frame))


def test_what_is_remembered_is_bounded() -> None:
    ticks = [tick(1_000_000 + number) for number in range(RECENT_LONG + 1)]
    first = decode_frame(ticks[0])
    for frame in ticks[1:-1]:
        decode_frame(frame)
    assert decode_frame(ticks[0]) is first
    decode_frame(ticks[-1])
    second = decode_frame(ticks[0])
    assert second is not first
    decode_frame(note("long", RECENT_LONG_BYTES))
    assert decode_frame(ticks[0]) is not second


def test_one_frame_is_remembered_however_long() -> None:
    frame = note("longer", RECENT_LONG_BYTES)
    assert decode_frame(again(frame)) is decode_frame(again(frame))


def test_other_events_are_nothing_to_us() -> None:
    assert decode_frame(encode_event("weather", {"rain": "." * LONG}).encode()) is None
    assert decode_frame(f'42["{GRID_DELTA}",{{}}]'.encode()) is None
