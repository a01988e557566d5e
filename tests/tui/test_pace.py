"""How often frames come, on terminals that are fast, slow, far away and silent: in virtual time.

Not here: a real terminal that nobody reads (`test_pty_slow`).
"""

from collections import deque
from dataclasses import dataclass, field

import pytest

from gridcli.tui.pace import LOST_S, MOST_LOST, SLACK_S, Pace

FPS = 30
FRAME = 4000
"""What changes in one frame."""
WHOLE = 5 * FRAME
"""What can change at most."""


@dataclass
class Line:
    """A terminal behind a line: so many bytes a second, so far away. It reads in order."""

    rate: float = float("inf")
    away_s: float = 0.0
    answers: bool = True
    free_s: float = 0.0
    signs: deque[float] = field(default_factory=deque)
    """When the answers to what was asked arrive here."""
    shown: list[tuple[float, float]] = field(default_factory=list)
    """Of each frame, when it was drawn and when it was on the screen."""
    asks: int = 0

    def write(self, now_s: float, size: float) -> float:
        self.free_s = max(self.free_s, now_s) + size / self.rate
        return self.free_s + self.away_s / 2

    def ask(self, now_s: float) -> None:
        self.asks += 1
        if self.answers:
            self.signs.append(self.write(now_s, 4) + self.away_s / 2)


def play(line: Line, seconds: float, *, step_s: float = 0.001) -> Pace:
    """Draw a screen on which everything moves, for so long: the rarer, the larger the frames."""
    pace, look_s, drawn_s = Pace(FPS), 0.0, 0.0
    for tick in range(round(seconds / step_s)):
        now_s = tick * step_s
        while line.signs and line.signs[0] <= now_s:
            line.signs.popleft()
            pace.answered(now_s)
            look_s = now_s
        if now_s < look_s:
            continue
        wait_s = pace.wait_s(now_s)
        if wait_s > 0:
            look_s = now_s + wait_s
            continue
        # Much of what happens between two frames happens on the same cells.
        size = min(FRAME * ((now_s - drawn_s) * FPS) ** 0.6, WHOLE)
        drawn_s = now_s
        line.shown.append((now_s, line.write(now_s, size)))
        pace.drawn(now_s)
        if pace.asks:
            line.ask(now_s)
            pace.asked(now_s)
    return pace


def rate(line: Line, seconds: float) -> float:
    return len(line.shown) / seconds


def oldest_s(line: Line, since_s: float = 3.0) -> float:
    """The longest time from drawing a frame until it was seen, once the pace was found."""
    return max(seen_s - drawn_s for drawn_s, seen_s in line.shown if drawn_s >= since_s)


@pytest.mark.parametrize("away_s", [0.0, 0.03, 0.3])
def test_a_terminal_that_keeps_up_gets_every_frame(away_s: float) -> None:
    line = Line(rate=10e6, away_s=away_s)
    play(line, 10)
    assert rate(line, 10) == pytest.approx(FPS, rel=0.05)


@pytest.mark.parametrize(
    ("bytes_a_second", "away_s", "least"),
    [(200e3, 0.0, 29), (100e3, 0.0, 12), (100e3, 0.2, 12), (60e3, 0.0, 3), (20e3, 0.0, 0.7)],
)
def test_a_slow_line_gets_fewer_frames_and_none_that_is_old(
    bytes_a_second: float, away_s: float, least: float
) -> None:
    line = Line(rate=bytes_a_second, away_s=away_s)
    play(line, 20)
    assert rate(line, 20) >= least
    whole_s = WHOLE / bytes_a_second  # that's how long one frame takes if it has all of the screen
    assert oldest_s(line) <= 2 * whole_s + SLACK_S + away_s


def test_what_would_pile_up_without_signs_is_what_the_pace_is_for() -> None:
    silent = Line(rate=60e3, answers=False)
    play(silent, 20)
    assert rate(silent, 20) == pytest.approx(FPS, rel=0.1)
    assert oldest_s(silent) > 5


def test_a_line_that_gets_slow_and_fast_again() -> None:
    line = Line(rate=10e6)
    play(line, 5)
    drawn = len(line.shown)
    assert drawn == pytest.approx(5 * FPS, rel=0.03)
    pace = Pace(FPS)
    pace.asked(0.0)
    pace.answered(0.005)
    pace.drawn(1.0)
    pace.asked(1.0)
    assert pace.wait_s(1.0 + SLACK_S) == 0
    assert pace.wait_s(1.0 + 2 * SLACK_S) > 0, "overdue"
    assert pace.wait_s(1.0 + 2 * SLACK_S, urgent=True) > 0, "also for who is in a hurry"
    pace.answered(1.5)
    assert pace.wait_s(1.5) == 0


def test_a_lost_sign_holds_nothing_for_long_and_a_silent_terminal_is_not_asked_for_ever() -> None:
    pace = Pace(FPS)
    pace.asked(0.0)
    pace.answered(0.01)
    now_s, asked = 1.0, 0
    while pace.asks:
        pace.asked(now_s)
        asked += 1
        assert pace.wait_s(now_s + LOST_S / 2) > 0
        now_s += LOST_S * 2**asked
        assert pace.wait_s(now_s) == 0
    assert asked == MOST_LOST
    assert not pace.waits
    silent = Line(answers=False)
    play(silent, 60, step_s=0.01)
    assert silent.asks == MOST_LOST


def test_a_step_of_ones_own_need_not_wait_for_its_turn() -> None:
    pace = Pace(FPS)
    assert pace.wait_s(5.0) == 0
    pace.drawn(5.0)
    assert pace.wait_s(5.001) == pytest.approx(1 / FPS - 0.001)
    assert pace.wait_s(5.001, urgent=True) == 0
    assert pace.wait_s(5.001, urgent=True, queued=True) > 0
    assert pace.wait_s(6.0, queued=True) > 0
    assert pace.wait_s(6.0) == 0


def test_frames_that_are_a_little_late_are_as_many() -> None:
    pace, now_s, drawn = Pace(FPS), 0.0, 0
    while now_s < 10:
        wait_s = pace.wait_s(now_s)
        if wait_s:
            now_s += wait_s + 0.004  # the loop was busy
        else:
            pace.drawn(now_s)
            drawn += 1
    assert drawn == pytest.approx(10 * FPS, abs=2)
