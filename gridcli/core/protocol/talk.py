"""What players say and show, and what the server has to tell: chat, emotes, notices.

Not here: who is where (`updates`), the games that are played in rooms (`rounds`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from . import fields
from .names import BACKLOG, CHAT, EMOTE, NOTICE, Payload

MAX_BACKLOG = 200
"""The most lines that a client takes of what was said before it came; ours sends fewer."""


@dataclass(frozen=True, slots=True)
class Chat:
    """Someone in the room says something."""

    user_id: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """What was said in the room before one came, oldest first."""

    lines: Sequence[Chat]


@dataclass(frozen=True, slots=True)
class Emote:
    """Someone shows something on its cell: a word of `names.EMOTES`, or of a newer server's."""

    user_id: str
    emote: str


@dataclass(frozen=True, slots=True)
class Notice:
    """The server has something to tell this client: a code of `names` and a text."""

    code: str
    text: str


Talk = Chat | Backlog | Emote | Notice


def encode_talk(talk: Talk) -> tuple[str, Payload]:
    """The event name and its one argument."""
    match talk:
        case Chat(user_id, name, text):
            return CHAT, {"userId": user_id, "name": name, "text": text}
        case Emote(user_id, emote):
            return EMOTE, {"userId": user_id, "emote": emote}
        case Backlog(lines):
            return BACKLOG, {"lines": [(line.user_id, line.name, line.text) for line in lines]}
        case Notice(code, text):
            return NOTICE, {"code": code, "text": text}


def _decode_chat(payload: object) -> Chat:
    body = fields.mapping(payload, CHAT)
    return _chat(body.get("userId"), body.get("name"), body.get("text"))


def _chat(user_id: object, name: object, text: object) -> Chat:
    return Chat(
        fields.identity(user_id, "userId"),
        fields.label(name, "name", optional=True),
        fields.text(text, "text"),
    )


def _decode_backlog(payload: object) -> Backlog:
    rows = fields.rows(fields.mapping(payload, BACKLOG).get("lines"), "lines")[-MAX_BACKLOG:]
    return Backlog(tuple(_chat(*fields.row(row, 3, "a row of lines")) for row in rows))


def _decode_emote(payload: object) -> Emote:
    body = fields.mapping(payload, EMOTE)
    return Emote(
        fields.identity(body.get("userId"), "userId"), fields.label(body.get("emote"), "emote")
    )


def _decode_notice(payload: object) -> Notice:
    body = fields.mapping(payload, NOTICE)
    return Notice(fields.label(body.get("code"), "code"), fields.text(body.get("text"), "text"))


TALK_DECODERS: dict[str, Callable[[object], Talk]] = {
    CHAT: _decode_chat,
    BACKLOG: _decode_backlog,
    EMOTE: _decode_emote,
    NOTICE: _decode_notice,
}
"""By event name, what makes an update of the event's argument; raises `BadInput`."""
