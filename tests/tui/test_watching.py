"""Following players and looking around. Not here: spectating (`test_spectating`), the model
(`test_follow`).
"""

from gridcli.core.geometry import Cell, Grid
from gridcli.core.protocol.updates import Delta, Joiner, Welcome

from .driving import Driven, drive, lines, screen
from .fake_link import OWN_ID, everyone, moved

CROWD = [
    (OWN_ID, "K", Cell(10, 5), "ada"),
    ("u-bob", "B", Cell(190, 80), "bob"),
    ("u-cyd", "X", Cell(100, 5), "Cyd"),
    ("u-dee", "D", Cell(10, 85), "[b]dee"),
]


def shows(driven: Driven, glyph: str) -> bool:
    """Whether somebody is on the visible part of the grid."""
    return glyph in "".join(line[1:-1] for line in lines(driven.app.board)[1:-1])


def test_f_goes_round_the_players_and_the_camera_with_it() -> None:
    async def scenario(driven: Driven) -> None:
        app, link = driven.app, driven.link
        assert shows(driven, "K")
        for key, glyph, name in [
            ("f", "D", "[b]dee"),
            ("f", "B", "bob"),
            ("f", "X", "Cyd"),
            ("f", "D", "[b]dee"),
            ("F", "X", "Cyd"),
            ("F", "B", "bob"),
        ]:
            await driven.press(key)
            await driven.drawn()
            assert shows(driven, glyph)
            assert not shows(driven, "K")
            assert f"following {name}" in lines(app.title_row)[0]
        link.feed(moved(link, "u-bob", Cell(50, 40)))
        await driven.drawn()
        assert shows(driven, "B"), "the camera goes along"

        await driven.press("right")
        assert len(link.steps) == 1, "one still plays"
        await driven.drawn()
        assert shows(driven, "B")
        await driven.press("escape")
        await driven.drawn()
        assert shows(driven, "K")
        assert "following" not in app.status.text

    drive(scenario, grid=Grid(200, 90), people=CROWD, size=(140, 40))


def test_who_leaves_is_told_and_the_camera_comes_back() -> None:
    async def scenario(driven: Driven) -> None:
        link = driven.link
        await driven.press("f", "f")
        await driven.drawn()
        assert shows(driven, "B")
        link.feed(Delta(link.mirror.tick + 1, 3, leaves=["u-bob"]))
        await driven.until(lambda: "bob has left" in screen(driven.app), "the toast")
        await driven.drawn()
        assert shows(driven, "K")
        assert driven.game.follow.user_id == ""

    drive(scenario, grid=Grid(200, 90), people=CROWD, size=(140, 40))


def test_another_room_ends_it_without_a_word() -> None:
    async def scenario(driven: Driven) -> None:
        link = driven.link
        await driven.press("f", "f")
        link.feed(Welcome(OWN_ID, "K", link.mirror.grid, 2, "ada", "garden"))
        await driven.drawn()
        assert driven.game.follow.user_id == "u-bob", "nobody has left: the room is not told yet"
        link.feed(everyone([(OWN_ID, "K", Cell(3, 3), "ada")]))
        await driven.until(lambda: driven.game.follow.user_id == "", "the end of following")
        await driven.drawn()
        assert "has left" not in screen(driven.app)
        assert shows(driven, "K")

    drive(scenario, grid=Grid(200, 90), people=CROWD)


def test_nobody_to_follow() -> None:
    async def scenario(driven: Driven) -> None:
        await driven.press("f")
        await driven.until(lambda: "nobody else" in screen(driven.app), "the toast")
        driven.link.feed(
            Delta(driven.link.mirror.tick + 1, 2, joins=[Joiner("u-fay", "F", Cell(1, 1), "fay")])
        )
        await driven.drawn()
        await driven.press("f")
        assert driven.game.follow.name == "fay"

    drive(scenario, people=CROWD[:1])


def test_the_one_who_is_followed_is_on_top_and_in_brackets() -> None:
    async def scenario(driven: Driven) -> None:
        board = driven.app.board
        await driven.press("f", "f", "f", "f")
        assert driven.game.follow.name == "eve"  # on one cell with bob
        await driven.drawn()
        strips = [board.render_line(y) for y in range(board.size.height)]
        texts = [segment.text.strip() for strip in strips for segment in strip]
        assert [text for text in texts if "[" in text] == ["[Z]+"]

    drive(scenario, size=(160, 50))


def test_a_click_in_the_list_follows() -> None:
    async def scenario(driven: Driven) -> None:
        app, players = driven.app, driven.app.players
        await driven.pilot.click(players, offset=(4, 3))
        await driven.until(lambda: driven.game.follow.name == "bob", "the third of the list")
        await driven.drawn()
        assert lines(players)[3].startswith("│ » B bob")
        await driven.pilot.click(players, offset=(4, 9))  # below them
        await driven.drawn()
        assert "following bob" in app.title_row.text
        await driven.pilot.click(players, offset=(4, 1))
        await driven.until(lambda: not driven.game.follow.name, "oneself: the end of it")
        many = [Joiner(f"u{n}", "X", Cell(1, 1), f"n{n}") for n in range(100)]
        driven.link.feed(Delta(driven.link.mirror.tick + 1, 104, joins=many))
        await driven.drawn()
        await driven.pilot.click(players, offset=(4, players.size.height))  # and so many more
        await driven.drawn()
        assert not driven.game.follow.name

    drive(scenario, grid=Grid(200, 90), people=CROWD, size=(140, 40))


def test_looking_around_says_so() -> None:
    async def scenario(driven: Driven) -> None:
        await driven.press("c", "down")
        await driven.drawn()
        assert "looking around" in driven.app.status.text
        assert driven.link.steps == []
        await driven.press("escape", "down")
        assert len(driven.link.steps) == 1

    drive(scenario, grid=Grid(200, 90), people=CROWD)
