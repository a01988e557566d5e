"""Whose view a recording holds, and how long it is."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recordings import HEADER, OWN_ID, InMemory, asked, entries, heard, recording, state

from gridcli.core.protocol.requests import Hello
from gridcli.core.protocol.updates import Echo
from gridcli.core.reading import BadRecording
from gridcli.core.recording import Entry, Header, encode_header
from gridcli.core.views import length_s, opened, viewer

ECHO = Echo(OWN_ID)
PLAYED = [
    state(0.0, "connecting", 0),
    asked(0.1, Hello(), 0),
    heard(0.2, ECHO, 4),
    heard(1, ECHO, 2),
]


def view_of(played: list[Entry], wanted: int | None = None, header: Header = HEADER) -> int:
    source = InMemory(recording(played, header))
    return viewer(source, *opened(source), wanted)


def test_the_first_who_was_sent_anything_or_who_is_wanted() -> None:
    assert view_of(PLAYED) == 4
    assert view_of(PLAYED, 2) == 2
    assert view_of(PLAYED, 2, replace(HEADER, incoming=(4, 2))) == 2


@pytest.mark.parametrize(
    ("played", "wanted", "incoming", "said"),
    [
        (PLAYED, 0, None, r"no view of player 0; --player may be 2, 4$"),
        (PLAYED, 7, (0,), r"no view of player 7; --player may be 0$"),
        (PLAYED[:2], None, None, "no player's view"),
        (PLAYED[:2], 0, None, "no player's view"),
        ([], None, (0,), "no player's view"),
        ([heard(1, ECHO, n) for n in range(30)], 99, None, r"8, 9, …$"),
    ],
)
def test_a_view_that_is_not_there(
    played: list[Entry], wanted: int | None, incoming: tuple[int, ...] | None, said: str
) -> None:
    with pytest.raises(BadRecording, match=said):
        view_of(played, wanted, replace(HEADER, incoming=incoming))


def test_lines_of_others_hand_are_looked_at_and_broken_ones_passed() -> None:
    foreign = b'{"event":"x", "direction":"in", "time_s":1, "player":3}\n'
    source = InMemory(encode_header(HEADER) + b"{broken\n\n" + foreign)
    assert viewer(source, *opened(source)) == 3
    source = InMemory(encode_header(HEADER) + b"[1]\n" + foreign)
    with pytest.raises(BadRecording, match="line 2"):
        viewer(source, *opened(source))


@pytest.mark.parametrize("data", [b"", b"hello\n", b'{"gridcli_recording":2}\n'])
def test_what_is_no_recording(data: bytes) -> None:
    with pytest.raises(BadRecording):
        opened(InMemory(data))


@given(entries(), st.data())
def test_the_length_is_that_of_the_last_whole_line(
    played: list[Entry], data: st.DataObject
) -> None:
    whole = recording(played)
    start = opened(InMemory(whole))[1].offset
    cut = data.draw(st.integers(start, len(whole)))
    lines = whole[:cut].splitlines()[1:]
    ends = [len(whole.splitlines()[n + 1]) for n in range(len(lines))]
    count = sum(len(line) == end for line, end in zip(lines, ends, strict=True))
    assert length_s(whole[:cut]) == (played[count - 1].time_s if count else None)


def test_the_length_of_lines_of_others_hand() -> None:
    foreign = b'{"event":"x", "direction":"in", "time_s":7, "player":3}\n'
    assert length_s(b'cut","off"}\n' + foreign + b"\n{broken") == 7.0
    assert length_s(b"nothing") is None
