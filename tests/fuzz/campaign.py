"""One attack on one server: warm up, throw, and account for everything that may go wrong.

Not here: the command line (`fuzz.run`), one session alone (`fuzz.symptoms`).
"""

import asyncio
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress

from fuzz.outcome import Outcome
from fuzz.sessions import Session, session
from fuzz.symptoms import GHOST
from fuzz.target import attacked_server, collect_garbage
from fuzz.thrower import Thrower
from fuzz.watch import DRIFT_BYTES, GHOST_S, Ghosts, Honest, Log, Process, health, newcomer_plays
from servers import Server
from waiting import until

COMMON = ("--log-format", "json", "--ping-interval", "2", "--ping-timeout", "3")
"""Silent polling sessions end within five seconds, so that an attack can be accounted for."""
PATIENCE_S = 20.0
_SILENT_S = 5.0
_ROUND = 20_000
"""Cases between two counts of who is left, and two collections."""
_WARM = 20_000
"""Cases that fill a server's tables and caches, if there are twice as many in all."""
_RECENT = 64
"""So many sessions that have ended are suspected of what is found, besides those that have not."""
_MOST = 12
"""Findings of different kinds after which the attack ends early."""
_PROGRESS_S = 5.0


class Campaign:
    """An attack on a server of its own.

    Args:
        name: what the figures are called.
        options: of `gridcli serve`, besides `COMMON`.
        seed: of the sessions.
        cases: how many to throw in all.
        first: the number of the first session.
        progress: whether to say how far it is.
        collects: whether the server is to collect its garbage after each round. If not, its heap
            grows for the first hundred thousand cases and then no more.
    """

    def __init__(
        self,
        name: str,
        options: Sequence[str],
        *,
        seed: int,
        cases: int,
        first: int = 0,
        progress: bool = False,
        collects: bool = True,
    ) -> None:
        self.outcome = Outcome(name)
        self.options = (*COMMON, *options)
        self._seed = seed
        self._cases = cases
        self._numbers = iter(range(first, sys.maxsize))
        self._progress = progress
        self._collects = collects
        self._handed_out = 0
        self._recent: deque[int] = deque(maxlen=_RECENT)
        self._server: Server
        self._thrower: Thrower
        self._log: Log
        self._ghosts: Ghosts
        self._process: Process

    async def run(self) -> Outcome:
        """Attack, and account."""
        outcome = self.outcome
        with attacked_server(*self.options) as server:
            self._server, self._log, self._process = server, Log(server), Process(server.pid)
            self._thrower = Thrower(int(server.url.rpartition(":")[2]))
            honest = [Honest(server.url, protocol) for protocol in (2, 1)]
            self._ghosts = Ghosts(honest[0].link)
            accounts = self._thrower.accounts
            accounts.left, accounts.entered = self._ghosts.left, self._ghosts.entered
            try:
                playing = [asyncio.create_task(one.play()) for one in honest]
                await self._count_out(2, more=True)
                outcome.rss_idle, files = self._process.rss_bytes, self._process.files
                watching = asyncio.create_task(self._watch())
                began_s = time.monotonic()
                await self._attack(max(self._cases // 4, min(self._cases // 2, _WARM)))
                outcome.rss_warm = await self._process.settled_rss_bytes()
                await self._attack(self._cases)
                outcome.seconds = time.monotonic() - began_s
                outcome.rss_after = await self._process.settled_rss_bytes()
                outcome.files = (files, self._process.files)
                for task in (watching, *playing):
                    task.cancel()
                    with suppress(asyncio.CancelledError):
                        await task
                await self._judge(honest)
            finally:
                for one in honest:
                    await one.link.close()
        return outcome

    async def _attack(self, cases: int) -> None:
        """Throw up to so many cases in all; players are counted after each round."""
        while self._handed_out < cases and self._goes_on():
            await self._thrower.throw(self._sessions(min(self._handed_out + _ROUND, cases)))
            self._account()
            await self._count_out(2)
            if self._collects and self._server.process.poll() is None:
                collect_garbage(self._server.pid)

    def _sessions(self, cases: int) -> Iterator[tuple[int, Session]]:
        while self._handed_out < cases and self._goes_on():
            number = next(self._numbers)
            thrown = session(self._seed, number)
            self._handed_out += len(thrown.steps)
            self._recent.append(number)
            yield number, thrown

    def _goes_on(self) -> bool:
        return len(self.outcome.findings) < _MOST and self._server.process.poll() is None

    async def _count_out(self, honest: int, more: bool = False) -> None:
        """Wait until only honest players are counted; silent polling sessions take longer."""
        began_s = time.monotonic()
        silent = self._thrower.accounts.silent
        while True:
            age_s = time.monotonic() - began_s
            players = (await health(self._server.url))["players"]
            here = sum(began_s - at_s < _SILENT_S for at_s in silent)
            if players == honest:
                break
            if not more and players > honest + here:
                self.outcome.worst_count_s = max(self.outcome.worst_count_s, age_s)
                if age_s > GHOST_S:
                    text = (
                        f"{players - honest} players left {age_s:.1f} s after the last connection"
                    )
                    self.outcome.found(GHOST, text, list(self._recent))
            if age_s > PATIENCE_S:
                self.outcome.found(
                    "ghosts for ever", f"{players - honest} players", list(self._recent)
                )
                break
            await asyncio.sleep(0.02)
        silent.clear()

    async def _watch(self) -> None:
        outcome, said_s = self.outcome, time.monotonic()
        began_s = said_s
        while True:
            await asyncio.sleep(0.02)
            self._ghosts.look()
            self._read_log()
            outcome.rss_most = max(outcome.rss_most, self._process.rss_bytes)
            if self._progress and time.monotonic() - said_s > _PROGRESS_S:
                said_s = time.monotonic()
                cases = self._thrower.accounts.cases
                print(
                    f"  {outcome.name}: {cases:,} of {self._cases:,} cases, "
                    f"{cases / (said_s - began_s):,.0f}/s, {len(outcome.findings)} findings",
                    flush=True,
                )

    def _read_log(self) -> None:
        for failure in self._log.failures():
            suspects = sorted({*self._recent, *self._thrower.accounts.active})
            self.outcome.found(failure.signature, failure.text, suspects)

    def _account(self) -> None:
        accounts, outcome = self._thrower.accounts, self.outcome
        outcome.cases, outcome.sessions = accounts.cases, accounts.sessions
        outcome.kinds = dict(accounts.kinds)
        outcome.acknowledged, outcome.players = accounts.acks, accounts.players
        outcome.log_lines = self._log.lines
        outcome.worst_ghost_s, outcome.looked_at = self._ghosts.worst_s, self._ghosts.seen
        if accounts.stuck:
            outcome.found(
                "a session without end", f"{len(accounts.stuck)} sessions", accounts.stuck
            )
        if self._ghosts.found:
            numbers = [number for _, number in self._ghosts.found]
            outcome.found(GHOST, f"players stay: {self._ghosts.found[:5]}", numbers)

    async def _judge(self, honest: Sequence[Honest]) -> None:
        outcome = self.outcome
        with suppress(AssertionError):
            await until(lambda: all(one.seen == one.sent for one in honest), "steps", GHOST_S)
        for one in honest:
            outcome.steps += one.sent
            for text in one.faults():
                outcome.found(text[:40], text)
        self._read_log()
        self._account()
        if self._server.process.poll() is not None:
            outcome.found("the server's end", self._server.transcript()[-4000:])
            return
        if outcome.drift_bytes > DRIFT_BYTES:
            outcome.found(
                "memory", f"{outcome.drift_bytes / 2**20:.1f} MiB more than after the warm-up"
            )
        if outcome.files[1] > outcome.files[0]:
            outcome.found(
                "files", f"{outcome.files[0]} open at first, {outcome.files[1]} at the end"
            )
        try:
            await newcomer_plays(self._server.url)
        except Exception as error:  # whatever a newcomer meets is the finding
            outcome.found("a newcomer", repr(error))
