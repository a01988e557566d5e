"""The list of players and the podium as they are drawn. Not here: their order (`test_roster`)."""

from collections.abc import Sequence

import pytest

from gridcli.core.geometry import Cell
from gridcli.core.protocol.rounds import Mode, Phase, Place, Round
from gridcli.core.protocol.updates import Delta, Joiner

from .driving import Driven, drive, lines, prose
from .fake_link import OWN_ID, moved

POINTS = {"u-bob": 45, OWN_ID: 31, "u-cyd": 45}
PODIUM = (
    Place("u-bob", "B", "bob", 45),
    Place("gone", "Z", "[b]zed[/b] the long", 44),
    Place("u-cyd", "X", "cyd", 39),
)


def paint(phase: Phase = Phase.PLAYING, left_ms: int = 83_000, **more: object) -> Round:
    return Round(Mode.PAINT, 3, phase, left_ms, full=True, points=POINTS, **more)  # type: ignore[arg-type]


def listed(driven: Driven) -> list[str]:
    """The lines of the list within its frame, without the blank ones."""
    inner = (" ".join(line.strip("│|").split()) for line in lines(driven.app.players)[1:-1])
    return [line for line in inner if line]


def test_the_list_becomes_the_scoreboard() -> None:
    async def scenario(driven: Driven) -> None:
        driven.clock.now_s += 1
        driven.link.feed(paint())
        await driven.drawn()
        board = lines(driven.app.players)
        assert "paint 1:23" in board[0]
        assert "round 3, 5 players" in board[-1]
        assert listed(driven)[:4] == [
            "1 B bob 45",
            "1 X cyd 45",
            "▸ 3 K ada (you) 31",
            "4 D D 0",
        ]
        assert "PAINT 1:23  you 31 (3rd)" in driven.app.title_row.text
        driven.clock.now_s += 3
        await driven.until(lambda: "paint 1:20" in lines(driven.app.players)[0], "the countdown")
        await driven.until(lambda: "PAINT 1:20" in driven.app.title_row.text, "it in the title")

    drive(scenario, size=(160, 50))


def test_who_is_it_is_marked_in_words() -> None:
    async def scenario(driven: Driven) -> None:
        driven.link.feed(Round(Mode.TAG, 1, Phase.PLAYING, 60_000, full=True, it="u-cyd"))
        await driven.drawn()
        assert any(line.endswith("X cyd it 0") for line in listed(driven))
        assert "cyd is it" in driven.app.title_row.text
        driven.link.feed(Round(Mode.TAG, 1, Phase.PLAYING, 60_000, it=OWN_ID))
        await driven.drawn()
        assert "you are it!" in driven.app.title_row.text

    drive(scenario, size=(160, 50))


def test_one_is_always_on_the_scoreboard() -> None:
    async def scenario(driven: Driven) -> None:
        link = driven.link
        names = [f"bot{number:03}" for number in range(100)]
        joins = [Joiner(name, "B", Cell(1, 1), name) for name in names]
        link.feed(Delta(link.mirror.tick + 1, 105, joins=joins))
        link.feed(Round(Mode.PAINT, 1, Phase.PLAYING, full=True, points=dict.fromkeys(names, 9)))
        driven.clock.now_s += 1
        await driven.drawn()
        last = listed(driven)[-2:]
        assert last[0].startswith("and ")
        assert last[1] == "▸101 K ada (you) 0"
        height = driven.app.players.size.height
        assert last[0] == f"and {105 - height + 1} more"

    drive(scenario, size=(120, 30))


def test_the_wheel_shows_the_rest() -> None:
    async def scenario(driven: Driven) -> None:
        link, players = driven.link, driven.app.players
        joins = [Joiner(f"b{n}", "B", Cell(1, 1), f"bot{n:03}") for n in range(60)]
        link.feed(Delta(link.mirror.tick + 1, 65, joins=joins))
        driven.clock.now_s += 1
        await driven.drawn()
        seen = set(listed(driven))
        for _ in range(60):
            players.on_mouse_scroll_down()
            await driven.drawn()
            seen |= set(listed(driven))
        assert {f"B bot{n:03}" for n in range(60)} <= seen
        assert not any(line.startswith("and") for line in listed(driven))
        for _ in range(60):
            players.on_mouse_scroll_up()
        await driven.drawn()
        assert "▸ K ada (you)" in listed(driven)

    drive(scenario, size=(120, 30))


@pytest.mark.parametrize("size", [(160, 50), (80, 24), (60, 20), (40, 12)])
@pytest.mark.parametrize("y", [1, 5, 10])
@pytest.mark.parametrize("best", [PODIUM, PODIUM[:1]])
def test_the_podium_is_shown_and_blocks_nothing(
    size: tuple[int, int], y: int, best: Sequence[Place]
) -> None:
    async def scenario(driven: Driven) -> None:
        app, link, podium = driven.app, driven.link, driven.app.podium
        assert not podium.display
        link.feed(moved(link, OWN_ID, Cell(10, y)))
        link.feed(paint(Phase.PODIUM, 8_000, podium=best))
        await driven.drawn()
        await driven.pilot.pause()
        text = prose(podium)
        for place in best:
            assert f"{place.points} cells" in text
            assert place.symbol in text
        assert "the next round begins in 8 s" in text
        if len(best) < 3:
            assert "you are 3rd with 31 cells" in text
        row = (
            app.board.content_region.y
            + (y - app.board.camera.origin.y) * app.board.scale.cell_height
        )
        assert not podium.region.y <= row < podium.region.bottom or size == (40, 12)
        await driven.press("left")
        assert len(link.steps) == 1
        link.feed(Round(Mode.PAINT, 4, Phase.PLAYING, 60_000, full=True))
        await driven.drawn()
        assert not podium.display

    drive(scenario, size=size)


def test_the_podium_in_ascii() -> None:
    async def scenario(driven: Driven) -> None:
        driven.link.feed(paint(Phase.PODIUM, 8_000, podium=PODIUM))
        await driven.drawn()
        text = "\n".join(lines(driven.app.podium))
        assert text.isascii(), text
        assert "[b]zed" in text, "foreign text is no markup"

    drive(scenario, app_options={"ascii_only": True})
