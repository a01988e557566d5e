"""How bots play tag and paint, as strategies among the others; where nothing is played they stroll.

Each looks at what its client knows of the game (`Mirror.contest`). Not here: the other strategies
and their names (`gridcli.core.strategies`), the rules (`gridcli.core.modes`).
"""

from collections.abc import Callable, Mapping
from random import Random

from .contest import Contest
from .geometry import Cell, Direction, Grid, toward
from .mirror import Mirror
from .protocol.rounds import Mode, Phase

_DIRECTIONS = tuple(Direction)
_WHIM = 0.1
"""How often who plays tag does something else, so that nobody runs for ever on one way."""
_SIGHT = 8
"""From how near one flees, in steps."""
_REST = 10
"""How many steps who has painted everything strolls before it looks again."""


def tagger(world: Mirror, rng: Random) -> Direction:
    """After the nearest player while it; away from whoever is, if that is near."""
    contest, here = _played(world, Mode.TAG), world.cell
    if contest is None or here is None or rng.random() < _WHIM:
        return rng.choice(_DIRECTIONS)
    if contest.it == world.user_id:
        others = (cell for user_id, cell in world.cells.items() if user_id != world.user_id)
        goal = min(others, key=lambda cell: _steps(here, cell), default=here)
        return toward(here, goal) or rng.choice(_DIRECTIONS)
    hunter = world.cells.get(contest.it)
    if hunter is None or _steps(here, hunter) > _SIGHT:
        return rng.choice(_DIRECTIONS)
    return _away(world.grid, here, hunter, rng)


def painter() -> Callable[[Mirror, Random], Direction]:
    """To the nearest cell that is not its own, and on from there."""
    goal: Cell | None = None
    rest = 0

    def step(world: Mirror, rng: Random) -> Direction:
        nonlocal goal, rest
        contest, here = _played(world, Mode.PAINT), world.cell
        if contest is None or here is None:
            goal = None
            return rng.choice(_DIRECTIONS)
        paint, me = contest.paint, world.user_id
        if goal is None or goal == here or paint.get(goal) == me:
            goal = None
            if rest:
                rest -= 1
            else:
                goal = nearest_of_others(world.grid, here, paint, me, rng)
                rest = 0 if goal else _REST
        return (toward(here, goal) if goal else None) or rng.choice(_DIRECTIONS)

    return step


def nearest_of_others(
    grid: Grid, here: Cell, paint: Mapping[Cell, str], me: str, rng: Random
) -> Cell | None:
    """A cell with the fewest steps to it that is not mine; None where all others are.

    It is looked for in rings outwards: mostly a handful of cells, however large the grid is.
    """
    x, y = here
    width, height = grid
    whose = paint.get
    turn = rng.randrange(4)
    for far in range(1, max(x - 1, width - x) + max(y - 1, height - y) + 1):
        for a in range(far):
            b = far - a
            # One cell on each side of the ring, beginning anywhere: bots shall part.
            around = ((x + a, y - b), (x + b, y + a), (x - a, y + b), (x - b, y - a))
            for side in range(turn, turn + 4):
                cx, cy = around[side & 3]
                if 1 <= cx <= width and 1 <= cy <= height:
                    cell = Cell(cx, cy)
                    if whose(cell) != me:
                        return cell
    return None


def _played(world: Mirror, mode: Mode) -> Contest | None:
    """The game, while a round of it is on."""
    contest = world.contest
    on = contest is not None and contest.mode is mode and contest.phase is Phase.PLAYING
    return contest if on else None


def _steps(a: Cell, b: Cell) -> int:
    return abs(a.x - b.x) + abs(a.y - b.y)


def _away(grid: Grid, here: Cell, hunter: Cell, rng: Random) -> Direction:
    """The step that leads furthest from the hunter; one into the edge leads nowhere."""
    ways = [direction for direction in _DIRECTIONS if grid.step(here, direction) != here]
    if not ways:
        return rng.choice(_DIRECTIONS)
    rng.shuffle(ways)
    return max(ways, key=lambda direction: _steps(grid.step(here, direction), hunter))
