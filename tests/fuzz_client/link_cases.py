"""A link against the evil server, session after session, in one process.

Whatever comes, the link raises nothing but our errors, says nothing that is more than text, ends
when it is told to, and keeps no more than its bounds. Not here: the server (`evil_server`), the
screen and the bots, which run as processes of their own (`screens`, `test_bots`).
"""

import asyncio
import logging
import resource
import time
import unicodedata
from dataclasses import astuple, dataclass, field
from random import Random
from typing import Any

from fuzz_client.evil_server import Evil, serving

from gridcli.core.errors import GridError
from gridcli.core.geometry import Direction
from gridcli.link import dial, guest, session
from gridcli.link.link import Link
from gridcli.link.states import Live, Offline, State
from gridcli.link.target import Target, Transport

CLOSE_S = 5.0
"""How long a link may take to close."""
OPEN_S = 10.0
"""How long it may take to give up opening, with the patience below."""
PATIENCE_S = 0.4
"""In place of the ten seconds that a silent server has in earnest."""


@dataclass
class Report:
    """What came of a run."""

    cases: int = 0
    packets: int = 0
    acts: dict[str, int] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)


def odd_characters(text: str) -> str:
    """What in a text is more than text."""
    odd = {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    return "".join(sorted(odd))


def rss_mib() -> float:
    """The memory that this process has taken at most, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class _Logs(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(logging.Formatter().format(record))


class Cases:
    """Runs cases, one after the other.

    Args:
        number: the seed.
        options: of `Evil`.
    """

    def __init__(self, number: int, **options: Any) -> None:
        self.report = Report()
        self._rng = Random(number)
        self._evil = Evil(number, **options)
        self._what = ""

    async def run(self, count: int, transports: tuple[Transport, ...]) -> Report:
        """Run so many."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._unhandled)
        logs = _Logs()
        logging.getLogger().addHandler(logs)
        try:
            async with serving(self._evil) as url:
                for number in range(count):
                    transport = transports[number % len(transports)]
                    started_s = time.monotonic()
                    await self._case(Target(url, transport=transport))
                    act, took_s = self._evil.act, time.monotonic() - started_s
                    self._what = f"case {number} ({transport}, {act})"
                    if took_s > OPEN_S + CLOSE_S:
                        self._find(f"took {took_s:.1f} s")
                    self.report.acts[act] = self.report.acts.get(act, 0) + 1
                    for line in logs.lines:
                        self._find(line)
                    logs.lines.clear()
        finally:
            logging.getLogger().removeHandler(logs)
        self.report.cases += count
        self.report.packets = self._evil.packets
        return self.report

    async def _case(self, target: Target) -> None:
        self._what = f"case {self.report.cases} ({target.transport})"
        states: list[State] = []
        link = Link(target, on_state=states.append, rng=Random(1), reconnect=False)
        try:
            async with asyncio.timeout(OPEN_S):
                await link.open()
        except GridError as error:
            self._harmless(str(error))
        except TimeoutError:
            self._find("did not give up opening")
        except BaseException as error:
            self._find(f"open raised {type(error).__name__}: {error}")
        try:
            if isinstance(link.state, Live):
                await self._play(link)
            async with asyncio.timeout(CLOSE_S):
                await link.close()
        except TimeoutError:
            self._find(f"did not close, {link.state}")
        except Exception as error:
            self._find(f"raised {type(error).__name__}: {error}")
        for state in states:
            for said in astuple(state):
                self._harmless(str(said))
            if isinstance(state, Offline) and "internal error" in state.reason:
                self._find(state.reason)

    async def _play(self, link: Link) -> None:
        requests = [link.probe(), link.say("hello"), link.go_to("den")]
        chosen = self._rng.randrange(4)
        for number, request in enumerate(requests):
            if number != chosen:
                request.close()
        try:
            link.step(self._rng.choice([*Direction]))
            if chosen < 3:
                await requests[chosen]
        except GridError as error:
            self._harmless(str(error))
        deadline_s = time.monotonic() + PATIENCE_S
        while isinstance(link.state, Live) and time.monotonic() < deadline_s:  # noqa: ASYNC110
            await asyncio.sleep(0.005)

    def _harmless(self, text: str) -> None:
        if odd := odd_characters(text):
            self._find(f"says {odd!r} in {text!r}")
        if len(text) > 1000:
            self._find(f"says {len(text)} characters")

    def _unhandled(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self._find(f"unhandled: {context.get('message')}: {context.get('exception')!r}")

    def _find(self, text: str) -> None:
        self.report.findings.append(f"{self._what}: {text}")


def shorten_patience(set_to: Any) -> None:
    """Have clients wait less for a silent server.

    Args:
        set_to: pytest's `monkeypatch.setattr`, or the built-in `setattr`.
    """
    set_to(dial, "OPEN_S", PATIENCE_S)
    set_to(session, "JOIN_S", PATIENCE_S)
    set_to(guest, "ENTER_S", PATIENCE_S)
