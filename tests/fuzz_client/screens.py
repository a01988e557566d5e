"""`gridcli play` in a real terminal, against a server that means harm, and what it wrote there.

Not here: the server (`evil_server`), how a terminal's bytes are cut (`escapes`).
"""

import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fuzz_client.escapes import sequences
from fuzz_client.hostile import MARK
from servers import ROOT, Server
from tui.terminal import Terminal

PLAY = [sys.executable, "-m", "gridcli", "play", "--server"]
_RESTORED = ("CSI ?1049l", "CSI ?25h", "CSI ?2004l", "CSI ?1000l")
"""What leaves a terminal as it was: the screen, the cursor, pasting, the mouse."""


@contextmanager
def evil_process(number: int, acts: str, *, packets_each: int = 100) -> Iterator[Server]:
    """The server as a process of its own; `sent` says how much it has sent."""
    command = [sys.executable, "-m", "fuzz_client.evil_server", "--seed", str(number)]
    command += ["--acts", acts, "--packets-each", str(packets_each)]
    path = os.pathsep.join([str(ROOT / "tests"), str(ROOT)])
    server = Server(command, {"PYTHONPATH": path})
    try:
        yield server
    finally:
        server.stop()
    said = "\n".join(server.output)
    assert "Traceback" not in said, said


def sent(server: Server) -> int:
    """How many packets it has sent."""
    return int(server.output[-1].split()[0]) if " " in server.output[-1] else 0


@contextmanager
def playing(url: str, *options: str, columns: int = 120, lines: int = 40) -> Iterator[Terminal]:
    """The game on a terminal; quits it at the end, and looks at all that was written."""
    terminal = Terminal([*PLAY, url, *options], columns=columns, lines=lines)
    try:
        yield terminal
        terminal.type(b"q")
        terminal.wait_until(terminal.ended, "the end of the game")
        assert terminal.status == 0, terminal.text()
        kinds = {sequence.kind for sequence in sequences(bytes(terminal.written))}
        assert kinds.issuperset(_RESTORED), "the terminal is not as it was"
    finally:
        terminal.end()
    assert b"Traceback" not in terminal.written, terminal.text()


def helped(terminal: Terminal) -> bool:
    """Whether the help is shown."""
    return "go to another room" in terminal.text()


def await_packets(terminal: Terminal, server: Server, more: int, limit_s: float = 1e9) -> None:
    """Wait until the server has sent so many more; join again whenever it has put us out."""
    base, until_s = sent(server), time.monotonic() + limit_s

    def enough() -> bool:
        if "Enter rejoins" in terminal.text():
            terminal.type(b"\r")
        return sent(server) >= base + more or time.monotonic() > until_s

    terminal.wait_until(enough, f"{more} packets")


def answers_keys(terminal: Terminal) -> None:
    """A key opens the help, and another one closes it, whatever comes meanwhile."""
    terminal.type(b"?")
    terminal.wait_until(lambda: helped(terminal), "the help")
    terminal.type(b"\x1b")
    terminal.wait_until(lambda: not helped(terminal), "the end of the help")


def rss_mib(pid: int) -> float:
    """The memory that a process has now, in MiB."""
    found = re.search(r"VmRSS:\s*(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


def kinds_of(written: bytes) -> set[str]:
    """The kinds of what was written beside characters."""
    return {sequence.kind for sequence in sequences(written)}


def smuggled(written: bytes, tame: set[str]) -> list[str]:
    """What in a terminal's bytes is none of a screen's own.

    Args:
        written: all that came to the terminal.
        tame: the kinds that the screen writes with a server that means no harm.
    """
    odd = []
    for kind, text in sequences(written):
        if kind not in tame or MARK in text:
            odd.append(f"{kind}: {text!r}")
    return odd
