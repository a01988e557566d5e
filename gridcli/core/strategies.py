"""How a player moves by itself: one step at a time, from what it sees and a random source.

The screen's automatic steps, the bots and the load test all ask these, each player with a
`Random` that `seed_of` seeds, so player k of a seed takes the same steps in all three. Not here:
when a step is due (`gridcli.core.schedule`), how games are played
(`gridcli.core.game_strategies`), scripts that also talk (`bots.scripts`).
"""

from collections.abc import Callable
from random import Random

from .game_strategies import painter, tagger
from .geometry import Direction, toward
from .mirror import Mirror

Strategy = Callable[[Mirror, Random], Direction]

MOVES = ""
"""Draws directions, and nothing else."""
TIMES = "times"
"""Draws when to move: the schedule's phase, pauses."""
OTHER = "other"
"""Draws all else: rooms, waits before connecting again."""

_DIRECTIONS = tuple(Direction)
_CLOCKWISE = (Direction.RIGHT, Direction.DOWN, Direction.LEFT, Direction.UP)
_TURN = 0.1


def seed_of(seed: int, number: int, use: str = MOVES) -> str:
    """What to seed the `Random` of one player with, for one use.

    Uses draw from sources of their own, so that neither times nor lost connections change the
    steps; and a player's steps do not depend on how many others there are.
    """
    return f"{seed}/{number}/{use}" if use else f"{seed}/{number}"


def random(world: Mirror, rng: Random) -> Direction:
    """A random step at every turn, as the demo's auto-movement."""
    return rng.choice(_DIRECTIONS)


def chaser(world: Mirror, rng: Random) -> Direction:
    """Toward the nearest other player; a random step when on top of it, or alone."""
    me = world.cell
    if me is None:
        return rng.choice(_DIRECTIONS)
    nearest = min(
        (
            (abs(cell.x - me.x) + abs(cell.y - me.y), cell)
            for user_id, cell in world.cells.items()
            if user_id != world.user_id
        ),
        default=(0, me),
    )
    return toward(me, nearest[1]) or rng.choice(_DIRECTIONS)


def walker() -> Strategy:
    """Straight on, with a turn at the edge and now and then."""
    heading: Direction | None = None

    def step(world: Mirror, rng: Random) -> Direction:
        nonlocal heading
        here = world.cell
        if heading is None:
            heading = rng.choice(_DIRECTIONS)
        blocked = here is not None and world.grid.step(here, heading) == here
        if blocked or rng.random() < _TURN:
            heading = rng.choice(_DIRECTIONS)
        return heading

    return step


def circle() -> Strategy:
    """Round and round a square, whose side is drawn once."""
    side = taken = 0

    def step(world: Mirror, rng: Random) -> Direction:
        nonlocal side, taken
        if not side:
            side = rng.randint(2, 5)
        direction = _CLOCKWISE[taken // side % len(_CLOCKWISE)]
        taken += 1
        return direction

    return step


STRATEGIES: dict[str, Callable[[], Strategy]] = {
    "random": lambda: random,
    "walker": walker,
    "circle": circle,
    "chaser": lambda: chaser,
    "tagger": lambda: tagger,
    "painter": painter,
}
"""By name, what makes the strategy of one player; some remember their last step."""

OF_GAMES = frozenset({"tagger", "painter"})
"""Those that look at the game of their room; elsewhere they are `random`."""
