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
        self.used_s = 0.0
        """Processor time in all."""
        self._periods = self._stopped = 0

    def __enter__(self) -> "Quota":
        self._holding.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._holding.join()

    @property
    def stopped(self) -> float:
        """In which part of the periods it was held back."""
        return self._stopped / max(self._periods, 1)

    def _hold(self) -> None:
        try:
            began_s = self._used_s()
            while not self._over.is_set():
                until_s = time.monotonic() + PERIOD_S
                self._periods += 1
                used_s = self._used_s()
                while (left_s := until_s - time.monotonic()) > 0:
                    if self._used_s() - used_s >= self._part * PERIOD_S:
                        os.kill(self._pid, signal.SIGSTOP)
                        self._stopped += 1
                        time.sleep(left_s)
                        os.kill(self._pid, signal.SIGCONT)
                        break
                    time.sleep(min(_LOOK_S, left_s))
                self.used_s = self._used_s() - began_s
        except (FileNotFoundError, ProcessLookupError):
            pass  # it has ended

    def _used_s(self) -> float:
        tasks = Path(f"/proc/{self._pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
