"""A server: is it there, is it gridcli's, which transports pass, and how long is the way?

Not here: asking it (`gridcli.link.probe`), which server to look at (`gridcli.doctor.places`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import aiohttp

from gridcli import __version__
from gridcli.core.errors import CannotConnect, Refusal
from gridcli.core.protocol.names import DEMO, FULL, SHUTTING_DOWN, TICKS, UNAUTHORIZED
from gridcli.core.text import foreign
from gridcli.link.probe import Greeting, Passage, greet, pass_by, stay
from gridcli.link.target import Target, Transport

from .findings import Finding, State, failed, warning

_START = "is it running? start one with `gridcli serve`, or leave --server out"
_PROXY = "a proxy in between must pass on Upgrade; gridcli's server/deploy/nginx.conf shows how"
_TRANSPORTS = (Transport.WEBSOCKET, Transport.POLLING, Transport.UPGRADE)
_BLOCKED = {
    Transport.WEBSOCKET: _PROXY,
    Transport.POLLING: "who is behind a proxy that blocks WebSocket can't play",
    Transport.UPGRADE: _PROXY,
}
_DIALECTS = {
    DEMO: "1, the 2017 demo's: no chat, no spectators",
    TICKS: "2: ticks, chat, spectators",
}
_REFUSED = {
    UNAUTHORIZED: "give its token with --token-file FILE, or as GRIDCLI_TOKEN",
    FULL: "try again when somebody has left",
    SHUTTING_DOWN: "try again when it is back",
}


@dataclass(slots=True)
class _Way:
    """How it went with one transport."""

    passage: Passage | None = None
    trip_ms: float | None = None
    error: str = ""


async def look_at_server(http: aiohttp.ClientSession, target: Target) -> Sequence[Finding]:
    """Ask one server; `target.url` is its address, `target.token` what it may want to see."""
    try:
        greeting = await greet(http, target.url)
    except CannotConnect as error:
        return [_unreachable("reachable", error.reason, _START)]
    ways = {transport: await _open(http, target, transport) for transport in _TRANSPORTS}
    if not any(way.passage for way in ways.values()):
        reason = ways[Transport.POLLING].error
        return [_kind(greeting), _unreachable("transports", reason, _elsewhere(greeting))]
    game = await _come_in(http, target, ways)
    return [_kind(greeting), *(_way(str(name), way) for name, way in ways.items()), game]


async def _open(http: aiohttp.ClientSession, target: Target, transport: Transport) -> _Way:
    try:
        return _Way(await pass_by(http, target, transport))
    except CannotConnect as error:
        return _Way(error=error.reason)


async def _come_in(
    http: aiohttp.ClientSession, target: Target, ways: dict[Transport, _Way]
) -> Finding:
    """Take the round trips of the ways that are open, and say what the game speaks."""
    found = _unreachable("protocol", "the game does not answer", _START)
    for transport, way in ways.items():
        if way.passage is None:
            continue
        try:
            stayed = await stay(http, target, transport)
        except Refusal as refusal:
            return _refused(refusal)
        except CannotConnect as error:
            way.error = error.reason
            continue
        way.trip_ms = median(stayed.round_trips_ms)
        text = _DIALECTS.get(stayed.protocol, str(stayed.protocol))
        found = Finding("protocol", text, facts={"protocol": stayed.protocol})
    return found


def _unreachable(name: str, reason: str, hint: str) -> Finding:
    return Finding(name, reason, State.FAILED, hint, {"reachable": False}, cut_off=True)


def _kind(greeting: Greeting) -> Finding:
    health = greeting.health
    facts: dict[str, object] = {"reachable": True, "http_status": greeting.status}
    if not health:
        software = f", {greeting.software}" if greeting.software else ""
        text = f"HTTP {greeting.status}{software}; not gridcli's own server"
        return Finding("reachable", text, facts=facts | {"software": greeting.software})
    version, players, node, bus = (
        foreign(str(health.get(key, "?"))) for key in ("version", "players", "node", "bus")
    )
    text = f"gridcli {version}, {players} playing"
    if bus != "none":
        text += f", node {node}, broker {bus}"
    facts |= {"software": "gridcli", "health": dict(health)}
    if version != __version__:
        return warning(
            "reachable",
            text,
            f"this is gridcli {__version__}; what only one of them knows is left out",
            **facts,
        )
    return Finding("reachable", text, facts=facts)


def _elsewhere(greeting: Greeting) -> str:
    if greeting.leads_to:
        return f"it leads on to {greeting.leads_to}; give that address"
    return "is this a Socket.IO server, and does it answer at /socket.io/?"


def _way(name: str, way: _Way) -> Finding:
    if way.passage is None or way.error:
        return warning(name, way.error, _BLOCKED[Transport(name)], works=False)
    facts: dict[str, object] = {"works": True, "opened_ms": round(way.passage.opened_ms, 2)}
    text = f"opens in {_ms(way.passage.opened_ms)}"
    if way.trip_ms is not None:
        text += f", round trip {_ms(way.trip_ms)}"
        facts["round_trip_ms"] = round(way.trip_ms, 2)
    if name == Transport.UPGRADE and way.passage.kind != Transport.WEBSOCKET:
        return warning(name, f"stays on long polling: {text}", _PROXY, **facts | {"works": False})
    return Finding(name, text, facts=facts)


def _ms(value: float) -> str:
    return f"{value:.1f} ms" if value < 10 else f"{value:.0f} ms"


def _refused(refusal: Refusal) -> Finding:
    hint = _REFUSED.get(
        refusal.code, "gridcli bots --app measures other applications than the grid game"
    )
    return failed("protocol", f"it does not let us in: {refusal.text}", hint, code=refusal.code)
