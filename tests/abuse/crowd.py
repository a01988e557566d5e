"""Honest bots beside attacks: what they lost, and how long they waited, by windows.

They are a process of their own, so that an attacker's work is not in their clock. Not here: how
they play (`crowd_process`), who attacks (`attacks`).
"""

import json
import subprocess
import sys
import threading
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Self

from servers import ROOT

from gridcli.core.run.file import from_plain
from gridcli.core.run.model import Step

PATIENCE_S = 60.0
_PROGRAM = Path(__file__).parent / "crowd_process.py"
_LOSSES = ("lost", "late", "doubled", "reordered", "ticks_lost", "ticks_doubled", "ticks_reordered")


class Crowd:
    """Use it as a context manager: all are in when it begins. They play in windows. Its calls
    block.

    Args:
        url: of the server.
        count: how many there are.
        rate: moves a second, of each.
    """

    def __init__(self, url: str, count: int = 100, rate: float = 2.0) -> None:
        self._command = [sys.executable, str(_PROGRAM), url, str(count), str(rate)]
        self._lines: SimpleQueue[str] = SimpleQueue()

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._hear("ready")
        return self

    def __exit__(self, *exc: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        self._process.stdout.close()

    def begin(self) -> None:
        """They play from now on."""
        self._say("begin")
        self._hear("begun")

    def end(self) -> Step:
        """They stop, and every move of theirs is seen or lost: the account of the window."""
        self._say("end")
        step = from_plain(Step, json.loads(self._hear()))
        assert isinstance(step, Step)
        return step

    def _say(self, word: str) -> None:
        assert self._process.stdin is not None
        print(word, file=self._process.stdin, flush=True)

    def _hear(self, word: str = "") -> str:
        try:
            line = self._lines.get(timeout=PATIENCE_S)
        except Empty:
            raise AssertionError(f"the crowd never says {word or 'anything'}") from None
        assert line if not word else line == word, f"the crowd says {line!r}"
        return line

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.strip())
        self._lines.put("")


def losses(step: Step) -> dict[str, object]:
    """Whatever honest players can lose, if they lost it; what should be empty."""
    counts = step.counts
    found = {name: getattr(counts, name) for name in _LOSSES}
    # Moves that fell due before a bot of a busy machine had begun to play are missed, not lost.
    found |= {"dropped": step.dropped, "failed": step.failed}
    found["unseen"] = counts.owed - counts.seen
    return {name: value for name, value in found.items() if value}
