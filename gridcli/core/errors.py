"""The one family of errors.

GridError
├── Refusal             a request that was understood, or not, and will not be done: code, text
│   ├── BadInput        bytes or JSON from the network that do not fit the protocol
│   │   └── Mismatch    a server that speaks something else than we do: what to try
│   └── Excess          a server sends more than a client keeps, and is left
├── CannotConnect       no server answered: address, reason, what to try
├── SetupError          something on this machine is missing or taken: what, what to try
└── Interrupted         somebody ended it before there was anything to show

The command line turns them into one line and an exit code (`gridcli.cli`); the server turns a
`Refusal` into one answer (`server.handlers`). Not here: the refusal codes, which are part of
the wire (`gridcli.core.protocol.names`).
"""


class GridError(Exception):
    """Base of every error that gridcli raises on purpose; `str()` is one line for people."""

    exit_code = 1
    """What a command ends with when this error reaches it."""


class Refusal(GridError):
    """A request that is not carried out, as it goes over the wire."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{text} [{code}]")
        self.code = code
        self.text = text


class BadInput(Refusal):
    """Input from the network that the protocol does not allow."""


class Mismatch(BadInput):
    """A server speaks a dialect that this client does not know, or is not the game at all."""

    exit_code = 3


class Excess(Refusal):
    """A server sends more than a client will keep: there is no going on with it."""


class CannotConnect(GridError):
    """No server could be reached at an address."""

    exit_code = 3

    def __init__(self, address: str, reason: str, hint: str = "") -> None:
        super().__init__(f"cannot connect to {address}: {reason}" + (f"; {hint}" if hint else ""))
        self.address = address
        self.reason = reason
        self.hint = hint


class SetupError(GridError):
    """This machine cannot do what was asked: a port taken, a file unreadable, a part missing."""


class Interrupted(GridError):
    """Somebody ended it before there was anything to show for it."""

    exit_code = 130
