"""Positions that came together are one thing for all who read the same bytes.

Not here: what a burst leads to (`test_scene`, `test_ledger`).
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_frames import BINARY, CLOSE, PING, frame

from gridcli.core.geometry import Cell
from gridcli.core.protocol import bursts
from gridcli.core.protocol.bursts import Burst, Bursts
from gridcli.core.protocol.frames import decode_frame
from gridcli.core.protocol.packets import encode_event
from gridcli.core.protocol.updates import Notice, Online, Placed, Removed, Update, encode_update
from gridcli.core.protocol.websocket import FrameBuffer


def ends_a_burst(update: Update) -> bool:
    """One in 32 does, and which ones is another matter in each process."""
    return not hash(encode_event(*encode_update(update)).encode()) & 31


# Those that do come last.
WALK: list[Update] = sorted(
    (Placed(f"ann{n}", "K", Cell(n % 20 + 1, n // 20 + 1)) for n in range(200)), key=ends_a_burst
)


def wire(*updates: Update) -> bytes:
    return b"".join(frame(encode_event(*encode_update(each)).encode()) for each in updates)


def flat(taken: list[Burst | bytes]) -> list[object]:
    """What was told, whatever it came in."""
    told: list[object] = []
    for each in taken:
        told += each if isinstance(each, Burst) else [decode_frame(each)]
    return told


def bursts_in(taken: list[Burst | bytes]) -> list[Burst]:
    return [each for each in taken if isinstance(each, Burst)]


def taken_in(known: Bursts, stream: bytes, cuts: list[int]) -> list[Burst | bytes]:
    """A client who reads the stream in pieces of these lengths, over and over."""
    frames, taken, at, number = FrameBuffer(), [], 0, 0
    while at < len(stream):
        size = cuts[number % len(cuts)]
        taken += known.take(frames, stream[at : at + size])
        at, number = at + size, number + 1
    assert frames.between
    return taken


ids = st.sampled_from("abcd")
told = st.one_of(
    st.builds(Placed, ids, st.just("K"), st.builds(Cell, st.integers(1, 3), st.integers(1, 3))),
    st.builds(Removed, ids),
    st.builds(Online, st.integers(0, 9)),
    st.builds(Notice, st.just("full"), st.text(max_size=200)),
)
cuts = st.lists(st.integers(1, 2000), min_size=1, max_size=6)


@given(st.lists(told, max_size=60), st.lists(cuts, min_size=1, max_size=4))
def test_however_it_is_read_the_same_is_told(updates: list[Update], each: list[list[int]]) -> None:
    known, stream = Bursts(), wire(*updates)
    for reads in (*each, [len(stream) + 1], *each):
        assert flat(taken_in(known, stream, reads)) == updates


def test_equal_reads_of_two_clients_are_one_burst() -> None:
    known, data = Bursts(), wire(*WALK[:2])
    (burst,) = known.take(FrameBuffer(), data)
    assert isinstance(burst, Burst)
    assert list(burst) == WALK[:2]
    assert known.take(FrameBuffer(), bytes(bytearray(data))) == [burst]
    assert burst.users is None
    told = Burst((Placed("ann", "K", Cell(1, 1)), Online(3), Online(7), Removed("ann")))
    assert (told.users, len(told)) == (7, 4)


def test_who_reads_other_pieces_of_the_stream_still_has_most_in_common() -> None:
    people = 2000
    known = Bursts()
    stream = wire(*[Placed(f"ann{n}", "K", Cell(n % 20 + 1, 1)) for n in range(people)])
    taken_in(known, stream, [len(stream)])
    first = {id(burst) for burst in bursts_in(taken_in(known, stream, [30_000]))}
    # This one's reads end within frames and elsewhere; some frames at each end are its own.
    others = bursts_in(taken_in(known, stream, [29_791]))
    shared = sum(len(burst) for burst in others if id(burst) in first)
    assert shared > people / 2


@pytest.mark.parametrize(
    "data",
    [
        wire(WALK[0]),
        wire(WALK[0], Notice("full", "no room")),
        wire(WALK[0]) + frame(b"2"),
        wire(WALK[0]) + frame(b'42/grid-game,["user_position",{"userId":7}]'),
        wire(WALK[0]) + frame(b"hey", PING) + frame(b"") + frame(b"\x00", BINARY),
        wire(WALK[0]) + frame(b"\x03\xe8", CLOSE) + wire(*WALK),
        wire(WALK[0]) + frame(b"x" * 70_000)[:-1],
        wire(WALK[0]) + b"\x81",
        wire(WALK[0]) + b"\x81\x7e\x01",
        wire(WALK[0]) + frame(b"half", final=False),
    ],
    ids=range(10),  # the same in each worker
)
def test_what_needs_a_look_of_its_own_is_no_burst(data: bytes) -> None:
    expected, known = FrameBuffer(), Bursts()
    messages = expected.feed(data)
    for _ in range(2):
        frames = FrameBuffer()
        assert known.take(frames, data) == messages
        assert (frames.controls, frames.fault) == (expected.controls, expected.fault)
        assert (frames.between, frames.missing) == (expected.between, expected.missing)


def test_what_lies_within_a_frame_is_not_taken_for_positions() -> None:
    known, data = Bursts(), wire(*WALK[:20])
    assert bursts_in(known.take(FrameBuffer(), data))
    whole = frame(b"4" + data + b"4")
    for at in range(1, len(whole)):
        frames = FrameBuffer()
        taken = [*known.take(frames, whole[:at]), *known.take(frames, whole[at:])]
        assert taken == [b"4" + data + b"4"]


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bursts, "HELD_BYTES", 10_000)
    known, first = Bursts(), wire(*WALK[:2])
    (burst,) = known.take(FrameBuffer(), first)
    assert known.take(FrameBuffer(), first) == [burst]
    for n in range(0, 200, 2):
        known.take(FrameBuffer(), wire(*WALK[n : n + 2]))
    assert known.take(FrameBuffer(), first)[0] is not burst
    assert sum(len(raw) for alike in known._known.values() for raw, _ in alike) <= 10_000


def test_many_that_begin_alike_are_bounded_too() -> None:
    known = Bursts()
    for n in range(2, 200):
        known.take(FrameBuffer(), wire(WALK[0], WALK[n]))
    assert {len(alike) for alike in known._known.values()} == {4}
