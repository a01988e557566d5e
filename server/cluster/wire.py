"""Messages between nodes as bytes: a seal, a dot, and one JSON object.

The seal is an HMAC of the JSON with the cluster's secret: 32 hexadecimal digits of SHA-256.
Whatever is longer than `MAX_BYTES`, is not sealed by us or is no such object is refused with the
reason as a word to count by. Pure. Not here: what the kinds mean (`replica`), rows (`rows`).
"""

import hmac
from dataclasses import dataclass
from typing import Final

import orjson

from gridcli.core.errors import GridError, Refusal
from gridcli.core.protocol import fields

MAX_BYTES = 64 * 1024
"""The longest message, seal and all."""
NAME_CHARACTERS = 16
_SEAL_BYTES = 32

HELLO: Final = "hello"
"""I am here, again perhaps: tell me who you have. `{grid}`"""
DELTA: Final = "delta"
"""What has changed. `{changes: [["+", *row] | ["-", userId] | [userId, seq, x, y, trail?]…]}`"""
HEARTBEAT: Final = "heartbeat"
"""All I have told until now amounts to this. `{count, digest}`"""
REQUEST: Final = "request"
"""I have missed something of node `to`: say it all again. `{to}`"""
SNAPSHOT: Final = "snapshot"
"""One part of all my players. `{part, parts, grid, rows}`"""
AWAY: Final = "away"
"""Players who may come back, for a new node. `{rows: [[row, agoMs]…]}`"""
CLAIM: Final = "claim"
"""This player has connected again since, so let go of it. `{player, generation}`"""
CHAT: Final = "chat"
"""Somebody says something. `{room, userId, name, text}`"""
EMOTE: Final = "emote"
"""Somebody shows something. `{room, userId, emote}`"""
BYE: Final = "bye"
"""I am going; whoever was with me is away. `{}`"""

KINDS: Final = frozenset(
    {HELLO, DELTA, HEARTBEAT, REQUEST, SNAPSHOT, AWAY, CLAIM, CHAT, EMOTE, BYE}
)

Body = dict[str, object]


class Dropped(GridError):
    """A message that is not taken in; `reason` is "forged", "oversized" or "garbled"."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(f"{reason}: {text}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `seq` counts a boot's messages from 1; `boot` is new with each start."""

    node: str
    boot: str
    seq: int
    kind: str
    body: Body


class Sealer:
    """Makes bytes of messages and messages of bytes, for those who know the secret.

    Args:
        secret: the cluster's; not what seals, but where it comes from.
    """

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, b"gridcli bus", "sha256")

    def encode(self, message: Message) -> bytes:
        """The message as it goes over the bus."""
        told = orjson.dumps(
            {
                "node": message.node,
                "boot": message.boot,
                "seq": message.seq,
                "kind": message.kind,
                **message.body,
            }
        )
        return b"%s.%s" % (self._seal(told), told)

    def decode(self, data: bytes) -> Message:
        """The message that came. Raises `Dropped`."""
        if len(data) > MAX_BYTES:
            raise Dropped("oversized", f"{len(data)} bytes")
        seal, told = data[:_SEAL_BYTES], data[_SEAL_BYTES + 1 :]
        if not hmac.compare_digest(seal, self._seal(told)):
            raise Dropped("forged", "not sealed with this cluster's secret")
        try:
            body = dict(fields.mapping(orjson.loads(told), "message"))
            message = Message(
                node=_name(body.pop("node", None), "node"),
                boot=_name(body.pop("boot", None), "boot"),
                seq=fields.count(body.pop("seq", None), "seq", least=1),
                kind=fields.text(body.pop("kind", None), "kind"),
                body=body,
            )
        except (ValueError, Refusal) as error:
            raise Dropped("garbled", str(error)) from None
        if message.kind not in KINDS:
            raise Dropped("garbled", f"of no kind that is known: {message.kind[:20]!r}")
        return message

    def _seal(self, told: bytes) -> bytes:
        return hmac.digest(self._key, told, "sha256")[: _SEAL_BYTES // 2].hex().encode()


def _name(value: object, what: str) -> str:
    name = fields.identity(value, what)
    if len(name) > NAME_CHARACTERS:
        raise fields.bad(f"{what} is too long")
    return name
