"""What tests of protocol 1 do again and again: come in, settle, look, reckon.

Not here: the players (`js_client`, `py_client`), and what must come of it (`tests/blackbox`,
`tests/server`).
"""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from heard import Heard, Line
from js_client import JsClient
from servers import Server

Start = Callable[..., Server]
"""Starts a server with these options."""

STEPS = {"up": (0, -1), "down": (0, 1), "left": (-1, 0), "right": (1, 0)}
SMALL = (4, 3)
WALK = ("left",) * 4 + ("up",) * 3 + ("right",) * 4 + ("down",) * 3
"""On the small grid: into each of the four edges, from wherever the walk begins."""


def enter_game(
    players: ExitStack, url: str, transport: str = "websocket", **kwargs: Any
) -> JsClient:
    """A player of protocol 1 who is in the game."""
    player = players.enter_context(JsClient(url, transport, **kwargs))
    in_game(player)
    return player


def in_game(player: Heard) -> None:
    """Wait until a player has heard all that a newcomer is told."""
    # An application may confirm the connection after all that its connect handler has sent.
    player.wait_for("connect")
    player.wait_for("users_connected")


def own_id(player: Heard) -> str:
    """What the server calls this player."""
    user_id = player.wait_for("message").payload["userId"]
    assert isinstance(user_id, str)
    assert user_id
    return user_id


def settle(player: Heard) -> None:
    """Return when everything that the server sent to this player until now is here."""
    before = player.last
    player.emit("message", {})
    player.wait_for("message", lambda line: set(line.payload) == {"userId"}, after=before)


def positions(player: Heard, user_id: str, after: int = -1) -> list[list[int]]:
    """Where a player saw another (or itself), one place for each `user_position`."""
    lines = player.events("user_position", after)
    return [line.payload.get("pos") for line in lines if line.payload["userId"] == user_id]


def path(start: list[int], moves: tuple[str, ...], grid: tuple[int, int]) -> list[list[int]]:
    """The places that the moves lead to, one for each; into the edge is the same place again."""
    places = [start]
    for move in moves:
        near = zip(places[-1], STEPS[move], grid, strict=True)
        places.append([min(max(at + step, 1), side) for at, step, side in near])
    return places[1:]


def about(user_id: str) -> Callable[[Line], bool]:
    """Fits the positions of one player."""
    return lambda line: line.payload["userId"] == user_id


def removal(user_id: str) -> Callable[[Line], bool]:
    """Fits the position that tells that a player has left."""
    return lambda line: line.payload == {"userId": user_id, "remove": True}
