"""What a swarm counts beside the ledger. Not here: who saw what (`gridcli.core.ledger`)."""

from collections import Counter

from gridcli.core.run.timeline import Timeline


class Tally:
    """Totals of a run; what belongs to a step goes to the timeline's as well.

    Attributes:
        failures: why bots could not play: a reason, and how many.
        live: how many are connected now.
        updates: updates taken in: what the swarm's process had to receive.
    """

    def __init__(self, timeline: Timeline) -> None:
        self.failures: Counter[str] = Counter()
        self.connected = 0
        self.live = 0
        self.dropped = 0
        self.sent = 0
        self.missed = 0
        self.updates = 0
        self._timeline = timeline

    def came(self, seconds: float) -> None:
        """A bot has come in, so long after it began to connect."""
        self.connected += 1
        self._timeline.step.connect.add([seconds])

    def fail(self, reason: str) -> None:
        """A bot can't play, or can't go on."""
        self.failures[reason] += 1
        failed = self._timeline.step.failed
        failed[reason] = failed.get(reason, 0) + 1

    def drop(self) -> None:
        """A connection was lost."""
        self.dropped += 1
        self._timeline.step.dropped += 1

    def move(self, late_s: float) -> None:
        """A move was sent; so much of its lateness is the swarm's own."""
        self.sent += 1
        self._timeline.sent_late(late_s)

    def miss(self, moves: int) -> None:
        """Moves fell due while their bot was not connected."""
        self.missed += moves
        self._timeline.step.missed += moves
