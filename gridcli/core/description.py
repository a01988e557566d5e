"""An application as the tools ask it: every answer is checked, every frame is read once.

What is wrong with a description is an error of one line that says what to do, and is told once.
Not here: what there is to be described (`gridcli.core.application`).
"""

from collections.abc import Callable
from functools import lru_cache
from random import Random
from typing import TypeVar

from .application import Application, Client, Emit, name_of
from .errors import BadInput, SetupError
from .ledger import Sequenced
from .protocol.frames import LONG, RECENT, LongFrames
from .protocol.packets import (
    Event,
    Packet,
    decode_packet,
    encode_connect,
    encode_disconnect,
    encode_event,
)
from .text import foreign

T = TypeVar("T")

_BINARY = (b"45", b"46")
_OVERRIDDEN = ("send", "heard")


class BadDescription(SetupError):
    """A description that is wrong; `str()` says where, and what to do."""


class Description:
    """One application, for all of its clients in this process.

    Args:
        application: the user's own.
        on_fault: told of the first thing that is wrong with it.

    Raises:
        BadDescription: it can't be right.
    """

    def __init__(
        self,
        application: Application,
        on_fault: Callable[[BadDescription], None] = lambda fault: None,
    ) -> None:
        check(application)
        self.application = application
        self._on_fault = on_fault
        self._fault: BadDescription | None = None
        self._name = name_of(application)
        self._who: dict[str, int] = {}
        self._decode_short = lru_cache(maxsize=RECENT)(self._decode)
        self._long = LongFrames(self._decode)

    def client(self, number: int, rng: Random) -> Client:
        """A new client."""
        return Client(number, rng, f"client-{number}")

    def heard(self, frame: bytes) -> Sequenced | Packet | None:
        """What an Engine.IO message says; equal ones give one object, which must not be changed.

        Returns:
            None for binary packets and those of other namespaces.

        Raises:
            BadDescription: `heard` raises, or returns something else than it should.
        """
        return self._decode_short(frame) if len(frame) < LONG else self._long.decode(frame)

    def connect(self, client: Client) -> str:
        """The frame that asks for the namespace. Raises `BadDescription`."""
        app = self.application
        auth = self._ask("auth", lambda: app.auth(client))
        try:
            return encode_connect(auth, app.namespace)
        except TypeError as error:
            raise self._wrong(f"auth() gives what JSON has no word for: {error}") from None

    def disconnect(self) -> str:
        """The frame that leaves it."""
        return encode_disconnect(self.application.namespace)

    def entering(self, client: Client) -> list[Emit]:
        """What a client sends to get in. Raises `BadDescription`."""
        app = self.application
        return [self._checked("enter", e) for e in self._ask("enter", lambda: [*app.enter(client)])]

    def turn(self, client: Client) -> str:
        """The frame of a client's next event, number `client.seq`. Raises `BadDescription`."""
        client.seq += 1
        emit = self._ask("send", lambda: self.application.send(client, client.seq))
        return self.encode("send", self._checked("send", emit))

    def encode(self, method: str, emit: Emit, ack_id: int | None = None) -> str:
        """The frame of an event that a method gave. Raises `BadDescription`."""
        try:
            return encode_event(*emit, ack_id=ack_id, namespace=self.application.namespace)
        except TypeError as error:
            raise self._wrong(f"{method}() gives what JSON has no word for: {error}") from None

    def refusal(self, client: Client, answer: tuple[object, ...]) -> str | None:
        """Why an answer does not let a client in. Raises `BadDescription`."""
        app = self.application
        reason = self._ask("refusal", lambda: app.refusal(client, *answer))
        return None if reason is None else foreign(str(reason))

    def place(self, client: Client) -> tuple[str, str]:
        """Who and where a client is, now that it is in. Raises `BadDescription`."""
        app = self.application
        user_id = self._ask("identity", lambda: app.identity(client))
        room = self._ask("room", lambda: app.room(client))
        for method, value in (("identity", user_id), ("room", room)):
            if not isinstance(value, str) or not value:
                raise self._wrong(f"{method}() gives {value!r}; give text that is not empty")
        if self._who.setdefault(user_id, client.number) != client.number:
            raise self._wrong(
                f"identity() gives {user_id!r} for two clients; give each one of its own, such as "
                "client.name"
            )
        return user_id, room

    def _decode(self, frame: str | bytes) -> Sequenced | Packet | None:
        assert isinstance(frame, bytes), "frames are read as they came"
        if frame[:2] in _BINARY:
            return None
        try:
            packet = decode_packet(frame.decode(), self.application.namespace)
        except (BadInput, UnicodeDecodeError):
            return None
        if not isinstance(packet, Event) or packet.name != self.application.event:
            return packet
        found = self._ask(
            "heard",
            lambda: self.application.heard(*packet.args),
            f" of {foreign(repr(packet.args))}; return None for an event that is not one of ours",
        )
        if found is None:
            return packet
        match found:
            case (str(user_id), int(seq)) if not isinstance(seq, bool):
                return Sequenced(user_id, seq)
        raise self._wrong(
            f"heard() gives {found!r}; give the sender as identity() names it, and the number that "
            "send() was given; or return None for an event that is not one of ours"
        )

    def _checked(self, method: str, emit: object) -> Emit:
        if isinstance(emit, tuple | list) and emit and isinstance(emit[0], str):
            return tuple(emit)
        raise self._wrong(f'{method}() gives {emit!r}; give the event\'s name first: "say", {{…}}')

    def _ask(self, method: str, ask: Callable[[], T], more: str = "") -> T:
        try:
            return ask()
        except Exception as error:  # whatever a user's method does wrong, it is said in one line
            text = f"{method}() raises {type(error).__name__}: {foreign(str(error))}"
            raise self._wrong(text + more) from error

    def _wrong(self, text: str) -> BadDescription:
        fault = BadDescription(f"{self._name}: {text}")
        if self._fault is None:
            self._fault = fault
            self._on_fault(fault)
        return fault


def check(application: object) -> Application:
    """What can be seen of a description without a server.

    Raises:
        BadDescription: it can't be right.
    """
    if isinstance(application, type):
        name = application.__name__
        raise BadDescription(f"{name} is a class; give one that is made: {name}()")
    name = type(application).__name__
    if not isinstance(application, Application):
        raise BadDescription(f"{name} is no Application; subclass gridcli.core.application's")
    for attribute in ("event", "namespace", "path", "entered"):
        if not isinstance(getattr(application, attribute), str):
            raise BadDescription(f"{name}.{attribute} is no text")
    if not application.event:
        raise BadDescription(
            f'{name} names no event; say which broadcast is measured: event = "said"'
        )
    if not application.namespace.startswith("/") or "," in application.namespace:
        raise BadDescription(f'{name}.namespace must begin with "/": namespace = "/chat"')
    if not (application.path.startswith("/") and application.path.endswith("/")):
        raise BadDescription(f'{name}.path must begin and end with "/": path = "/socket.io/"')
    for method in _OVERRIDDEN:
        if getattr(type(application), method) is getattr(Application, method):
            raise BadDescription(f"{name} has no {method}(); see gridcli.core.application")
    return application
