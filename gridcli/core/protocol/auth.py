"""What travels with CONNECT: the client's wishes, and a server's refusal."""

from dataclasses import dataclass, field

from ..errors import BadInput, Refusal
from ..geometry import Cell
from ..text import DEFAULT_TEXT, TextLimits, check_name, check_room, foreign
from . import fields
from .names import DEMO, LOBBY, REFUSED, SYMBOLS, TICKS, Payload


@dataclass(frozen=True, slots=True)
class Auth:
    """The auth object of CONNECT; one that names no protocol asks for the demo's."""

    protocol: int = DEMO
    name: str = ""
    room: str = LOBBY
    token: str = field(default="", repr=False)
    resume: str = field(default="", repr=False)
    spectate: bool = False
    symbol: str = ""
    """One of `names.SYMBOLS` that one would like; empty takes what there is."""
    cell: Cell | None = None
    """Where one would like to begin: who comes back to a server that has forgotten it."""


def encode_auth(auth: Auth) -> Payload | None:
    """The auth object; None for protocol 1, whose clients say nothing, or nothing but a token."""
    if auth.protocol == DEMO:
        return {"token": auth.token} if auth.token else None
    payload: Payload = {"protocol": auth.protocol}
    if auth.name:
        payload["name"] = auth.name
    if auth.room != LOBBY:
        payload["room"] = auth.room
    if auth.token:
        payload["token"] = auth.token
    if auth.resume:
        payload["resume"] = auth.resume
    if auth.spectate:
        payload["spectate"] = True
    if auth.symbol:
        payload["symbol"] = auth.symbol
    if auth.cell is not None:
        payload["cell"] = list(auth.cell)
    return payload


def decode_auth(data: object, limits: TextLimits = DEFAULT_TEXT) -> Auth:
    """The wishes of a client. One that speaks protocol 1 may send anything or nothing.

    Of its wishes only a token counts, for servers that let nobody in without. A client that asks
    for a protocol newer than ours is given ours.
    """
    if not isinstance(data, dict) or data.get("protocol") is None:
        return Auth(token=_token_of_any(data))
    protocol = min(fields.count(data["protocol"], "protocol", least=DEMO), TICKS)
    if protocol == DEMO:
        return Auth(token=_token_of_any(data))
    return Auth(
        protocol=protocol,
        name=check_name(fields.text(data.get("name"), "name", optional=True), limits),
        room=check_room(fields.text(data.get("room"), "room", optional=True) or LOBBY, limits),
        token=fields.secret(data.get("token"), "token"),
        resume=fields.secret(data.get("resume"), "resume"),
        spectate=fields.flag(data.get("spectate"), "spectate"),
        symbol=check_symbol(fields.text(data.get("symbol"), "symbol", optional=True)),
        cell=_cell(data.get("cell")),
    )


def check_symbol(symbol: str) -> str:
    """A wish for a symbol: one of `names.SYMBOLS` in either case, or empty for none.

    Raises:
        BadInput: it is something else.
    """
    upper = symbol.upper()
    if upper and (len(upper) != 1 or upper not in SYMBOLS):
        raise fields.bad(f"a symbol is one of the consonants {SYMBOLS}")
    return upper


def _cell(wish: object) -> Cell | None:
    if wish is None:
        return None
    x, y = fields.row(wish, 2, "cell")
    return fields.cell(x, y, "cell")


def _token_of_any(data: object) -> str:
    try:
        return fields.secret(data.get("token"), "token") if isinstance(data, dict) else ""
    except BadInput:
        return ""  # something of an application of its own


def encode_refusal(refusal: Refusal) -> Payload:
    """The data of CONNECT_ERROR."""
    return {"code": refusal.code, "text": refusal.text}


def decode_refusal(data: object) -> Refusal:
    """Why a server refused: ours sends code and text, others whatever they like."""
    if isinstance(data, dict):
        # Socket.IO servers wrap what the application gave in {message, data}.
        inner = data.get("data")
        if not isinstance(inner, dict):
            inner = data
        code, text, message = inner.get("code"), inner.get("text"), data.get("message")
        if isinstance(code, str) and isinstance(text, str):
            return Refusal(foreign(code), foreign(text))
        if isinstance(message, str):
            return Refusal(REFUSED, foreign(message))
    text = foreign(data) if isinstance(data, str) else "the server refused to connect"
    return Refusal(REFUSED, text)
