"""A room that plays a game without a server: a world, a clock that is set, and who is where.

Used by the tests of the games' rules and of strategies. Not here: what clients are told
(`tests/core/modes/test_law`).
"""

from random import Random

from gridcli.core.geometry import Cell, Direction, Grid
from gridcli.core.modes.rounds import Rounds, Times
from gridcli.core.modes.table import game_of
from gridcli.core.protocol.requests import Step
from gridcli.core.protocol.rounds import Mode
from gridcli.core.world import Room, World

ROOM = "game"
GRID = Grid(5, 4)


class Arena:
    """One room, open for as long as it is tested: somebody watches. A round is 60 s, a podium 10 s.

    Args:
        mode: what is played.
        grid: of the room.
    """

    def __init__(self, mode: Mode, grid: Grid = GRID) -> None:
        self.now_s = 100.0
        self.rng = Random(1)
        self.world = World(grid)
        made = game_of(mode, self.rng, Times(round_s=60, podium_s=10))
        assert made is not None
        self.game: Rounds = made
        self.world.play(lambda name: made if name == ROOM else None, lambda: self.now_s)
        self.world.watch(ROOM)

    @property
    def room(self) -> Room:
        return self.world.rooms[ROOM]

    def enter(self, user_id: str, x: int, y: int) -> None:
        """Somebody comes to a cell."""
        for change in self.world.decide_join(user_id, ROOM, self.rng, cell=Cell(x, y)):
            self.world.apply(change)

    def act(self, user_id: str, *directions: Direction) -> None:
        """Somebody takes steps, or comes to a corner first."""
        if user_id not in self.room.players:
            self.enter(user_id, 1, 1)
        self.step(user_id, *directions)

    def leave(self, user_id: str) -> None:
        for change in self.world.decide_leave(user_id):
            self.world.apply(change)

    def step(self, user_id: str, *directions: Direction) -> None:
        for direction in directions:
            self.world.apply(self.world.decide_step(user_id, Step(direction)))

    def wait(self, seconds: float) -> None:
        """Let time pass, with the beats of a server."""
        until_s = self.now_s + seconds
        while self.now_s < until_s:
            self.now_s = min(until_s, self.now_s + 0.5)
            self.game.beat(self.room, self.now_s)

    def points(self) -> dict[str, int]:
        return self.game.points(self.room, self.now_s)
