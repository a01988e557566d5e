"""Toasts: each once, few at once, and out of the player's way."""

from textual.widgets._toast import Toast

from gridcli.core.geometry import Cell
from gridcli.core.protocol.rounds import Mode, Phase, Round

from .driving import Driven, drive, screen
from .fake_link import OWN_ID, moved


async def toasts(driven: Driven, count: int) -> list[Toast]:
    """Wait for so many toasts."""
    await driven.until(lambda: len(driven.app.screen.query(Toast)) == count, f"{count} toasts")
    await driven.pilot.pause()
    return list(driven.app.screen.query(Toast))


def test_the_same_text_is_there_once() -> None:
    async def scenario(driven: Driven) -> None:
        for _ in range(5):
            driven.app.notify("the same")
        await toasts(driven, 1)
        driven.clock.now_s += 60
        driven.app.notify("the same")
        await toasts(driven, 2)

    drive(scenario)


def test_they_do_not_pile_up() -> None:
    async def scenario(driven: Driven) -> None:
        for number in range(50):
            driven.app.notify(f"text {number}")
        await driven.until(lambda: "text 49" in screen(driven.app), "the last one")
        assert len(driven.app.screen.query(Toast)) <= 3

    drive(scenario)


def test_they_appear_where_the_player_is_not() -> None:
    async def scenario(driven: Driven) -> None:
        app, link = driven.app, driven.link
        for size in ((80, 24), (60, 20), (160, 50)):
            await driven.pilot.resize_terminal(*size)
            for y in (1, 10):
                link.feed(moved(link, OWN_ID, Cell(20, y), 1))
                await driven.drawn()
                app.notify(f"hello {size} {y}")
                (toast,) = await toasts(driven, 1)
                own = app.board.cell_at(
                    toast.region.x - app.board.content_region.x,
                    toast.region.y - app.board.content_region.y,
                )
                assert own is None or own.y != y
                assert not toast.region.overlaps(app.chat_input.region)
                assert not toast.region.overlaps(app.log_view.region)
                assert not toast.region.overlaps(app.status.region)
                app.clear_notifications()
                await toasts(driven, 0)

    drive(scenario)


def test_being_it_is_a_toast_once() -> None:
    async def scenario(driven: Driven) -> None:
        for _ in range(3):
            driven.link.feed(Round(Mode.TAG, 1, Phase.PLAYING, 60_000, full=True, it=OWN_ID))
            await driven.drawn()
        await toasts(driven, 1)
        assert "You are it!" in screen(driven.app)

    drive(scenario)
