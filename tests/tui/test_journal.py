"""Chat in the log: what was said before one came, what is known already, and who is meant.

Not here: how lines are drawn (`test_log`), arrivals (`test_model`).
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridcli.core.protocol.updates import Backlog, Chat, Welcome
from gridcli.tui.game import Game
from gridcli.tui.journal import Heading, Said, mentions, missed

from .fake_link import OWN_ID, FakeLink, everyone, started_game


def line(number: int) -> Chat:
    return Chat("u-bob", "bob", f"line {number}")


def seen(game: Game) -> list[str]:
    """The chat and the headings."""
    return [
        entry.text if isinstance(entry, Said) else f"- {entry.text}"
        for entry in game.journal
        if isinstance(entry, Said | Heading)
    ]


def come_back(link: FakeLink, *told: Chat, room: str = "lobby") -> None:
    """A new connection: a welcome, the state, and what was said."""
    mirror = link.mirror
    link.feed(Welcome(OWN_ID, "K", mirror.grid, 2, "ada", room))
    mirror.room = room
    link.feed(everyone([]))
    link.feed(Backlog(told))


def test_what_was_said_before_is_there_and_marked() -> None:
    game, link, _ = started_game()
    link.feed(Backlog((line(1), line(2))))
    link.feed(line(3))
    assert seen(game) == ["- earlier", "line 1", "line 2", "line 3"]
    assert [entry.earlier for entry in game.journal if isinstance(entry, Said)] == [
        True,
        True,
        False,
    ]


def test_nothing_is_doubled_by_a_reconnection() -> None:
    game, link, _ = started_game()
    link.feed(Backlog((line(1), line(2))))
    link.feed(line(3))
    come_back(link, line(1), line(2), line(3))
    assert seen(game) == ["- earlier", "line 1", "line 2", "line 3"]
    come_back(link, line(2), line(3), line(4), line(5))
    assert seen(game)[4:] == ["- while you were away", "line 4", "line 5"]
    come_back(link)  # a server that was started anew
    come_back(link, line(6))
    assert seen(game)[7:] == ["- while you were away", "line 6"]


def test_another_room_has_another_talk() -> None:
    game, link, _ = started_game()
    link.feed(line(1))
    come_back(link, line(1), room="den")
    assert seen(game) == ["line 1", "- den", "- earlier", "line 1"]


@given(st.integers(0, 9), st.integers(0, 9), st.integers(1, 12))
def test_of_different_lines_exactly_the_new_ones_are_missed(
    heard: int, more: int, kept: int
) -> None:
    talk = [("u", "n", str(number)) for number in range(heard + more)]
    expected = talk[heard:][-kept:] if heard else talk[-kept:]
    assert list(missed(talk[:heard], talk[-kept:])) == expected


@pytest.mark.parametrize(
    ("text", "is_meant"),
    [
        ("ada, look", True),
        ("hey ADA!", True),
        ("adamant", False),
        ("canada", False),
        ("@ada", True),
        ("nobody", False),
    ],
)
def test_a_mention_is_a_word_of_its_own(text: str, is_meant: bool) -> None:
    assert mentions(text, "ada") is is_meant


def test_a_letter_is_no_name_to_be_meant_by() -> None:
    assert not mentions("K is a letter", "K")
    assert mentions("(a+b) wins", "(a+b)")
