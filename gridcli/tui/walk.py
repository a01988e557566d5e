"""A walk to a cell that was pointed at: which step comes next, and when. Pure arithmetic.

Steps go out one by one without waiting for the answers, so that a slow connection walks as fast
as a quick one: a walk reckons from where the steps under way will have led, and when all of them
have been seen, from where it really is. Not here: taking the step (`gridcli.tui.game`), which
cell was pointed at (`gridcli.tui.pointing`).
"""

from collections import deque

from gridcli.core.geometry import Cell, Direction, Grid, toward

STEP_EACH_S = 0.1
"""Ten steps a second: quick to watch, and half of what a server takes."""
STUCK_S = 3.0
"""A walk that has not come on for so long is over."""
_MOST_SENT = 64


class Walk:
    """One player's walk; `goal` is None while there is none. Times are seconds of one clock."""

    def __init__(self) -> None:
        self.goal: Cell | None = None
        self._sent: deque[Direction] = deque(maxlen=_MOST_SENT)
        """The latest steps, oldest first: some may still be under way."""
        self._due_s = 0.0
        self._here: Cell | None = None
        self._came_on_s = 0.0

    def to(self, goal: Cell, now_s: float) -> None:
        """Walk there from now on; a walk that is under way turns."""
        if self.goal is None:
            self._here = None
        self.goal = goal

    def stop(self) -> None:
        """Walk no further."""
        self.goal = None

    def next(self, here: Cell, under_way: int, grid: Grid, now_s: float) -> Direction | None:
        """The step to take now; None if none is due, or the walk is over.

        Args:
            here: where the player is seen.
            under_way: how many of its steps have not been seen yet.
            grid: whose edges hold steps up.
            now_s: what time it is.
        """
        if self.goal is None:
            return None
        if here != self._here:
            self._here, self._came_on_s = here, now_s
        while len(self._sent) > under_way:
            self._sent.popleft()
        ahead = here
        for step in self._sent:
            ahead = grid.step(ahead, step)
        direction = toward(ahead, self.goal)
        reached = direction is None and not under_way
        if reached or now_s - self._came_on_s >= STUCK_S:
            self.goal = None
            return None
        return direction if now_s >= self._due_s else None

    def took(self, direction: Direction, now_s: float) -> None:
        """A step was taken, by the walk or by a key; the next one is due a little later."""
        self._sent.append(direction)
        # Counted from when it was due, or every step would wait for the frame after.
        on_time = now_s - self._due_s < STEP_EACH_S
        self._due_s = (self._due_s if on_time else now_s) + STEP_EACH_S
