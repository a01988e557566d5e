"""The games by name. One more game is one more line here. Not here: their rules."""

from random import Random

from ..protocol.rounds import Mode
from .paint import Paint
from .rounds import Rounds, Times
from .tag import Tag

_GAMES: dict[Mode, type[Rounds]] = {Mode.TAG: Tag, Mode.PAINT: Paint}


def game_of(mode: Mode, rng: Random, times: Times) -> Rounds | None:
    """A new game; None for free roam, which has no rules."""
    game = _GAMES.get(mode)
    return game(rng, times) if game is not None else None
