"""Where one is in a recording, and how it goes on: playing or paused, at a speed, with seeks.

Pure arithmetic over a clock that is given. Not here: what there is to see at a position
(`gridcli.core.playback`).
"""

from collections.abc import Callable

SLOWEST, FASTEST = 1 / 8, 16.0


class Deck:
    """A position that moves with a clock. It stops at the end, and is paused from then on.

    Args:
        clock: monotonic seconds.
        length_s: how long the recording is.
        speed: how many times as fast as recorded; held to `SLOWEST` and `FASTEST`.
    """

    def __init__(
        self, clock: Callable[[], float], length_s: float = 0.0, speed: float = 1.0
    ) -> None:
        self._clock = clock
        self._length_s = max(length_s, 0.0)
        self._speed = _held(speed)
        self._playing = True
        self._from_s = 0.0
        self._since_s = clock()

    @property
    def position_s(self) -> float:
        """Seconds from the recording's start."""
        if not self._playing:
            return self._from_s
        passed_s = max(self._clock() - self._since_s, 0.0)
        return min(self._from_s + passed_s * self._speed, self._length_s)

    @property
    def at_end(self) -> bool:
        """Whether there is nothing after the position."""
        return self.position_s >= self._length_s

    @property
    def playing(self) -> bool:
        """Whether the position moves."""
        return self._playing and not self.at_end

    @property
    def speed(self) -> float:
        """How many times as fast as recorded."""
        return self._speed

    @property
    def length_s(self) -> float:
        """How long the recording is, in seconds."""
        return self._length_s

    @length_s.setter
    def length_s(self, length_s: float) -> None:
        self._settle()
        self._length_s = max(length_s, 0.0)
        self._from_s = min(self._from_s, self._length_s)

    def toggle(self) -> None:
        """Pause, or go on; at the end, begin again."""
        self._settle()
        if self.at_end:
            self._from_s = 0.0
        self._playing = not self._playing

    def pause(self) -> None:
        """Stay where it is."""
        self._settle()
        self._playing = False

    def seek(self, position_s: float) -> None:
        """Go elsewhere, as far as the recording goes, and play on there if it played."""
        self._settle()
        self._from_s = min(max(position_s, 0.0), self._length_s)

    def skip(self, seconds: float) -> None:
        """Go on, or back, by so much of the recording."""
        self.seek(self.position_s + seconds)

    def pace(self, factor: float) -> None:
        """Play so many times as fast as until now."""
        self._settle()
        self._speed = _held(self._speed * factor)

    def _settle(self) -> None:
        """From now on count from here."""
        self._from_s, self._playing = self.position_s, self.playing
        self._since_s = self._clock()


def _held(speed: float) -> float:
    return min(max(speed, SLOWEST), FASTEST)
