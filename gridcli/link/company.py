"""Bots for company: a process of their own that takes orders, and ends with whoever started it.

Orders and reports are lines of JSON on its standard input and output, so that no token stands in
a command line or an environment. It watches its input's end, as a server of one's own does. Not
here: what the process does (`bots.company`), when bots are wanted (`gridcli.tui`).
"""

import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import count, islice

import orjson

from .target import Target, Transport

GONE_S = 60.0
"""For how long bots wait for a server that is gone."""
MOST = 50
"""So many bots one screen brings: its server is to hold others', too."""
AT_ONCE = 5
"""So many come, or go, by one key."""
STOP_S = 5.0


@dataclass(frozen=True, slots=True)
class Game:
    """The first line: where to play; the target's name and room are the orders'."""

    target: Target
    gone_s: float = GONE_S


@dataclass(frozen=True, slots=True)
class Order:
    """Bots that are to come in, or to go.

    Attributes:
        come: their names.
        room: where they come in.
        scripts: what they play, in turn.
        go: the names of those who leave.
    """

    come: tuple[str, ...] = ()
    room: str = ""
    scripts: tuple[str, ...] = ()
    go: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """How it stands.

    Attributes:
        playing: who plays now, by name.
        lost: who was to play and does not: refused, or put out.
        trouble: why, or what else went wrong.
    """

    playing: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    trouble: str = ""


def encode(said: Game | Order | Report) -> bytes:
    """A line."""
    return orjson.dumps(asdict(said), option=orjson.OPT_APPEND_NEWLINE)


def decode_game(line: bytes) -> Game:
    """What `encode` made."""
    body = orjson.loads(line)
    target = body["target"]
    target |= {"transport": Transport(target["transport"]), "others": tuple(target["others"])}
    return Game(Target(**target), body["gone_s"])


def decode_order(line: bytes) -> Order:
    """What `encode` made."""
    body = orjson.loads(line)
    return Order(tuple(body["come"]), body["room"], tuple(body["scripts"]), tuple(body["go"]))


def decode_report(line: bytes) -> Report:
    """What `encode` made. Raises `ValueError` for a line that is none."""
    body = orjson.loads(line)
    if not isinstance(body, dict) or body.keys() != {"playing", "lost", "trouble"}:
        raise ValueError("no report")
    return Report(tuple(body["playing"]), tuple(body["lost"]), body["trouble"])


class Company:
    """The bots of one screen; there is a process as long as any are wanted.

    `more` and `fewer` only say what is wanted, and a task sees to it.

    Args:
        target: where they play; whom it names is not they.
        most: how many there may be at a time.
        gone_s: for how long they wait for a server that is gone.

    Attributes:
        on_report: called with each report, on the event loop.
        wanted: the names of those who were asked for, the latest last.
    """

    def __init__(self, target: Target, *, most: int = MOST, gone_s: float = GONE_S) -> None:
        self.most = most
        self._game = Game(replace(target, name="", symbol="", spectate=False), gone_s)
        self.on_report: Callable[[Report], None] = lambda report: None
        self.wanted: list[str] = []
        self._orders: asyncio.Queue[Order] = asyncio.Queue()
        self._tending: asyncio.Task[None] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Their process's id; None while there is none."""
        return self._process.pid if self._process is not None else None

    def more(self, bots: int, room: str, scripts: Sequence[str]) -> None:
        """Have so many more, up to `most`, come into a room and play these scripts in turn."""
        bots = min(bots, self.most - len(self.wanted))
        free = (name for number in count(1) if (name := f"bot {number}") not in self.wanted)
        names = tuple(islice(free, bots))
        self.wanted += names
        self._orders.put_nowait(Order(come=names, room=room, scripts=tuple(scripts)))
        if self._tending is None:
            self._tending = asyncio.create_task(self._tend())

    def fewer(self, bots: int) -> None:
        """Have so many of the latest leave."""
        names = tuple(self.wanted[-bots:])
        del self.wanted[-bots:]
        self._orders.put_nowait(Order(go=names))

    async def close(self) -> None:
        """Have all of them leave, and wait for the end of their process."""
        self.wanted.clear()
        if self._tending is not None:
            self._tending.cancel()
            await asyncio.gather(self._tending, return_exceptions=True)
        await self._end()

    async def _tend(self) -> None:
        while True:
            order = await self._orders.get()
            if order.come and self._process is None:
                try:
                    await self._start()
                except OSError as error:
                    self.wanted.clear()
                    self.on_report(Report(trouble=f"no process for them: {error.strerror}"))
                    continue
            if self._process is not None and self._process.stdin is not None:
                self._process.stdin.write(encode(order))
            if not self.wanted:
                await self._end()
                self.on_report(Report())

    async def _start(self) -> None:
        self._process = process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bots.company"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            # Not in our process group: Ctrl-C is for us, and we then tell the bots.
            start_new_session=True,
        )
        assert process.stdin is not None
        process.stdin.write(encode(self._game))
        self._reader = asyncio.create_task(self._read(process))

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None or process.stdin is None:
            return
        process.stdin.close()
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        finally:
            if self._reader is not None:
                await asyncio.gather(self._reader, return_exceptions=True)

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        """Hand the reports on until the process ends, which nobody may have asked for."""
        assert process.stdout is not None
        assert process.stderr is not None
        words = asyncio.create_task(process.stderr.read())
        while line := await process.stdout.readline():
            if self._process is process:
                self._hear(line)
        said = (await words).decode(errors="replace").strip().splitlines()
        if self._process is process:
            await process.wait()
            self._process = None
            self.wanted.clear()
            self.on_report(Report(trouble=said[-1] if said else "the bots have ended"))

    def _hear(self, line: bytes) -> None:
        try:
            report = decode_report(line)
        except ValueError:
            return  # not of ours: a library that prints
        self.wanted = [name for name in self.wanted if name not in report.lost]
        self.on_report(report)
