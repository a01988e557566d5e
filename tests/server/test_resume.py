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
ADA = Player("ada-id", "K", "ada", Cell(3, 4), seq=17, generation=1)


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


def test_says_who_it_is_for_and_for_which_connection(book: ResumeBook) -> None:
    assert book.read(book.token(ADA)) == ("ada-id", 1)
    assert book.departed("ada-id") is None, "nobody has gone"
    book.depart(ADA, "den")
    departed = book.departed("ada-id")
    assert departed is not None
    assert (departed.player, departed.room) == (ADA, "den")
    book.back("ada-id")
    assert book.departed("ada-id") is None


def test_good_on_every_server_with_the_secret(book: ResumeBook, clock: Clock) -> None:
    assert ResumeBook(GRACE_S, clock, b"secret").read(book.token(ADA)) == ("ada-id", 1)


def test_whoever_went_is_kept_for_the_grace_and_no_longer(book: ResumeBook, clock: Clock) -> None:
    book.depart(ADA, "den")
    clock.now_s += GRACE_S - 1
    assert book.departed("ada-id") is not None
    clock.now_s += 2
    assert book.departed("ada-id") is None


def test_whoever_went_a_while_ago_elsewhere_is_kept_for_the_rest(
    book: ResumeBook, clock: Clock
) -> None:
    book.depart(ADA, "den", ago_s=GRACE_S - 5)
    assert [round(ago_s) for _, ago_s in book.everyone()] == [GRACE_S - 5]
    clock.now_s += 4
    assert book.departed("ada-id") is not None
    clock.now_s += 2
    assert book.departed("ada-id") is None
    book.depart(ADA, "den", ago_s=GRACE_S + 1)
    assert book.departed("ada-id") is None


def test_who_has_no_token_is_not_kept(book: ResumeBook) -> None:
    nobody = Player("demo-id", "K", "K", Cell(1, 1))
    assert book.token(nobody) == ""
    book.depart(nobody, "den")
    assert book.departed("demo-id") is None


@pytest.mark.parametrize(
    "token", ["", ".", "..", "ada-id", "ada-id.x.y", "\u00e9\u00e9.a.b", "a" * 4000]
)
def test_made_up(book: ResumeBook, token: str) -> None:
    assert refused(book, token)


def test_changed_or_of_another_server(book: ResumeBook, clock: Clock) -> None:
    token = book.token(ADA)
    assert refused(book, token.replace("ada", "eve"))
    assert refused(book, token[:-1] + ("A" if token[-1] != "A" else "B"))
    assert refused(ResumeBook(GRACE_S, clock, b"other"), token)


def test_a_room_that_is_full_now_does_not_cost_the_token(book: ResumeBook) -> None:
    world = World(Grid(5, 5), Limits(players=1))
    sessions = Sessions(world, book, Random(1))
    ada, _ = sessions.admit("1", Auth(protocol=2, name="ada"))
    player = world.room_of(ada.user_id).players[ada.user_id]
    token, cell = book.token(player), player.cell
    sessions.end("1")
    sessions.admit("2", Auth(protocol=2))
    with pytest.raises(Refusal) as error:
        sessions.admit("3", Auth(protocol=2, resume=token))
    assert error.value.code == FULL
    sessions.end("2")
    back, _ = sessions.admit("4", Auth(protocol=2, resume=token))
    assert back.user_id == ada.user_id
    assert world.room_of(ada.user_id).players[ada.user_id].cell == cell


def test_a_token_is_spent_with_its_connection(book: ResumeBook) -> None:
    world = World(Grid(5, 5))
    sessions = Sessions(world, book, Random(1))
    ada, _ = sessions.admit("1", Auth(protocol=2))
    first = book.token(world.room_of(ada.user_id).players[ada.user_id])
    _, replaced = sessions.admit("2", Auth(protocol=2, resume=first))
    assert replaced is ada
    second = book.token(world.room_of(ada.user_id).players[ada.user_id])
    for token, good in ((first, False), (second, True), (second, False)):
        if good:
            assert sessions.admit("3", Auth(protocol=2, resume=token))[0].user_id == ada.user_id
        else:
            with pytest.raises(Refusal) as error:
                sessions.admit("4", Auth(protocol=2, resume=token))
            assert error.value.code == GONE


def test_the_end_of_a_replaced_connection_whose_room_is_gone() -> None:
    async def scene() -> None:
        game = create_app(Settings())[GAME]
        old, _ = game.sessions.admit("1", Auth(protocol=2, room="den"))
        player = game.world.rooms["den"].players[old.user_id]
        token = game.sessions.resume.token(player)
        new, replaced = game.sessions.admit("2", Auth(protocol=2, resume=token))
        assert replaced is old
        for change in game.world.decide_go(new.user_id, "elsewhere", Random(1)):
            game.world.apply(change)
        assert "den" not in game.world.rooms
        await game.end("1")
        assert game.sessions.get("1") is None
        assert old.user_id in game.world, "the player is the new connection's"

    asyncio.run(scene())
