"""How long to wait before connecting again: exponential, with full jitter.

Full jitter spreads a crowd that was thrown off at once over the whole interval, where a wait of a
fixed length plus a little noise would bring it back in waves.
"""

from random import Random

FIRST_S = 0.5
LONGEST_S = 8.0


class Backoff:
    """The waits of one series of attempts.

    Args:
        rng: where the jitter comes from.
    """

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._ceiling_s = FIRST_S

    def next_s(self) -> float:
        """The next wait, between nothing and a ceiling that doubles each time."""
        wait_s = self._rng.uniform(0, self._ceiling_s)
        self._ceiling_s = min(2 * self._ceiling_s, LONGEST_S)
        return wait_s
