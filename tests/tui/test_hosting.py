"""Bots for company: when they are offered, and what the keys do.

The screen has a fake link, its bots a real server. Not here: their process
(`tests/link/test_company.py`), all of it in a real terminal (`test_pty_company`).
"""

import pytest
from servers import Server, running_server

from gridcli.core.geometry import Cell
from gridcli.core.protocol.rounds import Mode
from gridcli.core.protocol.updates import Delta, Joiner
from gridcli.core.strategies import STRATEGIES
from gridcli.link.company import AT_ONCE, MOST, Company
from gridcli.link.states import Live, Reconnecting
from gridcli.link.target import Target
from gridcli.tui.actions.hosting import ALONE_S, scripts_for

from .driving import Driven, drive, lines, screen
from .fake_link import OWN_ID, moved

ALONE = [(OWN_ID, "K", Cell(10, 2), "ada")]
NOWHERE = "http://127.0.0.1:9"


def offered(driven: Driven) -> bool:
    return "b brings 5 bots" in screen(driven.app)


async def wait(driven: Driven, seconds: float) -> None:
    driven.app.redraw()
    driven.clock.now_s += seconds
    await driven.drawn()


@pytest.mark.parametrize("size", [(160, 50), (80, 24), (60, 20), (40, 12)])
def test_bots_are_offered_to_who_is_alone(size: tuple[int, int]) -> None:
    async def scenario(driven: Driven) -> None:
        link = driven.link
        await wait(driven, ALONE_S - 1)
        assert not offered(driven)
        await wait(driven, 2)
        assert offered(driven)
        assert driven.app.offer.region.bottom <= driven.app.size.height - 2
        link.feed(Delta(link.mirror.tick + 1, 2, joins=[Joiner("u-fay", "F", Cell(1, 1), "fay")]))
        await wait(driven, 10)
        assert not offered(driven)
        link.feed(Delta(link.mirror.tick + 1, 1, leaves=["u-fay"]))
        await wait(driven, ALONE_S + 1)
        assert offered(driven)
        link.enter(Reconnecting(1, 1.0, "reset"))
        await driven.drawn()
        assert not offered(driven)
        link.enter(Live())
        await wait(driven, ALONE_S - 1)
        assert not offered(driven), "one has to be alone anew"

    drive(scenario, people=ALONE, size=size, app_options={"company": Company(Target(NOWHERE))})


def test_the_offer_hides_nobody() -> None:
    async def scenario(driven: Driven) -> None:
        link, offer = driven.link, driven.app.offer
        await wait(driven, ALONE_S + 1)
        middle = driven.app.board.region.y + driven.app.board.region.height // 2
        assert offer.region.y > middle
        link.feed(moved(link, OWN_ID, Cell(10, 8), 1))
        await driven.drawn()
        await driven.until(lambda: offer.region.y < middle, "the offer to make way")

    drive(scenario, people=ALONE, app_options={"company": Company(Target(NOWHERE))})


def test_no_bots_without_a_company() -> None:
    async def scenario(driven: Driven) -> None:
        await wait(driven, ALONE_S + 1)
        assert not offered(driven)
        await driven.press("b")
        await driven.until(lambda: "No bots" in screen(driven.app), "the reason")

    drive(scenario, people=ALONE)


def test_keys_bring_fives_up_to_a_limit(grid_server: Server) -> None:
    company = Company(Target(grid_server.url))

    async def scenario(driven: Driven) -> None:
        app, status = driven.app, driven.app.title_row
        await wait(driven, ALONE_S + 1)
        await driven.pilot.click("#offer")
        await driven.until(lambda: "5 bots joined" in screen(app), "the first five")
        await driven.until(lambda: "  5 bots" in status.text, "the count")
        assert not offered(driven)
        await driven.press(*"b" * (MOST // AT_ONCE - 1))
        assert len(company.wanted) == MOST
        await driven.press("b")
        await driven.until(lambda: "what one screen brings" in screen(app), "the limit")
        assert len(company.wanted) == MOST
        await driven.until(lambda: f"  {MOST} bots" in status.text, "all of them")
        await driven.press("B")
        await driven.until(lambda: f"  {MOST - AT_ONCE} bots" in status.text, "five to leave")
        await driven.press(*"B" * (MOST // AT_ONCE - 1))
        await driven.until(lambda: "bots" not in status.text, "all to leave")
        await driven.press("B")
        await driven.until(lambda: "None of the bots" in screen(app), "none")
        await company.close()

    drive(scenario, people=ALONE, size=(100, 30), app_options={"company": company})


def test_why_they_do_not_come() -> None:
    with running_server("--max-players", "2") as server:
        company = Company(Target(server.url))

        async def scenario(driven: Driven) -> None:
            await driven.press("b")
            await driven.until(lambda: "full" in screen(driven.app), "the reason")
            await driven.until(lambda: "  2 bots" in driven.app.title_row.text, "those who came")
            assert "[b]" not in lines(driven.app.status)[0]
            await company.close()

        drive(scenario, people=ALONE, app_options={"company": company})


def test_bots_play_what_the_room_plays() -> None:
    assert {*scripts_for(Mode.ROAM)} <= {*STRATEGIES}
    for mode, script in ((Mode.TAG, "tagger"), (Mode.PAINT, "painter")):
        known = script in STRATEGIES
        assert scripts_for(mode) == ([script] if known else scripts_for(Mode.ROAM))
