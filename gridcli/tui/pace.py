"""When the next frame may be drawn: as often as the screen should, and the terminal can.

A terminal on a slow line takes a frame in longer than the next one takes to be made. What waits
between us and it is already old when it is shown, so no more than about two frames may: after a
frame the terminal is asked for a sign, and while that is overdue nothing is drawn. What is drawn
then is the latest state. Pure: time comes in. Not here: drawing (`gridcli.tui.frames`), how a
terminal is asked (`gridcli.tui.innards`).
"""

import math
from collections import deque

SLACK_S = 0.06
"""A sign may take so much longer than it should before nothing is drawn until it comes."""
FIRST_S = 0.5
"""The very first sign is waited for so long."""
LOST_S = 2.0
"""A sign that takes longer is taken for lost; the next one is given twice as long."""
MOST_LOST = 3
"""A terminal that lost so many, one after the other, is not asked any more."""
MOST_ASKED = 64
"""So many signs may be under way."""
MOST_S = 2.0
"""However slow the line, there is a frame so often."""
_HEADROOM = 1.1
"""Frames are so much further apart than the line needs for one, so that none of them waits."""
_FASTER = 0.1
"""How much of a shorter time is believed at once; a longer one all of it, when it comes twice."""
LOOK_S = 0.01
"""How soon to look again whether what was written has gone."""


class Pace:
    """The pace of one terminal. All times are seconds of one clock.

    Args:
        frames_per_second: how many frames there are where the terminal keeps up.
    """

    def __init__(self, frames_per_second: float) -> None:
        self._least_s = self._interval_s = 1 / frames_per_second
        self._answered_s = -math.inf
        self._took_s = 0.0
        """How long the line was busy with the last frame."""
        self._due_s = -math.inf
        self._asked_s: deque[float] = deque()
        """When the signs were asked for that are still to come; they come in this order."""
        self._fastest_s: float | None = None
        self._lost = 0

    @property
    def asks(self) -> bool:
        """Whether the terminal should be asked for a sign after the next frame."""
        if self._fastest_s is None:  # it may never answer
            return self._lost < MOST_LOST and not self._asked_s
        return self._lost < MOST_LOST and len(self._asked_s) < MOST_ASKED

    @property
    def waits(self) -> bool:
        """Whether a sign is still to come."""
        return bool(self._asked_s)

    def wait_s(self, now_s: float, *, queued: bool = False, urgent: bool = False) -> float:
        """How long to wait with the next frame; 0 for not at all. Ask again then.

        Args:
            now_s: the time.
            queued: earlier frames have not all been written yet.
            urgent: it need not wait for its turn, only for the terminal: somebody pressed a key.
        """
        if self._asked_s and now_s - self._asked_s[0] > LOST_S * 2**self._lost:
            self._asked_s.clear()
            self._lost += 1
        if queued or self._overdue(now_s):
            return LOOK_S
        return 0.0 if urgent else max(self._due_s - now_s, 0.0)

    def drawn(self, now_s: float) -> None:
        """A frame was drawn."""
        # From when it was due, or frames that are each a little late add up to fewer of them.
        due_s = self._due_s + self._interval_s
        self._due_s = due_s if due_s > now_s else now_s + self._interval_s

    def asked(self, now_s: float) -> None:
        """The terminal was asked for a sign."""
        self._asked_s.append(now_s)

    def answered(self, now_s: float) -> None:
        """A sign came: all that was written before it was asked for has been read."""
        if not self._asked_s:
            return
        asked_s, self._lost = self._asked_s.popleft(), 0
        round_s = now_s - asked_s
        self._fastest_s = round_s if self._fastest_s is None else min(self._fastest_s, round_s)
        # The line began with this frame when it got there, or when the one before was over.
        took_s = now_s - max(asked_s + self._fastest_s, self._answered_s)
        self._answered_s = now_s
        # One that is late by itself may be the work of this very process: it takes two.
        slow_s, self._took_s = min(took_s, self._took_s) * _HEADROOM, took_s
        if slow_s < self._interval_s:
            slow_s = self._interval_s + (slow_s - self._interval_s) * _FASTER
        self._interval_s = min(max(slow_s, self._least_s), MOST_S)

    def _overdue(self, now_s: float) -> bool:
        if not self._asked_s:
            return False
        waited_s = now_s - self._asked_s[0]
        if self._fastest_s is None:  # nobody knows yet whether there will be any sign
            return self._lost == 0 and SLACK_S < waited_s < FIRST_S
        # From the fastest frame's time, and what the line needs for one as they are now.
        return waited_s > self._fastest_s + self._interval_s - self._least_s + SLACK_S
