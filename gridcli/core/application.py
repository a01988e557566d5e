"""Another application's broadcast event, described in a few lines for the bots and for Locust.

    class Chat(Application):
        event = "said"

        def send(self, client, seq):
            return "say", {"text": "hello", "n": seq}

        def heard(self, data):
            return data["from"], data["n"]

Subclasses say what is sent, and how what is heard tells who sent which. Not here: checking what
they answer (`gridcli.core.description`), a client's way in (`gridcli.core.visit`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from .protocol.names import PATH, ROOT

Emit = tuple[Any, ...]
"""An event's name, and then its arguments."""


@dataclass(eq=False)
class Client:
    """One client of the application.

    Attributes:
        number: 0, 1, 2, …; those of further Locust processes begin at 100000, 200000, …
        rng: its own random source, which the seed and the number alone decide on.
        name: one that no other client has, such as `client-7`.
        sid: its Socket.IO session id in the namespace; another one after each reconnection.
        seq: the number of its last event; it goes on over reconnections.
        notes: what the description wants to remember of it.
    """

    number: int
    rng: Random
    name: str
    sid: str = ""
    seq: int = 0
    notes: dict[str, Any] = field(default_factory=dict)


class Application:
    """What the tools need to know of an application; `event`, `send` and `heard` must be given.

    Attributes:
        event: the broadcast that everybody in a room hears.
        namespace: where all of it happens.
        path: where Engine.IO answers.
        entered: an event that tells a client that it is in, for servers that do not acknowledge;
            without it each event of `enter` must be acknowledged.
        hears_itself: whether a client is told what it sent itself; not so where the server says
            `include_self=False`, `skip_sid` or `socket.broadcast`.
    """

    event: str = ""
    namespace: str = ROOT
    path: str = PATH
    entered: str = ""
    hears_itself: bool = True

    def send(self, client: Client, seq: int) -> Emit:
        """What a client sends at a turn: the event's name, and its arguments.

        Args:
            client: who sends.
            seq: 1, 2, 3, …; `heard` must find it again.
        """
        raise NotImplementedError

    def heard(self, *args: Any) -> tuple[str, int] | None:
        """Who sent an `event`, as `identity` names them, and its `seq`; None for people's own.

        It is asked once for each distinct event of a process, and must depend on nothing else.
        """
        raise NotImplementedError

    def identity(self, client: Client) -> str:
        """Who a client is in what `heard` returns; asked when it is in."""
        return client.sid

    def auth(self, client: Client) -> object:
        """The auth object of its CONNECT; None for none."""
        return None

    def enter(self, client: Client) -> Iterable[Emit]:
        """What a client sends to get into its room, in order; nothing where connecting does it."""
        return ()

    def refusal(self, client: Client, *answer: Any) -> str | None:
        """Why an acknowledgement of what `enter` sent does not let a client in; None if it does."""
        return None

    def room(self, client: Client) -> str:
        """Which room a client is in: its events are owed to those of the same room."""
        return "all"


def name_of(application: Application) -> str:
    """What an application is called in results."""
    return type(application).__name__
