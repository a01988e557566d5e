"""A terminal that nobody reads for a while: the game goes on, and then the present is shown.

Not here: how fast frames come (`test_pace`).
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import HURRIED, running_server

from .terminal import ROOT, Terminal

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")

MOST = 256 * 2**10
"""What may wait in the terminal and before it; some seconds of frames are more."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running_server("--grid", "70x18", *HURRIED) as server:
        yield server.url


def test_unread_for_seconds_and_then_as_it_is_now(url: str) -> None:
    gridcli = [sys.executable, "-m", "gridcli"]
    terminal = Terminal([*gridcli, "play", "--server", url, "--name", "ada"])
    try:
        terminal.wait_until(
            lambda: "live" in terminal.text() and terminal.own_glyph() is not None, "the board"
        )
        before = terminal.own_glyph()
        # Nobody reads the terminal while forty bots play, each ten steps a second.
        subprocess.run(
            [
                *gridcli,
                "bots",
                "--server",
                url,
                "--count",
                "40",
                "--rate",
                "10",
                "--duration",
                "4s",
            ],
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
        read = len(terminal.written)
        terminal.type(b"\x1b[D" if before and before[1] > 40 else b"\x1b[C")
        terminal.wait_until(
            lambda: "1 online" in terminal.text() and terminal.own_glyph() not in (None, before),
            "one's own step, with the bots gone",
        )
        assert len(terminal.written) - read < MOST
        assert "reconnecting" not in terminal.text()
        assert not terminal.ended()
    finally:
        terminal.end()
