"""What the live tab shows: second by second, how many play and how long a move takes to be seen.

Every second of a test is kept, also those of a ramp, because latency against players is what a
ramp shows. Workers send what has come since their last report, and the page works out the
percentiles, so that showing costs the generator little. Not here: the run file's seconds
(`gridcli.core.run.timeline`), the tab (`loadtest._tab`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_SECONDS = 3600
"""Of a longer test only the last hour is shown."""


@dataclass(slots=True)
class Second:
    """One second of the test in one process, or in several together.

    Attributes:
        players: connected in it.
        counts: how many deliveries took so long from the intended send, by Locust's rounded ms.
    """

    players: int = 0
    lost: int = 0
    counts: dict[float, int] = field(default_factory=dict)

    def plain(self, number: int) -> list[Any]:
        """As a list: number, players, lost, and the counts as two lists."""
        counts = self.counts
        return [number, self.players, self.lost, list(counts), list(counts.values())]


class Live:
    """The seconds of a test, by number, and what has come since the last report of them.

    Args:
        test: tells one test from the next.
    """

    def __init__(self, test: str = "") -> None:
        self.test = test
        self._seconds: dict[int, Second] = {}
        self._news: dict[int, Second] = {}

    def add(self, number: int, counts: Mapping[float, int], lost: int) -> None:
        """Moves that were meant for this second have been seen, or lost."""
        for second in self._both(number):
            second.lost += lost
            for ms, times in counts.items():
                second.counts[ms] = second.counts.get(ms, 0) + times

    def connected(self, number: int, players: int) -> None:
        """So many players are connected in this second."""
        for second in self._both(number):
            second.players += players

    def news(self) -> list[list[Any]]:
        """What has come since the last call, as plain values."""
        news, self._news = self._news, {}
        return [second.plain(number) for number, second in news.items()]

    def take(self, news: Iterable[list[Any]]) -> None:
        """Take in another process's news."""
        for number, players, lost, times_ms, counts in news:
            self.connected(number, players)
            self.add(number, dict(zip(times_ms, counts, strict=True)), lost)
        self._news.clear()

    def since(self, first: int) -> list[list[Any]]:
        """The seconds from a number on, in order."""
        return [s.plain(number) for number, s in sorted(self._seconds.items()) if number >= first]

    def _both(self, number: int) -> tuple[Second, Second]:
        second = self._seconds.setdefault(number, Second())
        if len(self._seconds) > MOST_SECONDS:
            del self._seconds[min(self._seconds)]
        return second, self._news.setdefault(number, Second())
