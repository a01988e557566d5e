"""Tag and paint as bots play them: alone, against others by the rules, and where nobody plays."""

from random import Random

import pytest
from games import ROOM, Arena
from hypothesis import given
from hypothesis import strategies as st

from gridcli.core.changes import full_delta
from gridcli.core.game_strategies import nearest_of_others
from gridcli.core.geometry import Cell, Direction, Grid
from gridcli.core.mirror import Mirror
from gridcli.core.protocol.names import TICKS
from gridcli.core.protocol.rounds import Mode, Phase
from gridcli.core.protocol.updates import Welcome
from gridcli.core.strategies import OF_GAMES, STRATEGIES, Strategy, seed_of


class Match(Arena):
    """Bots in a room, who see all of it before each step."""

    def __init__(self, mode: Mode, grid: Grid, scripts: dict[str, str]) -> None:
        super().__init__(mode, grid)
        self.bots: dict[str, tuple[Strategy, Random]] = {}
        for number, (user_id, script) in enumerate(scripts.items()):
            self.bots[user_id] = STRATEGIES[script](), Random(seed_of(7, number))
            x = 1 + number * (grid.width - 1) // max(1, len(scripts) - 1)
            self.enter(user_id, x, 1 + number % grid.height)

    def seen(self, user_id: str) -> Mirror:
        mirror = Mirror(shared=False)
        mirror.apply(Welcome(user_id, "K", self.world.grid, TICKS, room=ROOM))
        mirror.apply(full_delta(self.room))
        mirror.apply(self.game.full(self.room, self.now_s))
        return mirror

    def turn(self) -> None:
        """One step of each, and as much time as that takes."""
        for user_id, (strategy, rng) in self.bots.items():
            self.step(user_id, strategy(self.seen(user_id), rng))
        self.wait(0.25)


def test_a_painter_paints_everything_and_needs_hardly_more_steps_than_cells() -> None:
    match = Match(Mode.PAINT, Grid(8, 6), {"ann": "painter"})
    turns = 0
    while match.points()["ann"] < 48:
        match.turn()
        turns += 1
        assert turns < 2 * 48
    for _ in range(30):
        match.turn()
    assert match.points() == {"ann": 48}


def test_painters_beat_those_who_stroll() -> None:
    scripts = {f"p{n}": "painter" for n in range(3)} | {f"r{n}": "random" for n in range(3)}
    match = Match(Mode.PAINT, Grid(20, 10), scripts)
    for _ in range(160):
        match.turn()
    assert match.game.phase is Phase.PLAYING
    points = match.points()
    assert min(points[f"p{n}"] for n in range(3)) > max(points[f"r{n}"] for n in range(3))


def test_taggers_catch_each_other() -> None:
    match = Match(Mode.TAG, Grid(20, 10), {f"t{n}": "tagger" for n in range(4)})
    catchers = set()
    for _ in range(230):
        before = match.game.it
        match.turn()
        if match.game.it != before:
            catchers.add(before)
    assert match.game.phase is Phase.PLAYING
    assert len(catchers) >= 3


def test_taggers_are_it_for_a_shorter_time_than_those_who_stroll() -> None:
    scripts = {f"t{n}": "tagger" for n in range(3)} | {f"r{n}": "random" for n in range(3)}
    match = Match(Mode.TAG, Grid(20, 10), scripts)
    for _ in range(230):
        match.turn()
    points = match.points()
    assert sum(points[f"t{n}"] for n in range(3)) > sum(points[f"r{n}"] for n in range(3))


@given(seed=st.integers(0, 2**32), hunter=st.builds(Cell, st.integers(1, 5), st.integers(1, 4)))
def test_who_flees_never_steps_onto_the_hunter_but_by_whim(seed: int, hunter: Cell) -> None:
    match = Match(Mode.TAG, Grid(5, 4), {"ann": "tagger", "ben": "tagger"})
    it = match.game.it
    other = {"ann": "ben", "ben": "ann"}[it]
    mirror = match.seen(other)
    mirror.cells[it] = hunter
    rng = Random(seed)
    whim = Random(seed).random() < 0.1
    step = mirror.grid.step(mirror.cells[other], STRATEGIES["tagger"]()(mirror, rng))
    if not whim and mirror.cells[other] != hunter:
        assert step != hunter


@pytest.mark.parametrize("script", sorted(OF_GAMES))
def test_where_nothing_is_played_they_stroll(script: str) -> None:
    other = Mode.TAG if script == "painter" else Mode.PAINT
    match = Match(other, Grid(5, 4), {"ann": script, "ben": script})
    podium = Match(Mode.PAINT if script == "painter" else Mode.TAG, Grid(5, 4), {"a": script})
    podium.enter("b", 1, 1)
    podium.wait(60.0)
    assert podium.game.phase is Phase.PODIUM
    worlds = [Mirror(), match.seen("ann"), podium.seen("a")]
    for world in worlds:
        strategy, rng = STRATEGIES[script](), Random(3)
        steps = {strategy(world, rng) for _ in range(100)}
        assert steps == set(Direction)


@given(
    st.integers(1, 7).flatmap(
        lambda w: st.integers(1, 6).flatmap(
            lambda h: st.tuples(
                st.just(Grid(w, h)),
                st.builds(Cell, st.integers(1, w), st.integers(1, h)),
                st.sets(st.builds(Cell, st.integers(1, w), st.integers(1, h))),
            )
        )
    ),
    st.integers(),
)
def test_the_nearest_cell_of_others(scene: tuple[Grid, Cell, set[Cell]], seed: int) -> None:
    grid, here, mine = scene
    paint = {cell: "me" if cell in mine else "you" for cell in grid.cells() if sum(cell) % 3}
    found = nearest_of_others(grid, here, paint, "me", Random(seed))

    def steps(cell: Cell) -> int:
        return abs(cell.x - here.x) + abs(cell.y - here.y)

    others = [cell for cell in grid.cells() if paint.get(cell) != "me" and cell != here]
    if found is None:
        assert others == []
    else:
        assert found in others
        assert steps(found) == min(map(steps, others))
