"""Fills a run while it is measured: which step and which second each move belongs to.

Shared by the asyncio swarm and the gevent scenarios. Clocks come in as arguments: monotonic
seconds, and seconds of processor time. Not here: when steps begin (`bots.swarm`, `loadtest._run`).
"""

from collections.abc import Iterable
from dataclasses import fields

from ..ledger import Counts, Ledger, Move
from .health import Health
from .limits import Limits
from .model import Step
from .seen import count_seen

_OF_ARRIVAL = ("late", "doubled", "reordered", "ticks_lost", "ticks_doubled", "ticks_reordered")
"""What is counted when it comes; all else belongs to the step of its move."""
_KEPT_OPEN_S = 20.0
"""Seconds older than this are packed: hardly a move of theirs is still to be closed."""


class Timeline:
    """The steps of a run.

    Args:
        ledger: the account whose moves come in.
        origin_s: when the run began.
        limits: past which a step is invalid.
    """

    def __init__(self, ledger: Ledger, origin_s: float, limits: Limits) -> None:
        self.steps: list[Step] = []
        self.limits = limits
        self.measuring = False
        self.cpu = 0.0
        """Cores used in the last second."""
        self._ledger = ledger
        self._origin_s = origin_s
        self._began: list[float] = []
        self._counted = Counts()
        self._cpu_s = 0.0
        self._sampled = (origin_s, 0.0)
        self._lag_max_s = 0.0
        self._debts_s: list[float] = []

    @property
    def step(self) -> Step:
        """The step that is played, or prepared."""
        return self.steps[-1]

    @property
    def began_s(self) -> float:
        """When that step began; infinity where it has not."""
        return self._began[-1]

    def prepare(self, players: int) -> None:
        """From now on players come in, or go, for a step that begins later.

        One that was prepared and has not begun becomes this one, with what happened in it.
        """
        if self.steps and self._began[-1] == float("inf"):
            self.step.players = players
            return
        self.steps.append(Step(players, 0.0))
        self._began.append(float("inf"))

    def begin(self, now_s: float, cpu_s: float) -> None:
        """The step that was prepared begins."""
        self._count_arrivals()
        self.step.start_s = now_s - self._origin_s
        self._debts_s.clear()
        self._began[-1] = now_s
        self._cpu_s = cpu_s
        self._sampled = (now_s, cpu_s)
        self._lag_max_s = 0.0
        self.measuring = True

    def end(self, now_s: float, cpu_s: float) -> None:
        """Moves that are due from now on do not belong to the step."""
        self.add(())
        step = self.step
        step.duration_s = now_s - self._began[-1]
        if step.duration_s > 0:
            step.health.cpu = (cpu_s - self._cpu_s) / step.duration_s
        self.measuring = False

    def settle(self) -> None:
        """What was under way has come, or is lost: the last step is complete."""
        self._count_arrivals()
        step = self.step
        step.invalid = step.health.complaint(self.limits)
        for second in step.seconds:
            second.every.pack()
            second.from_send.pack()
        step.seen.pack()

    def health_until(self, now_s: float, cpu_s: float) -> Health:
        """How the generator has done so far in the step that is played."""
        so_far = self.step.health
        played_s = now_s - self._began[-1]
        used = (cpu_s - self._cpu_s) / played_s if played_s > 0 else 0.0
        return Health(so_far.lag, so_far.debt, used)

    def late(self, seconds: float) -> None:
        """The event loop came back so much later than asked."""
        self._lag_max_s = max(self._lag_max_s, seconds)
        if self.measuring:
            self.step.health.lag.add([seconds])

    def sample(self, now_s: float, cpu_s: float, players: int) -> None:
        """Once a second: how many are connected, and how the generator is."""
        if not self.measuring:
            return
        before_s, before_cpu_s = self._sampled
        if now_s - before_s < 0.5 and self.step.seconds and self.step.seconds[-1].players:
            return  # the end of a step just after a full second
        # The second that has just ended, also where this comes a little late.
        number = max(0, int(now_s - self._began[-1] - 0.5))
        second = self.step.second(number)
        for each in reversed(self.step.seconds[: number + 1]):
            if each.players:
                break
            each.players = players  # also of seconds that a busy generator took no sample in
        second.players = players
        second.lag_max_ms = max(second.lag_max_ms, self._lag_max_s * 1000)
        second.cpu = self.cpu = (cpu_s - before_cpu_s) / max(now_s - before_s, 1e-9)
        self._sampled = (now_s, cpu_s)
        self._lag_max_s = 0.0
        old = number - int(_KEPT_OPEN_S)
        if old >= 0:
            self.step.seconds[old].every.pack()
            self.step.seconds[old].from_send.pack()

    def sent_late(self, seconds: float) -> None:
        """A move left so much later than a generator without delays of its own had sent it.

        What a script was waiting for, perhaps the server, is no delay of the generator.
        """
        self._debts_s.append(seconds)

    def add(self, closed: Iterable[Move]) -> None:
        """Take in moves that the ledger has closed; those of no step are left out."""
        if self._debts_s:
            if self.measuring:
                self.step.health.debt.add(self._debts_s)
            self._debts_s.clear()
        groups: dict[tuple[int, int], list[Move]] = {}
        for move in closed:
            number = self._step_of(move.intended_s)
            if number is not None:
                at = int(move.intended_s - self._began[number])
                groups.setdefault((number, at), []).append(move)
        for (number, at), moves in groups.items():
            step = self.steps[number]
            second = step.second(at)
            counts = Counts()
            for move in moves:
                counts.close(move)
            step.counts.add(counts)
            second.moves += counts.moves
            second.owed += counts.owed
            second.seen += counts.seen
            second.lost += counts.lost
            counted = count_seen(moves)
            step.seen.take(counted)
            for latency, name in ((second.every, "every"), (second.from_send, "from_send")):
                if name in counted:
                    latency.take(counted[name])

    def _step_of(self, moment_s: float) -> int | None:
        for number in range(len(self.steps) - 1, -1, -1):
            if moment_s >= self._began[number]:
                step = self.steps[number]
                over = number < len(self.steps) - 1 or not self.measuring
                if over and moment_s >= self._began[number] + step.duration_s:
                    return None
                return number
        return None

    def _count_arrivals(self) -> None:
        """What was counted since the last step belongs to the one that is played."""
        counts = self._ledger.counts
        if self.steps and self._began[-1] < float("inf"):
            of_step = self.step.counts
            for name in _OF_ARRIVAL:
                more = getattr(counts, name) - getattr(self._counted, name)
                setattr(of_step, name, getattr(of_step, name) + more)
        self._counted = Counts(**{each.name: getattr(counts, each.name) for each in fields(counts)})
