"""Resume tokens: good once, for a while, and for nobody who made one up."""

import asyncio
from random import Random

import pytest

from gridcli.core.errors import Refusal
from gridcli.core.geometry import Cell, Grid
from gridcli.core.protocol.auth import Auth
from gridcli.core.protocol.names import FULL, GONE
from gridcli.core.world import Limits, Player, World
from server.app import GAME, create_app
from server.resume import ResumeBook
from server.sessions import Sessions
from server.settings import Settings

GRACE_S = 60.0
ADA = Player("ada-id", "K", "ada", Cell(3, 4), 17)


class Clock:
    """Seconds that a test sets."""

    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def book(clock: Clock) -> ResumeBook:
    return ResumeBook(GRACE_S, clock, b"secret")


def refused(book: ResumeBook, token: str) -> bool:
    with pytest.raises(Refusal) as error:
        book.read(token)
    return error.value.code == GONE


def test_good_until_it_is_spent(book: ResumeBook) -> None:
    token = book.issue("ada-id")
    assert book.read(token) == "ada-id"
    assert book.departed("ada-id") is None, "the old connection still stands"
    book.depart(ADA, "den")
    departed = book.departed(book.read(token))
    assert departed is not None
    assert (departed.player, departed.room) == (ADA, "den")
    book.spend("ada-id")
    assert refused(book, token)


def test_good_for_the_grace_and_no_longer(book: ResumeBook, clock: Clock) -> None:
    token = book.issue("ada-id")
    book.depart(ADA, "den")
    clock.now_s += GRACE_S - 1
    assert book.read(token) == "ada-id"
    clock.now_s += 2
    assert refused(book, token)
    assert book.departed("ada-id") is None


def test_a_later_token_replaces_the_earlier(book: ResumeBook) -> None:
    first, second = book.issue("ada-id"), book.issue("ada-id")
    assert refused(book, first)
    assert book.read(second) == "ada-id"


@pytest.mark.parametrize(
    "token", ["", ".", "..", "ada-id", "ada-id.x.y", "\u00e9\u00e9.a.b", "a" * 4000]
)
def test_made_up(book: ResumeBook, token: str) -> None:
    book.issue("ada-id")
    assert refused(book, token)


def test_changed_or_of_another_server(book: ResumeBook, clock: Clock) -> None:
    token = book.issue("ada-id")
    assert refused(book, token.replace("ada", "eve"))
    assert refused(book, token[:-1] + ("A" if token[-1] != "A" else "B"))
    assert refused(ResumeBook(GRACE_S, clock, b"other"), token)


def test_a_room_that_is_full_now_does_not_cost_the_token(book: ResumeBook) -> None:
    world = World(Grid(5, 5), Limits(players=1))
    sessions = Sessions(world, book, Random(1))
    ada, _ = sessions.admit("1", Auth(protocol=2, name="ada"))
    token, cell = book.issue(ada.user_id), world.room_of(ada.user_id).players[ada.user_id].cell
    sessions.end("1")
    sessions.admit("2", Auth(protocol=2))
    with pytest.raises(Refusal) as error:
        sessions.admit("3", Auth(protocol=2, resume=token))
    assert error.value.code == FULL
    sessions.end("2")
    back, _ = sessions.admit("4", Auth(protocol=2, resume=token))
    assert back.user_id == ada.user_id
    assert world.room_of(ada.user_id).players[ada.user_id].cell == cell


def test_the_end_of_a_replaced_connection_whose_room_is_gone() -> None:
    async def scene() -> None:
        game = create_app(Settings())[GAME]
        old, _ = game.sessions.admit("1", Auth(protocol=2, room="den"))
        token = game.sessions.resume.issue(old.user_id)
        new, replaced = game.sessions.admit("2", Auth(protocol=2, resume=token))
        assert replaced is old
        for change in game.world.decide_go(new.user_id, "elsewhere", Random(1)):
            game.world.apply(change)
        assert "den" not in game.world.rooms
        await game.end("1")
        assert game.sessions.get("1") is None
        assert old.user_id in game.world, "the player is the new connection's"

    asyncio.run(scene())
