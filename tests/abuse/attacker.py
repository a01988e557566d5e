"""A player who knows the rules, to break them: in the game, on a WebSocket or by polling.

What comes of it is an `Outcome`: how the server answered, and how long until it was gone. Not
here: what is sent (`attacks`), the wire beneath (`wire`).
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from abuse.watcher import Watcher, now_s
from abuse.wire import Polling, Reply, Socket, open_polling, web_socket

EVENT = "42/grid-game,"
ACK = "43/grid-game,"


def event(name: str, payload: object, number: int | str = "") -> str:
    """An event of the game, that asks for an acknowledgement where it has a number."""
    return f"42/grid-game,{number}{json.dumps([name, payload])}"


def connect(**auth: object) -> str:
    """CONNECT in protocol 2."""
    return f"40/grid-game,{json.dumps({'protocol': 2, **auth})}"


def said(packets: list[str] | list[str | bytes], name: str) -> list[Any]:
    """The payloads of the events of that name among these packets."""
    texts = [text for text in packets if isinstance(text, str) and text.startswith(EVENT)]
    events = [json.loads(text.removeprefix(EVENT)) for text in texts]
    return [payload for called, payload in events if called == name]


def answers(packets: list[str] | list[str | bytes]) -> dict[int, Any]:
    """Acknowledgements by their numbers."""
    texts = [text for text in packets if isinstance(text, str) and text.startswith(ACK)]
    found = {}
    for text in texts:
        number, bracket, rest = text.removeprefix(ACK).partition("[")
        found[int(number)] = next(iter(json.loads(bracket + rest)), None)
    return found


@dataclass(slots=True)
class Outcome:
    """What came of an attack.

    Attributes:
        close: the code that the WebSocket was closed with; None where it stays open.
        reason: what the server said with it.
        status: of the HTTP answer; 0 without one.
        code: of the typed error: in the answer's JSON, an acknowledgement, or a refused CONNECT.
        codes: of all of them, in order, where there are several.
        notices: the codes of notices.
        gone_s: how long the others saw its player after the attack; None where it had none, or
            still plays.
    """

    close: int | None = None
    reason: str = ""
    status: int = 0
    code: str = ""
    codes: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    gone_s: float | None = None

    def __str__(self) -> str:
        parts = [f"HTTP {self.status}"] if self.status else []
        parts += [self.code] if self.code else []
        if self.close is not None:
            parts.append(f"closed ({self.close}{f', {self.reason!r}' if self.reason else ''})")
        return ", ".join(parts) or "nothing"


class Attacker:
    """A player of the room on a WebSocket."""

    def __init__(self, socket: Socket, user_id: str, watcher: Watcher) -> None:
        self.socket = socket
        self.user_id = user_id
        self._watcher = watcher
        self._calls = 0

    async def call(self, name: str, payload: object) -> Any:
        """Send an event, and wait for its acknowledgement."""
        self._calls += 1
        number = 900_000 + self._calls
        await self.socket.send(event(name, payload, number))
        await self.socket.until(lambda got: number in answers(got), f"the answer to {name}")
        return answers(self.socket.got)[number]

    async def plays(self) -> None:
        """Take one more step, and wait until it is acknowledged: it is in the game."""
        answer = await self.call("movement", {"direction": "up", "seq": 1})
        assert answer == {"ok": True}, answer

    async def outcome(self, since_s: float) -> Outcome:
        """Wait until it was closed, and is gone for the others."""
        close = await self.socket.ended()
        gone_s = await self._watcher.gone(self.user_id, since_s)
        return Outcome(
            close,
            self.socket.reason,
            codes=self.codes(),
            code=next(iter(self.codes()), ""),
            notices=[notice["code"] for notice in said(self.socket.got, "notice")],
            gone_s=gone_s,
        )

    def codes(self) -> list[str]:
        """The codes of what was refused until now."""
        return [a.get("code", "ok") for a in answers(self.socket.got).values() if a]

    async def attack(self, *frames: str | bytes) -> Outcome:
        """Send these at once, and see it end."""
        since_s = now_s()
        await self.socket.send(*frames)
        return await self.outcome(since_s)


@asynccontextmanager
async def attacker(
    http: aiohttp.ClientSession, url: str, watcher: Watcher, **auth: object
) -> AsyncIterator[Attacker]:
    """One that has joined, and that the others see."""
    async with web_socket(http, url) as socket:
        await socket.send(connect(**auth))
        await socket.until(lambda got: said(got, "message"), "the welcome")
        user_id = said(socket.got, "message")[0]["userId"]
        await watcher.came(user_id)
        yield Attacker(socket, user_id, watcher)


class PollingAttacker:
    """A player of the room who polls."""

    def __init__(self, polling: Polling, user_id: str, watcher: Watcher) -> None:
        self.polling = polling
        self.user_id = user_id
        self._watcher = watcher

    async def post(self, data: Any, **options: Any) -> Outcome:
        """Send a body; what the server answered."""
        return told(await self.polling.post(data, **options))

    async def attack(self, data: Any, **options: Any) -> Outcome:
        """Send a body, and see the session end."""
        since_s = now_s()
        outcome = await self.post(data, **options)
        outcome.gone_s = await self._watcher.gone(self.user_id, since_s)
        return outcome


def told(reply: Reply) -> Outcome:
    """What an HTTP answer says."""
    code = reply.json.get("code", "") if isinstance(reply.json, dict) else ""
    return Outcome(status=reply.status, code=code)


@asynccontextmanager
async def polling_attacker(
    http: aiohttp.ClientSession, url: str, watcher: Watcher, **auth: object
) -> AsyncIterator[PollingAttacker]:
    """One that has joined, and that the others see; it says goodbye in the end."""
    polling = await open_polling(http, url)
    await polling.post(connect(**auth))
    packets = await polling.gather(lambda packets: said(packets, "message"), "the welcome")
    user_id = said(packets, "message")[0]["userId"]
    await watcher.came(user_id)
    try:
        yield PollingAttacker(polling, user_id, watcher)
    finally:
        await polling.post("1")
