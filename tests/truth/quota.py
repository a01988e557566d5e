"""A part of one core and no more: holds a process back as a container's limit does.

Time is cut into periods; in each the process runs until it has used its part, and then stands
still until the next. Not here: what is held back (`test_honesty`).
"""

import os
import signal
import threading
import time
from pathlib import Path

PERIOD_S = 0.1
_LOOK_S = 0.004


class Quota:
    """Holds a process of ours to a part of a core, while in the `with`.

    Args:
        pid: the process.
        part: of one core.
    """

    def __init__(self, pid: int, part: float) -> None:
        self._pid = pid
        self._part = part
        self._over = threading.Event()
        self._holding = threading.Thread(target=self._hold, daemon=True)
        self._all_s = self._stopped_s = 0.0

    def __enter__(self) -> "Quota":
        self._holding.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._holding.join()

    @property
    def stopped(self) -> float:
        """For which part of the time it was held back."""
        return self._stopped_s / self._all_s if self._all_s else 0.0

    def _hold(self) -> None:
        try:
            while not self._over.is_set():
                begun_s = time.monotonic()
                until_s = begun_s + PERIOD_S
                used_s = self._used_s()
                while (left_s := until_s - time.monotonic()) > 0:
                    if self._used_s() - used_s >= self._part * PERIOD_S:
                        os.kill(self._pid, signal.SIGSTOP)
                        stopped_s = time.monotonic()
                        time.sleep(left_s)
                        os.kill(self._pid, signal.SIGCONT)
                        self._stopped_s += time.monotonic() - stopped_s
                        break
                    time.sleep(min(_LOOK_S, left_s))
                self._all_s += time.monotonic() - begun_s
        except (FileNotFoundError, ProcessLookupError):
            pass  # it has ended

    def _used_s(self) -> float:
        tasks = Path(f"/proc/{self._pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
