"""Which step and which second a move belongs to, with clocks that the test moves."""

import pytest
from ledger_pair import pair_of, tick

from gridcli.core.ledger import Ledger, Move
from gridcli.core.protocol.names import TICKS
from gridcli.core.run.limits import Limits
from gridcli.core.run.timeline import Timeline


class Play:
    """Two players and their timeline; each move is seen by both after `lag_s`."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.timeline = Timeline(self.ledger, 100.0, Limits(lag_ms=50, debt_ms=50, cpu=0.9))
        self.ann, self.ben = pair_of(TICKS, self.ledger)
        self.seq = 0

    def move(self, intended_s: float, lag_s: float = 0.01, *, lost: bool = False) -> Move:
        self.seq += 1
        move = self.ledger.sent(self.ann, self.seq, intended_s, intended_s)
        update = tick(self.seq, ann=self.seq)
        self.ledger.saw(self.ann, update, intended_s + lag_s)
        if not lost:
            self.ledger.saw(self.ben, update, intended_s + lag_s)
        return move

    def sweep(self, now_s: float) -> None:
        self.timeline.add(self.ledger.sweep(now_s))


def test_a_move_belongs_to_the_step_and_second_that_it_was_meant_for() -> None:
    play = Play()
    timeline = play.timeline
    timeline.prepare(2)
    play.move(101.0)  # the ramp
    timeline.begin(110.0, 0.0)
    for intended_s in (110.0, 110.9, 111.0, 112.5):
        play.move(intended_s)
    timeline.end(113.0, 0.0)
    play.move(113.0)  # too late
    play.sweep(114.0)
    timeline.settle()
    timeline.prepare(2)
    timeline.begin(120.0, 0.0)
    play.move(120.5, lag_s=4.0)
    timeline.end(121.0, 0.0)
    play.sweep(130.0)
    timeline.settle()
    first, second = timeline.steps
    assert (first.start_s, first.duration_s, second.start_s) == (10.0, 3.0, 20.0)
    assert [each.moves for each in first.seconds] == [2, 1, 1]
    assert [each.owed for each in first.seconds] == [4, 2, 2]
    assert (first.counts.moves, first.counts.seen, len(first.seen.every)) == (4, 8, 8)
    assert [each.moves for each in second.seconds] == [1]
    assert second.seen.every.max_ms == pytest.approx(4000, rel=2e-3)
    for step in timeline.steps:
        assert sum(len(each.every) for each in step.seconds) == len(step.seen.every)


def test_a_move_closed_in_the_next_step_still_belongs_to_its_own() -> None:
    play = Play()
    timeline = play.timeline
    timeline.prepare(2)
    timeline.begin(110.0, 0.0)
    move = play.move(110.5, lost=True)
    timeline.end(111.0, 0.0)
    timeline.prepare(2)
    timeline.begin(112.0, 0.0)
    play.sweep(113.0)
    assert not move.closed
    play.sweep(120.0)
    assert [step.counts.lost for step in timeline.steps] == [1, 0]
    assert timeline.steps[0].seconds[0].lost == 1


def test_what_is_late_belongs_to_the_step_in_which_it_comes() -> None:
    play = Play()
    timeline = play.timeline
    timeline.prepare(2)
    timeline.begin(110.0, 0.0)
    play.move(110.5, lost=True)
    play.sweep(116.0)
    timeline.end(117.0, 0.0)
    timeline.settle()
    timeline.prepare(2)
    timeline.begin(118.0, 0.0)
    play.ledger.saw(play.ben, tick(1, ann=1), 118.5)
    timeline.end(119.0, 0.0)
    timeline.settle()
    assert [step.counts.late for step in timeline.steps] == [0, 1]
    assert [step.counts.lost for step in timeline.steps] == [1, 0]


@pytest.mark.parametrize(
    ("lag_s", "debt_s", "cpu_s", "said"),
    [
        (0.01, 0.01, 0.5, ""),
        (0.2, 0.01, 0.5, "the event loop lagged 200 ms"),
        (0.01, 0.3, 0.5, "moves left 300 ms late"),
        (0.01, 0.01, 0.95, "it used 95% of a core (limit 90%)"),
    ],
)
def test_past_a_limit_a_step_is_invalid_and_says_why(
    lag_s: float, debt_s: float, cpu_s: float, said: str
) -> None:
    timeline = Play().timeline
    timeline.prepare(2)
    timeline.late(9.0)  # the ramp's burst is not judged
    timeline.begin(110.0, 7.0)
    for _ in range(10):
        timeline.late(lag_s)
        timeline.sent_late(debt_s)
    timeline.add(())
    so_far = timeline.health_until(111.0, 7.0 + cpu_s)
    timeline.end(111.0, 7.0 + cpu_s)
    timeline.settle()
    assert timeline.step.invalid.startswith(said)
    assert timeline.step.invalid == so_far.complaint(timeline.limits)
    assert bool(timeline.step.invalid) == bool(said)


def test_every_second_has_its_players_also_where_a_sample_was_missed() -> None:
    timeline = Play().timeline
    timeline.prepare(2)
    timeline.begin(110.0, 0.0)
    for now_s, players in ((110.7, 2), (113.6, 4), (114.0, 4)):
        timeline.sample(now_s, now_s - 110, players)
    assert [second.players for second in timeline.step.seconds] == [2, 4, 4, 4]


def test_a_step_that_never_began_becomes_the_next_one() -> None:
    timeline = Play().timeline
    timeline.prepare(2)
    timeline.step.connect.add([0.1])
    timeline.prepare(5)
    timeline.begin(110.0, 0.0)
    timeline.end(111.0, 0.0)
    timeline.prepare(7)
    assert [step.players for step in timeline.steps] == [5, 7]
    assert len(timeline.steps[0].connect) == 1
