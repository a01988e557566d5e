"""What names, rooms and chat lines may hold."""

import unicodedata
from collections.abc import Callable
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from gridcli.core.errors import BadInput
from gridcli.core.protocol.names import BAD_NAME, BAD_PAYLOAD, BAD_ROOM, TOO_LARGE
from gridcli.core.text import (
    MAX_CHAT,
    MAX_MARKS,
    MAX_NAME,
    MAX_ROOM,
    check_chat,
    check_name,
    check_room,
    printable,
)

any_text = st.text(st.characters(), max_size=300)


def outcome(check: Callable[[str], str], text: str) -> tuple[str, str]:
    """What a check lets through, or the code with which it refuses."""
    try:
        return check(text), ""
    except BadInput as error:
        return "", error.code


HOSTILE = {
    "escape": "\x1b[2J",
    "c1 csi": "\x9b2J",
    "bell": "\x07",
    "delete": "\x7f",
    "override": "\u202e",
    "isolate": "\u2066",
    "zero width": "\u200b",
    "byte order": "\ufeff",
    "surrogate": "\ud83d",
    "private use": "\ue000",
    "unassigned": "\U000e0fff",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "null": "\x00",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_nothing_that_steers_a_terminal_stays(text: str) -> None:
    visible = "".join(c for c in text if c.isascii() and c.isprintable())
    assert printable(f"a{text}b") == f"a{visible}b"
    assert check_name(f"a{text}b") == f"a{visible}b"
    assert check_chat(f"a{text}b") == f"a{visible}b"
    with pytest.raises(BadInput):
        check_room(f"a{text}b")


@given(any_text)
def test_printable_is_encodable_and_steady(text: str) -> None:
    shown = printable(text)
    shown.encode()
    assert printable(shown) == shown
    assert not {unicodedata.category(c)[0] for c in shown} & {"C"}


MARKS = st.sampled_from("\u0301\u0323\u20dd\u05b0\u0e49\u0f90\u102d\u103b\ufe0f\u1161\u11a8\ud7cb")


@given(st.text(st.one_of(MARKS, st.sampled_from("ae \u200d\u0e01"), st.characters()), max_size=200))
def test_no_character_has_a_heap_of_marks(text: str) -> None:
    shown = printable(text)
    heap = 0
    for c in shown:
        heap = heap + 1 if _takes_no_room(c) else 0
        assert heap <= MAX_MARKS
    bases = [c for c in text if printable(c) and not _takes_no_room(c)]
    assert [c for c in shown if not _takes_no_room(c)] == bases, "nothing else is lost"


def _takes_no_room(c: str) -> bool:
    return unicodedata.category(c) in ("Mn", "Me", "Mc") or cell_len(c) == 0


WRITTEN = {
    "Vietnamese": "Tiếng Việt",
    "Thai": "ที่นี่ น้ำ",
    "Hebrew": "בְּרֵאשִׁ֖ית",
    "Arabic": "مُحَمَّدٌ",
    "Hindi": "हिन्दी ज़िंदगी",
    "Burmese": "မြွှေ့",
    "Tibetan": "བསྒྲུབས",
    "Korean": "한국",
}


@pytest.mark.parametrize("word", WRITTEN.values(), ids=WRITTEN.keys())
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_what_languages_write_stays(word: str, form: Literal["NFC", "NFD"]) -> None:
    written = unicodedata.normalize(form, word)
    assert printable(written) == written


@given(any_text)
def test_a_name_is_tidied_once_or_refused(text: str) -> None:
    name, code = outcome(check_name, text)
    assert code in ("", BAD_NAME)
    assert len(name) <= MAX_NAME
    assert check_name(name) == name
    assert bool(name) == (bool(text) and not code)


@given(any_text)
def test_a_chat_line_is_tidied_once_or_refused(text: str) -> None:
    line, code = outcome(check_chat, text)
    assert code in ("", TOO_LARGE, BAD_PAYLOAD)
    assert bool(line) == (not code)
    assert len(line) <= MAX_CHAT
    assert "\n" not in line
    if line:
        assert check_chat(line) == line


@given(any_text)
def test_a_room_is_taken_as_it_is_or_refused(text: str) -> None:
    room, code = outcome(check_room, text)
    assert code in ("", BAD_ROOM)
    assert room == ("" if code else text)
    assert room.isascii()
    assert len(room) <= MAX_ROOM


def test_bounds_of_names() -> None:
    assert check_name("") == ""
    assert check_name("é" * MAX_NAME) == "é" * MAX_NAME
    assert check_name("  Ada\t Lovelace\n") == "Ada Lovelace"
    assert check_name("\u200b" * MAX_NAME + "Ada") == "Ada"
    for bad in ("x" * (MAX_NAME + 1), "x" * 5 * MAX_NAME, " ", "\x1b", "\u202e\u200b"):
        with pytest.raises(BadInput):
            check_name(bad)


def test_bounds_of_rooms() -> None:
    for room in ("a", "0", "lobby", "A.b_c-9", "x" * MAX_ROOM):
        assert check_room(room) == room
    for bad in ("", "x" * (MAX_ROOM + 1), "-a", ".", "a b", "a/b", "a\n", "é", "٣"):
        with pytest.raises(BadInput):
            check_room(bad)


def test_bounds_of_chat() -> None:
    assert check_chat("x" * MAX_CHAT) == "x" * MAX_CHAT
    assert check_chat("two\nlines") == "two lines"
    for bad, code in (("x" * (MAX_CHAT + 1), TOO_LARGE), ("", BAD_PAYLOAD), ("\x1b", BAD_PAYLOAD)):
        with pytest.raises(BadInput) as caught:
            check_chat(bad)
        assert caught.value.code == code
