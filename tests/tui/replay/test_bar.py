"""What the bar says and draws, at every size and with every set of characters.

Not here: what clicks on it do (`test_replay_keys`).
"""

import pytest
from recordings import OWN_ID, heard, live
from textual.geometry import Region

from gridcli.core.geometry import Cell, Grid
from gridcli.core.protocol.updates import Chat, Delta, Joiner, Welcome
from gridcli.tui.replay.track import clock_text, speed_text

from .replaying import Watched, watch


@pytest.mark.parametrize(
    ("seconds", "text", "finely"),
    [
        (0.0, "0:00", "0:00.00"),
        (42.357, "0:42", "0:42.35"),
        (59.999, "0:59", "0:59.99"),
        (60.0, "1:00", "1:00.00"),
        (3725.1, "1:02:05", "1:02:05.10"),
        (36000.0, "10:00:00", "10:00:00.00"),
    ],
)
def test_positions(seconds: float, text: str, finely: str) -> None:
    assert clock_text(seconds) == text
    assert clock_text(seconds, finely=True) == finely


@pytest.mark.parametrize(
    ("speed", "text", "plain"),
    [
        (1.0, "1×", "1x"),
        (16.0, "16×", "16x"),
        (0.5, "½×", "1/2x"),
        (0.125, "⅛×", "1/8x"),
        (1.5, "1.5×", "1.5x"),
        (0.3, "0.3×", "0.3x"),
    ],
)
def test_speeds(speed: float, text: str, plain: str) -> None:
    assert speed_text(speed) == text
    assert speed_text(speed, ascii_only=True) == plain


def test_one_line_holds_everything_on_a_small_screen() -> None:
    async def scenario(watched: Watched) -> None:
        await watched.press("space", "5")
        (line,) = watched.bar.splitlines()
        assert line.startswith(" ❚❚ 0:10.00 / 0:20  ━")
        assert line.rstrip().endswith("─    1×")
        track = line[20:-6]
        assert track[0] == "━"
        middle = len(track) // 2
        assert "●" in track[middle - 1 : middle + 1]
        assert track.count("◆") == 2
        assert track.count("▴") == 1
        assert abs(track.index("▴") / len(track) - 5 / 20) < 0.05
        assert abs(track.rindex("◆") / len(track) - 15.5 / 20) < 0.05

    watch(scenario)


def test_marks_have_a_line_of_their_own_where_there_is_room() -> None:
    async def scenario(watched: Watched) -> None:
        await watched.press("space", "5")
        frame, track, marks, _ = watched.bar.splitlines()
        assert frame.startswith("╭─ replay game.jsonl ─")
        assert "◆" not in track
        assert marks.startswith("│ ◆ chat  ▴ joined")
        first, second = (at for at, char in enumerate(marks[20:], 20) if char == "◆")
        assert track[first] in "━●─"
        assert first < second

    watch(scenario, size=(120, 40))


def test_ascii_alone() -> None:
    async def scenario(watched: Watched) -> None:
        for keys in (["space"], ["5"], ["minus"], ["end"], ["comma"]):
            await watched.press(*keys)
            assert watched.bar.isascii()
        assert watched.bar.startswith(" || 0:18.02")
        assert "+" in watched.bar
        assert '"' in watched.bar
        assert "1/2x" in watched.bar

    watch(scenario, ascii_only=True)
    watch(scenario_wide, ascii_only=True, size=(160, 50))


async def scenario_wide(watched: Watched) -> None:
    assert watched.bar.isascii()
    assert '" chat  + joined' in watched.bar


def test_what_is_not_read_yet_is_drawn_apart_and_waited_for() -> None:
    async def scenario(watched: Watched) -> None:
        projector = watched.app._projector
        assert not projector.whole
        assert "●┄┄┄" in watched.bar
        await watched.press("end")
        assert projector.waiting
        line = watched.bar
        assert line.startswith(" ◌ ")
        assert line.rstrip().endswith(" 0%")
        assert watched.cell is None, "what is on the screen is of the beginning"
        while not projector.whole:
            projector._timeline.read_on(2**20)
        await watched.drawn()
        assert not projector.waiting
        assert watched.shows("0:20.00 / 0:20")
        assert "┄" not in watched.bar
        assert watched.cell is not None

    watch(scenario, reads=False)


def test_a_place_on_the_track_and_its_time_belong_together() -> None:
    async def scenario(watched: Watched) -> None:
        bar = watched.app.bar
        places = [bar.position_at(column) for column in range(80)]
        track = [(column, s) for column, s in enumerate(places) if s is not None]
        assert track[0][1] == 0.0
        assert track[-1][1] == 20.0
        for column, seconds in track[::7]:
            watched.app._projector.seek(seconds)
            await watched.drawn()
            assert watched.bar[column] == "●"

    watch(scenario)


@pytest.mark.parametrize("size", [(40, 12), (60, 20), (80, 24), (99, 31), (100, 32), (160, 50)])
def test_it_fits_every_size(size: tuple[int, int]) -> None:
    async def scenario(watched: Watched) -> None:
        await watched.press("space", "3")
        bar = watched.app.bar
        assert bar.region.width == size[0]
        assert bar.region.bottom == size[1] - 1, "above the status line"
        assert watched.shows("0:06.00 / 0:20")
        assert "●" in watched.bar
        for y in range(bar.size.height):
            (strip,) = bar.render_lines(Region(0, y, bar.size.width, 1))
            assert strip.cell_length == bar.size.width
        assert watched.app.log_view.region.height >= 2
        assert not watched.app.log_view.region.overlaps(bar.region)
        assert not watched.app.chat_input.display

    watch(scenario, size=size)


@pytest.mark.parametrize("size", [(30, 8), (39, 30), (80, 11)])
def test_a_window_that_is_too_small_says_so(size: tuple[int, int]) -> None:
    async def scenario(watched: Watched) -> None:
        assert not watched.app.bar.display
        await watched.pilot.resize_terminal(80, 24)
        await watched.drawn()
        assert watched.app.bar.display
        assert watched.shows("/ 0:20")

    watch(scenario, size=size)


def test_a_moment_is_drawn_once() -> None:
    async def scenario(watched: Watched) -> None:
        await watched.press("space")
        drawn: list[object] = []
        bar = watched.app.bar
        bar.refresh = lambda *args, **options: drawn.append(args)  # type: ignore[method-assign]
        for _ in range(20):
            watched.app.redraw()
        assert drawn == []

    watch(scenario)


def test_a_recording_without_a_length() -> None:
    async def scenario(watched: Watched) -> None:
        await watched.press("right", "comma", "full_stop", "9", "space", "plus")
        await watched.passes(1)
        assert watched.shows("0:00.00 / 0:00")
        assert watched.log == ["hi"]

    watch(scenario, [heard(0.0, Chat("ben", "ben", "hi"))])


@pytest.mark.parametrize("size", [(100, 30), (160, 50)])
def test_everything_has_its_place_beside_a_grid_that_needs_a_map(size: tuple[int, int]) -> None:
    async def scenario(watched: Watched) -> None:
        app = watched.app
        field, bar = app.query_one("#field").region, app.query_one("#replay").region
        beside = [app.query_one(name).region for name in ("#players", "#map-beside", "#log")]
        assert all(region.x == field.right for region in beside)
        assert [region.y for region in beside] == sorted(region.y for region in beside)
        assert beside[-1].bottom == field.bottom == bar.y
        assert bar.width == size[0]

    people = [Joiner(OWN_ID, "K", Cell(60, 20), "ada")]
    entries = [
        heard(0.0, Welcome(OWN_ID, "K", Grid(220, 90), 2, "ada", "den")),
        heard(0.0, Delta(0, 1, full=True, joins=people)),
        live(0.0),
    ]
    watch(scenario, entries, size=size)
