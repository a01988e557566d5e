"""Players who come into a game in this process, and what they are told.

Not here: the client (`server.fanout.testing`), real servers (`servers`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from server.app import SOCKETIO, create_app
from server.fanout.testing import InProcess
from server.fanout.testing_client import InProcessClient
from server.settings import Settings

NAMESPACE = "/grid-game"
Enter = Callable[..., InProcessClient]


@contextmanager
def entering(settings: Settings) -> Iterator[Enter]:
    """Lets players in by their names, in protocol 2; without one in protocol 1."""
    with InProcess(create_app(settings)[SOCKETIO]) as server:

        def client(name: str = "", **auth: object) -> InProcessClient:
            said = {"protocol": 2, "name": name, **auth} if name else None
            return server.test_client(NAMESPACE, auth=said)

        yield client


def told(player: InProcessClient) -> list[tuple[str, Any]]:
    """The events since the last look, each with its payload."""
    return [
        (event["name"], args[0] if isinstance(args := event["args"], list) and args else args)
        for event in player.get_received()
    ]
