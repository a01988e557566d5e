"""The built-in scripts, played on a small world without a network."""

import asyncio
from itertools import pairwise
from random import Random

import pytest

from bots.loading import load_script
from bots.player import Player
from bots.scripts import BUILT_IN
from gridcli.core.errors import SetupError
from gridcli.core.geometry import Cell, Direction, Grid
from gridcli.core.mirror import Mirror
from gridcli.core.protocol.updates import Delta, Joiner, Welcome
from gridcli.core.strategies import chaser


class Done(Exception):
    """Enough turns were taken."""


class Table:
    """Takes a player's turns at once, and ends the script after so many."""

    def __init__(self, turns: int, cells: dict[str, Cell]) -> None:
        self.world = Mirror()
        self.world.apply(Welcome("me", "K", Grid(9, 9), protocol=2, room="lobby"))
        joins = [Joiner(user_id, "B", cell, user_id) for user_id, cell in cells.items()]
        self.world.apply(Delta(0, len(joins), full=True, joins=joins))
        self.turns = turns
        self.steps: list[Direction] = []
        self.said: list[str] = []
        self.player = Player(self, self.world, 0, Random(7))

    def _turn(self) -> None:
        if not self.turns:
            raise Done
        self.turns -= 1

    async def take_step(self, direction: Direction) -> None:
        self._turn()
        self.steps.append(direction)
        here = self.world.cells["me"]
        self.world.cells["me"] = self.world.grid.step(here, direction)

    async def pass_turn(self) -> None:
        self._turn()

    async def say(self, text: str) -> None:
        self.said.append(text)

    async def go_to(self, room: str) -> None:
        self.world.room = room


def play(name: str, table: Table) -> None:
    with pytest.raises(Done):
        asyncio.run(load_script(name)(table.player))  # type: ignore[arg-type]  # a coroutine


@pytest.mark.parametrize("name", BUILT_IN)
def test_same_seed_same_moves(name: str) -> None:
    tables = [Table(60, {"me": Cell(5, 5), "you": Cell(8, 2)}) for _ in range(2)]
    for table in tables:
        play(name, table)
    assert len(tables[0].steps) == 60
    assert tables[0].steps == tables[1].steps
    assert tables[0].said == tables[1].said


def test_walker_does_not_run_against_the_edge_for_long() -> None:
    table = Table(300, {"me": Cell(5, 5)})
    play("walker", table)
    assert {table.world.grid.holds(cell) for cell in table.world.cells.values()} == {True}
    assert len(set(table.steps)) == 4
    straight = sum(a == b for a, b in pairwise(table.steps))
    assert straight > 150, "a walker mostly goes straight on"


def test_circle_comes_back_to_where_it_began() -> None:
    table = Table(200, {"me": Cell(3, 3)})
    play("circle", table)
    turns = [b for a, b in pairwise(table.steps) if a != b]
    clockwise = [Direction.DOWN, Direction.LEFT, Direction.UP, Direction.RIGHT]
    assert turns == [clockwise[n % 4] for n in range(len(turns))]


def test_chaser_reaches_whom_it_chases() -> None:
    table = Table(8, {"me": Cell(1, 1), "near": Cell(5, 5), "far": Cell(9, 9)})
    play("chaser", table)
    assert table.world.cells["me"] == Cell(5, 5)


def test_chaser_alone_still_moves() -> None:
    table = Table(1, {"me": Cell(1, 1)})
    assert chaser(table.world, Random(1)) in set(Direction)
    spectator = Mirror()
    assert chaser(spectator, Random(1)) in set(Direction)


def test_chatter_says_something_now_and_then() -> None:
    table = Table(100, {"me": Cell(5, 5)})
    play("chatter", table)
    assert len(table.said) == 5


OWN = """
from gridcli.core.geometry import toward, Cell

async def coroutine(player):
    while True:
        await player.move("up")

def plain(world, rng):
    return "down" if rng.random() < 2 else None

def waits(world, rng):
    return None

class Made:
    async def __call__(self, player):
        while True:
            await player.move("left")

made = Made()
number = 5
"""


@pytest.fixture
def own(tmp_path):  # type: ignore[no-untyped-def]
    path = tmp_path / "own.py"
    path.write_text(OWN)
    return path


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("coroutine", [Direction.UP] * 3),
        ("plain", [Direction.DOWN] * 3),
        ("waits", []),
        ("made", [Direction.LEFT] * 3),
    ],
)
def test_own_scripts(own, name: str, steps: list[Direction]) -> None:  # type: ignore[no-untyped-def]
    table = Table(3, {"me": Cell(5, 5)})
    play(f"{own}:{name}", table)
    assert table.steps == steps


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no_such", "there are random, walker"),
        ("missing.py:bot", "no file missing.py"),
        ("{own}:absent", "has no 'absent'; it has"),
        ("{own}:number", "has no 'number'"),
        ("{own}", "no script"),
    ],
)
def test_scripts_that_are_none(own, text: str, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SetupError, match=said):
        load_script(text.format(own=own))


def test_a_file_that_does_not_load_is_named(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "broken.py"
    path.write_text("import no_such_module_of_anybody\n")
    with pytest.raises(SetupError, match=r"broken\.py does not load: ModuleNotFoundError"):
        load_script(f"{path}:bot")
