"""Emotes: the keys, the picker, how long they last, and what the log says of a ping.

Not here: how they are drawn on the grid (`test_drawing`).
"""

import pytest
from rich.cells import cell_len

from gridcli.core.errors import Refusal
from gridcli.core.protocol.names import EMOTES, RATE_LIMITED
from gridcli.core.protocol.updates import Chat, Emote, Welcome
from gridcli.tui.emote_screen import EmoteScreen
from gridcli.tui.emotes import LASTS_S, Emotes, emote_sign
from gridcli.tui.game import NOTHING, Part

from .driving import Driven, drive, prose, screen
from .fake_link import OWN_ID, started_game


def test_every_emote_has_a_sign_of_its_own_in_one_column() -> None:
    words = (*EMOTES, "of a newer server")
    for ascii_only in (False, True):
        signs = [emote_sign(word, ascii_only=ascii_only) for word in words]
        assert len(set(signs)) == len(words)
        assert all(cell_len(sign) == 1 for sign in signs)
        assert all(sign.isascii() for sign in signs) or not ascii_only


def test_an_emote_lasts_a_moment_and_the_next_takes_its_place() -> None:
    emotes = Emotes()
    assert not emotes
    emotes.show("a", "wave", 10.0)
    emotes.show("b", "ping", 10.5)
    emotes.show("a", "heart", 11.0)
    assert emotes.shown["a"] == ("heart", 11.0)
    assert not emotes.expire(10.4 + LASTS_S)
    assert emotes.expire(10.5 + LASTS_S)
    assert list(emotes.shown) == ["a"]
    assert emotes.expire(11.0 + LASTS_S)
    assert not emotes


def test_the_model_marks_what_it_shows_and_forgets() -> None:
    game, link, clock = started_game()
    game.take_dirty()
    link.feed(Emote("u-bob", "wave"))
    assert Part.WORLD in game.take_dirty()
    assert game.emotes.shown["u-bob"].emote == "wave"
    assert game.take_dirty() == NOTHING
    clock.now_s += LASTS_S
    assert Part.WORLD in game.take_dirty()
    assert not game.emotes
    link.feed(Emote("nobody", "wave"))
    assert not game.emotes, "who is not there shows nothing"


def test_a_ping_is_in_the_log_once() -> None:
    async def scenario(driven: Driven) -> None:
        link = driven.link
        for user_id, emote in (("u-bob", "ping"), ("u-bob", "ping"), ("u-cyd", "wave")):
            link.feed(Emote(user_id, emote))
        link.feed(Emote(OWN_ID, "ping"))
        await driven.drawn()
        said = prose(driven.app.log_view)
        assert said == "bob pings at 3,2 you ping at 10,5"

    drive(scenario)


def test_p_pings_and_a_held_key_does_not_flood() -> None:
    async def scenario(driven: Driven) -> None:
        await driven.press("p")
        await driven.until(lambda: driven.link.shown == ["ping"], "the ping")
        await driven.pilot.press(*"pppppppppp")
        assert len(driven.link.shown) < 6
        driven.clock.now_s += 5
        driven.link.refusal = Refusal(RATE_LIMITED, "slow down")
        await driven.press("p")
        await driven.until(lambda: "slow down" in screen(driven.app), "the refusal")

    drive(scenario)


@pytest.mark.parametrize(
    ("keys", "emote"),
    [("2", "wave"), ("h", "heart"), ("n", "no"), ("down down enter", "heart"), ("enter", "ping")],
)
def test_e_asks_which(keys: str, emote: str) -> None:
    async def scenario(driven: Driven) -> None:
        await driven.press("e")
        await driven.until(lambda: isinstance(driven.app.screen, EmoteScreen), "the picker")
        await driven.press(*keys.split())
        await driven.until(lambda: driven.link.shown == [emote], "the emote")
        assert not isinstance(driven.app.screen, EmoteScreen)
        assert driven.link.steps == []

    drive(scenario, size=(40, 12))


def test_the_mouse_chooses_and_escape_does_not() -> None:
    async def scenario(driven: Driven) -> None:
        await driven.press("e")
        await driven.until(lambda: isinstance(driven.app.screen, EmoteScreen), "the picker")
        await driven.pilot.click("#emotes", offset=(3, 4))
        await driven.until(lambda: driven.link.shown == ["laugh"], "the emote")
        await driven.press("e")
        await driven.until(lambda: isinstance(driven.app.screen, EmoteScreen), "the picker")
        await driven.press("escape")
        assert not isinstance(driven.app.screen, EmoteScreen)
        assert driven.link.shown == ["laugh"]

    drive(scenario)


def test_who_has_no_cell_is_told_why_nothing_is_shown() -> None:
    async def watching(driven: Driven) -> None:
        await driven.press("p", "e")
        await driven.until(lambda: "no cell" in screen(driven.app), "the reason")
        assert driven.link.shown == []

    async def demo(driven: Driven) -> None:
        driven.link.protocol = 1
        await driven.press("e")
        await driven.until(lambda: "no emotes" in screen(driven.app), "the reason")
        assert driven.link.shown == []

    drive(watching, spectate=True)
    drive(demo)


def test_another_room_shows_nothing_of_the_last_one() -> None:
    game, link, _ = started_game()
    link.feed(Emote("u-bob", "wave"))
    link.feed(Welcome(OWN_ID, "K", link.mirror.grid, 2, "ada", "den"))
    link.feed(Chat("u-bob", "bob", "hi"))
    assert not game.emotes
