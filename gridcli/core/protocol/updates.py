"""What servers send: one frozen class for each update, and both directions of its JSON.

The server encodes; `gridcli.link` and `loadtest` decode and hand the result to a `Mirror` and
to the ledger. Not here: what players say (`talk`), the games that rooms play (`rounds`), how an
update changes what a client knows (`gridcli.core.mirror`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ..errors import Mismatch
from ..geometry import Cell, Grid
from . import fields
from .names import (
    DEMO,
    GAME,
    GRID_DELTA,
    GRID_STATUS,
    MESSAGE,
    MISMATCH,
    ROOM_USERS,
    TICKS,
    USER_POSITION,
    USERS_CONNECTED,
    Payload,
)
from .rounds import Round, decode_round, encode_round
from .talk import TALK_DECODERS, Backlog, Chat, Emote, Notice, Talk, encode_talk

__all__ = ["Backlog", "Chat", "Emote", "Notice", "Round"]


@dataclass(frozen=True, slots=True)
class Welcome:
    """The first thing a newcomer hears, and in protocol 1 again in each new room."""

    user_id: str
    symbol: str
    grid: Grid
    protocol: int = DEMO
    name: str = ""
    room: str = ""
    resume: str = ""


@dataclass(frozen=True, slots=True)
class Echo:
    """The answer to `message`: the sender's own user id."""

    user_id: str


@dataclass(frozen=True, slots=True)
class Status:
    """Protocol 1: everyone in the room, for a newcomer; replaces what was known."""

    symbols: Mapping[str, str]
    cells: Mapping[str, Cell]


class Placed(NamedTuple):
    """Protocol 1: someone joined or moved."""

    user_id: str
    symbol: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class Removed:
    """Protocol 1: someone left."""

    user_id: str


@dataclass(frozen=True, slots=True)
class Online:
    """Protocol 1: the number of players in the room (`users_connected` and `l_users`)."""

    users: int
    after_room_change: bool = False


class Joiner(NamedTuple):
    """A row of a delta's `joins`."""

    user_id: str
    symbol: str
    cell: Cell
    name: str


@dataclass(frozen=True, slots=True)
class Delta:
    """Protocol 2: what changed in a room since the last tick, or all of it (`full`).

    A `moves` row is held as two mappings from the user id, to the final cell and to the highest
    `seq` applied: a client takes them in with two dictionary updates, however many rows.
    """

    tick: int
    users: int
    full: bool = False
    joins: Sequence[Joiner] = ()
    cells: Mapping[str, Cell] = field(default_factory=dict)
    seqs: Mapping[str, int] = field(default_factory=dict)
    leaves: Sequence[str] = ()


Update = Welcome | Echo | Status | Placed | Removed | Online | Delta | Talk | Round


def encode_update(update: Update) -> tuple[str, object]:
    """The event name and its one argument, of plain lists, tuples and dicts for any JSON writer."""
    # The most frequent by far, and a class pattern costs more than the payload.
    if isinstance(update, Placed):
        user_id, symbol, cell = update
        return USER_POSITION, {"userId": user_id, "symbol": symbol, "pos": tuple(cell)}
    match update:
        case Delta():
            return GRID_DELTA, _encode_delta(update)
        case Removed(user_id):
            return USER_POSITION, {"userId": user_id, "remove": True}
        case Online(users, after_room_change):
            return (ROOM_USERS if after_room_change else USERS_CONNECTED), users
        case Status(symbols, cells):
            return GRID_STATUS, {u: {"pos": tuple(cells[u]), "symbol": symbols[u]} for u in symbols}
        case Round():
            return encode_round(update)
        case Chat() | Backlog() | Emote() | Notice():
            return encode_talk(update)
        case Echo(user_id):
            return MESSAGE, {"userId": user_id}
        case Welcome():
            return MESSAGE, _encode_welcome(update)


def _encode_welcome(welcome: Welcome) -> Payload:
    payload: Payload = {
        "userId": welcome.user_id,
        "symbol": welcome.symbol,
        "gridDimension": tuple(welcome.grid),
    }
    if welcome.protocol != DEMO:
        payload |= {
            "protocol": welcome.protocol,
            "name": welcome.name,
            "room": welcome.room,
            "resume": welcome.resume,
        }
    return payload


def _encode_delta(delta: Delta) -> Payload:
    payload: Payload = {"tick": delta.tick}
    if delta.full:
        payload["full"] = True
    if delta.joins:
        payload["joins"] = [(u, symbol, c.x, c.y, name) for u, symbol, c, name in delta.joins]
    if delta.cells:
        payload["moves"] = [(u, c.x, c.y, delta.seqs[u]) for u, c in delta.cells.items()]
    if delta.leaves:
        payload["leaves"] = list(delta.leaves)
    payload["users"] = delta.users
    return payload


def decode_update(event: str, args: Sequence[object]) -> Update:
    """What a server says, in either dialect.

    Raises:
        BadInput: the event or its payload is not of the protocol; a `Mismatch` if it is of a
            newer one.
    """
    payload = args[0] if args else None
    decoder = _DECODERS.get(event)
    if decoder is None:
        raise fields.bad("no such event in this protocol")
    return decoder(payload)


def _decode_message(payload: object) -> Welcome | Echo:
    body = fields.mapping(payload, MESSAGE)
    user_id = fields.identity(body.get("userId"), "userId")
    if body.get("gridDimension") is None:
        return Echo(user_id)
    # A dimension is a place's furthest cell, so the same limits hold for both.
    width, height = fields.row(body["gridDimension"], 2, "gridDimension")
    grid = Grid(*fields.cell(width, height, "gridDimension"))
    symbol = fields.label(body.get("symbol"), "symbol")
    if body.get("protocol") is None:
        return Welcome(user_id, symbol, grid)
    protocol = fields.count(body["protocol"], "protocol", least=DEMO)
    if protocol > TICKS:
        raise Mismatch(
            MISMATCH,
            f"the server speaks protocol {protocol}, this client only 1 and 2; update gridcli",
        )
    return Welcome(
        user_id,
        symbol,
        grid,
        protocol=protocol,
        name=fields.label(body.get("name"), "name", optional=True),
        room=fields.label(body.get("room"), "room", optional=True),
        resume=fields.text(body.get("resume"), "resume", optional=True),
    )


def _decode_status(payload: object) -> Status:
    symbols: dict[str, str] = {}
    cells: dict[str, Cell] = {}
    for user_id, entry in fields.mapping(payload, GRID_STATUS).items():
        body = fields.mapping(entry, "an entry of grid_status")
        symbols[fields.identity(user_id, "userId")] = fields.label(body.get("symbol"), "symbol")
        x, y = fields.row(body.get("pos"), 2, "pos")
        cells[user_id] = fields.cell(x, y, "pos")
    return Status(symbols, cells)


def _decode_position(payload: object) -> Placed | Removed:
    body = fields.mapping(payload, USER_POSITION)
    user_id = fields.identity(body.get("userId"), "userId")
    if fields.flag(body.get("remove"), "remove"):
        return Removed(user_id)
    symbol = fields.label(body.get("symbol"), "symbol")
    x, y = fields.row(body.get("pos"), 2, "pos")
    return Placed(user_id, symbol, fields.cell(x, y, "pos"))


def _decode_delta(payload: object) -> Delta:
    body = fields.mapping(payload, GRID_DELTA)
    joins = []
    for entry in fields.rows(body.get("joins"), "joins"):
        user_id, symbol, x, y, name = fields.row(entry, 5, "a row of joins")
        joins.append(
            Joiner(
                fields.identity(user_id, "userId"),
                fields.label(symbol, "symbol"),
                fields.cell(x, y, "a row of joins"),
                fields.label(name, "name"),
            )
        )
    cells: dict[str, Cell] = {}
    seqs: dict[str, int] = {}
    for entry in fields.rows(body.get("moves"), "moves"):
        user_id, x, y, seq = fields.row(entry, 4, "a row of moves")
        user_id = fields.identity(user_id, "userId")
        cells[user_id] = fields.cell(x, y, "a row of moves")
        seqs[user_id] = fields.count(seq, "seq")
    return Delta(
        tick=fields.count(body.get("tick"), "tick"),
        users=fields.count(body.get("users"), "users"),
        full=fields.flag(body.get("full"), "full"),
        joins=tuple(joins),
        cells=cells,
        seqs=seqs,
        leaves=tuple(
            fields.identity(u, "userId") for u in fields.rows(body.get("leaves"), "leaves")
        ),
    )


_DECODERS: dict[str, Callable[[object], Update]] = {
    GRID_DELTA: _decode_delta,
    USER_POSITION: _decode_position,
    USERS_CONNECTED: lambda payload: Online(fields.count(payload, "users")),
    ROOM_USERS: lambda payload: Online(fields.count(payload, "users"), after_room_change=True),
    MESSAGE: _decode_message,
    GRID_STATUS: _decode_status,
    GAME: decode_round,
    **TALK_DECODERS,
}

UPDATE_EVENTS = frozenset(_DECODERS)
"""Every event that a server of the game sends."""
