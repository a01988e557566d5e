"""Who looks at a server that is attacked: honest players, its log, its process.

Not here: the attackers (`fuzz.thrower`), what is made of a finding (`fuzz.minimize`).
"""

import asyncio
import json
import re
import time
import urllib.request
from collections import deque
from pathlib import Path
from typing import Any, NamedTuple

from servers import Server
from waiting import until

from gridcli.core.geometry import Direction
from gridcli.core.protocol.updates import Placed, Update
from gridcli.link.link import Link
from gridcli.link.states import Live, State
from gridcli.link.target import Target, Transport

GHOST_S = 1.0
"""How long a player may be seen whose connection has ended."""
DRIFT_BYTES = 5 * 2**20
"""How much memory a server may keep after an attack."""
_FORGET_S = 3.0
_STEPS = (Direction.LEFT, Direction.UP, Direction.RIGHT, Direction.DOWN)
_PACE_S = 0.1
_GRADE = frozenset({"error", "critical"})
_FRAME = re.compile(r'File "[^"]*/([^/"]+)", line (\d+), in (\w+)')
_KIND = re.compile(r"^([A-Za-z_][\w.]*)(?::|$)", re.MULTILINE)


class Honest:
    """A player in the lobby who steps ten times a second, and misses nothing.

    Args:
        url: of the server.
        protocol: 1 or 2.
    """

    def __init__(self, url: str, protocol: int) -> None:
        self.sent = 0
        self.states: list[State] = []
        self._placed = 0
        self.link = Link(
            Target(url, name=f"honest{protocol}", protocol=protocol, transport=Transport.WEBSOCKET),
            on_update=self._updated,
            on_state=self.states.append,
        )

    def _updated(self, update: Update, received_s: float) -> None:
        if isinstance(update, Placed) and update.user_id == self.link.mirror.user_id:
            self._placed += 1

    async def play(self) -> None:
        """Step until cancelled."""
        await self.link.open()
        self._placed = 0
        while True:
            self.link.step(_STEPS[self.sent // 5 % 4])
            self.sent += 1
            await asyncio.sleep(_PACE_S)

    @property
    def seen(self) -> int:
        """How many of its steps it has seen again."""
        mirror = self.link.mirror
        return self._placed if self.link.protocol == 1 else mirror.seqs.get(mirror.user_id, 0)

    def faults(self) -> list[str]:
        """What it has to complain of, once every step had time to come back."""
        link = self.link
        found = []
        if self.seen != self.sent:
            found.append(f"{self.sent} steps sent, {self.seen} seen")
        if link.faults or link.mirror.gaps:
            found.append(f"{link.faults} faulty frames, {link.mirror.gaps} gaps")
        if [type(state) for state in self.states].count(Live) != 1:
            found.append(f"the connection was lost: {self.states}")
        return [f"protocol {link.protocol}'s honest player: {text}" for text in found]


class Ghosts:
    """Players seen in the lobby whose connections have ended.

    Args:
        link: an honest player's, in the lobby.
    """

    def __init__(self, link: Link) -> None:
        self.worst_s = 0.0
        self.found: list[tuple[str, int]] = []
        """Players that stayed too long, and the number of the session that each was."""
        self.seen = 0
        """Players of attackers whose end was looked at."""
        self._link = link
        self._ended: dict[str, tuple[float, int]] = {}

    def left(self, user_id: str, number: int) -> None:
        """An attacker's connection has ended."""
        self._ended[user_id] = (time.monotonic(), number)
        self.seen += 1

    def entered(self, user_id: str) -> None:
        """The player has a connection again."""
        self._ended.pop(user_id, None)

    async def watch(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(0.02)
            self.look()

    def look(self) -> None:
        """Compare who ended with who is there."""
        now_s, cells = time.monotonic(), self._link.mirror.cells
        for user_id, (ended_s, number) in list(self._ended.items()):
            age_s = now_s - ended_s
            if user_id in cells:
                self.worst_s = max(self.worst_s, age_s)
                if age_s > GHOST_S:
                    self.found.append((user_id, number))
                    del self._ended[user_id]
            elif age_s > _FORGET_S:
                del self._ended[user_id]


class Failure(NamedTuple):
    """A line of the log that no stranger may cause. Equal ones have the same `signature`."""

    signature: str
    text: str


class Log:
    """Reads what a server has printed, JSON by the line, for what should not be there."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.lines = 0
        server.output.clear()

    def failures(self) -> list[Failure]:
        """Those of the lines that came since the last call."""
        output = self._server.output
        taken, output[:] = output[:], []
        self.lines += len(taken)
        return [failure for line in taken if (failure := _failure(line)) is not None]


def _failure(line: str) -> Failure | None:
    try:
        entry = json.loads(line)
    except ValueError:
        entry = None
    if not isinstance(entry, dict):
        return Failure(re.sub(r"\d+", "#", line), line)
    exception = str(entry.get("exception", ""))
    message = str(entry.get("message", ""))
    if entry.get("level") not in _GRADE and not exception and "Traceback" not in message:
        return None
    where = " > ".join(" ".join(frame) for frame in _FRAME.findall(exception)[-2:])
    kinds = _KIND.findall(exception)
    what = kinds[-1] if kinds else re.sub(r"[0-9a-f]{6,}|[0-9]+", "#", message)[:80]
    return Failure(f"{where}: {what}", f"{message}\n{exception}")


class Process:
    """What a server's process holds."""

    def __init__(self, pid: int) -> None:
        self._folder = Path(f"/proc/{pid}")

    @property
    def rss_bytes(self) -> int:
        """Memory in use."""
        return int((self._folder / "statm").read_text().split()[1]) * 4096

    @property
    def files(self) -> int:
        """Open files."""
        return len(list((self._folder / "fd").iterdir()))

    async def settled_rss_bytes(self, patience_s: float = 3.0) -> int:
        """The memory once it has stopped to change."""
        deadline_s = time.monotonic() + patience_s
        history: deque[int] = deque(maxlen=5)
        while time.monotonic() < deadline_s:
            history.append(self.rss_bytes)
            if len(history) == 5 and max(history) - min(history) < 65536:
                break
            await asyncio.sleep(0.1)
        return history[-1]


async def health(url: str) -> dict[str, Any]:
    """What `/healthz` says."""

    def ask() -> Any:
        with urllib.request.urlopen(f"{url}/healthz", timeout=10) as answer:
            return json.loads(answer.read())

    said = await asyncio.get_running_loop().run_in_executor(None, ask)
    assert isinstance(said, dict)
    return said


async def newcomer_plays(url: str) -> None:
    """A player comes over each transport, steps, and sees it; else an exception."""
    for transport in (Transport.WEBSOCKET, Transport.POLLING, Transport.UPGRADE):
        link = Link(Target(url, transport=transport), reconnect=False)
        try:
            await link.open()
            link.step(Direction.LEFT)
            await until(lambda: link.mirror.seqs.get(link.mirror.user_id) == 1, "a newcomer's step")  # noqa: B023
        finally:
            await link.close()
