"""A client's connection to an application, without I/O: the way in, and what it hears.

asyncio's and gevent's clients feed it frames and are given frames to send. Not here: connections
(`gridcli.link.guest`, `loadtest._guest`), what the frames say (`gridcli.core.description`).
"""

from collections import deque
from collections.abc import Callable

from .application import Client, Emit
from .description import Description
from .errors import GridError, Refusal
from .ledger import Sequenced
from .protocol.auth import decode_refusal
from .protocol.names import REFUSED
from .protocol.packets import Ack, Connected, ConnectError, Disconnected, Event, Packet


class PutOut(GridError):
    """The server has put the client out of the namespace."""


class Visit:
    """One connection of one client; `inside` once it is in its room.

    Args:
        description: the application.
        client: whose connection it is.
        send: takes the frames that are to be sent.
    """

    def __init__(
        self, description: Description, client: Client, send: Callable[[str], None]
    ) -> None:
        self.inside = False
        self._description = description
        self._client = client
        self._send = send
        self._connected = False
        self._told = not description.application.entered
        """Whether the server has said that we are in, where it says so by an event."""
        self._left: deque[Emit] = deque()
        self._asked = 0

    def greeting(self) -> str:
        """The frame that asks for the namespace: the first one. Raises `BadDescription`."""
        self._client.sid = ""
        return self._description.connect(self._client)

    def take(self, frame: bytes) -> Sequenced | None:
        """Take in a message.

        Returns:
            An event that is accounted for; the same object for every client that is sent it.

        Raises:
            Refusal: the server does not let us in.
            PutOut: it has put us out.
            BadDescription: the description does not fit.
        """
        said = self._description.heard(frame)
        if type(said) is Sequenced:
            return said
        if said is not None:
            self._take_other(said)  # type: ignore[arg-type]  # told by its type
        return None

    def turn(self) -> str:
        """The frame of the client's next event; `client.seq` is its number."""
        return self._description.turn(self._client)

    def _take_other(self, packet: Packet) -> None:
        match packet:
            case Connected(sid):
                self._client.sid = sid
                self._connected = True
                self._left.extend(self._description.entering(self._client))
                self._go_on()
            case Ack(number, args) if number == self._asked and not self.inside:
                reason = self._description.refusal(self._client, args)
                if reason is not None:
                    raise Refusal(REFUSED, reason)
                self._go_on()
            case Event(name) if name == self._description.application.entered:
                self._told = True
                if self._connected and not self._left:
                    self.inside = True
            case ConnectError(data):
                raise decode_refusal(data)
            case Disconnected():
                raise PutOut("the server put us out")

    def _go_on(self) -> None:
        """Send what is next on the way in."""
        if self._description.application.entered:
            entering = bool(self._left)
            while self._left:
                self._send(self._description.encode("enter", self._left.popleft()))
            # What came before we asked says nothing.
            self.inside = self._told and not entering
        elif self._left:
            self._asked += 1
            self._send(self._description.encode("enter", self._left.popleft(), self._asked))
        else:
            self.inside = True
