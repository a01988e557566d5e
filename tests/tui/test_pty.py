"""The command that `make play` runs, in a real terminal, with a real server.

Not here: the same screens under Textual's pilot (`test_keys`, `test_snapshots`).
"""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from needs import missing, need_binary
from servers import Server

from .terminal import ROOT, Terminal, children, descendants, runs

PLAY = [sys.executable, "-m", "gridcli", "play", "--server", "new", "--port", "0"]
LEFT, RIGHT = b"\x1b[D", b"\x1b[C"

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    terminal = Terminal(PLAY)
    yield terminal
    terminal.end()


def playing(terminal: Terminal) -> tuple[str, int, int]:
    """Wait for the board; returns one's own symbol and where it is."""
    terminal.wait_until(
        lambda: "live" in terminal.text() and terminal.own_glyph() is not None,
        "the board with the own symbol",
    )
    found = terminal.own_glyph()
    assert found is not None
    return found


def test_arrow_moves_and_closing_the_terminal_ends_both_processes(terminal: Terminal) -> None:
    symbol, x, y = playing(terminal)
    terminal.wait_until(lambda: "1 online" in terminal.text(), "the count")
    (server,) = children(terminal.pid)

    key, towards = (RIGHT, 1) if x < 40 else (LEFT, -1)
    terminal.type(key)
    terminal.wait_until(lambda: terminal.own_glyph() not in (None, (symbol, x, y)), "a step")
    moved = terminal.own_glyph()
    assert moved is not None
    assert moved[0] == symbol
    assert moved[2] == y
    assert (moved[1] - x) * towards > 0

    terminal.hang_up()
    terminal.wait_until(terminal.ended, "the end of the game")
    terminal.wait_until(lambda: not runs(server), "the end of its server")


def test_make_play_and_closing_its_terminal() -> None:
    if not (ROOT / ".venv" / ".play").exists():
        missing("what `make play` sets up; run the tests with `make test`")
    terminal = Terminal([need_binary("make"), "play", "ARGS=--server new --port 0"])
    try:
        symbol, x, y = playing(terminal)
        key = RIGHT if x < 40 else LEFT
        terminal.type(key)
        terminal.wait_until(lambda: terminal.own_glyph() not in (None, (symbol, x, y)), "a step")
        started = descendants(terminal.pid)
        assert len(started) == 2, "the screen and its server"
        terminal.hang_up()
        terminal.wait_until(terminal.ended, "the end of make")
        terminal.wait_until(lambda: not any(map(runs, started)), "the end of what it started")
    finally:
        terminal.end()


def test_quitting_leaves_a_clean_terminal_and_no_server(terminal: Terminal) -> None:
    playing(terminal)
    (server,) = children(terminal.pid)
    terminal.type(b"q")
    terminal.wait_until(terminal.ended, "the end of the game")
    assert terminal.status == 0
    assert not runs(server)
    assert "Traceback" not in terminal.text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_killing_the_game_ends_its_server(terminal: Terminal, number: signal.Signals) -> None:
    playing(terminal)
    (server,) = children(terminal.pid)
    terminal.kill(number)
    terminal.wait_until(terminal.ended, "the end of the game")
    assert terminal.status == (0 if number == signal.SIGTERM else -number)
    terminal.wait_until(lambda: not runs(server), "the end of its server")


def test_the_demos_own_server_is_played_too(flask_server: Server) -> None:
    terminal = Terminal([*PLAY[:4], "--server", flask_server.url, "--name", "ada"], columns=99)
    try:
        _, x, _ = playing(terminal)
        terminal.wait_until(lambda: "protocol 1" in terminal.text(), "the dialect")
        key, towards = (RIGHT, 1) if x < 40 else (LEFT, -1)
        terminal.type(key)
        terminal.wait_until(
            lambda: (found := terminal.own_glyph()) is not None and (found[1] - x) * towards > 0,
            "a step",
        )
        terminal.wait_until(lambda: "seen" in terminal.text(), "the step's latency")
        terminal.type(b"q")
        terminal.wait_until(terminal.ended, "the end of the game")
        assert terminal.status == 0
    finally:
        terminal.end()


@pytest.mark.parametrize("path", ["/dev/full", "/no/such/folder/game.jsonl"])
def test_a_recording_that_cannot_be_written_is_a_line_and_the_game_goes_on(path: str) -> None:
    terminal = Terminal([*PLAY, "--record", path], columns=99, lines=40)
    try:
        symbol, x, y = playing(terminal)
        terminal.wait_until(lambda: "incomplete" in terminal.text(), "the trouble")
        key = RIGHT if x < 40 else LEFT
        terminal.type(key)
        terminal.wait_until(lambda: terminal.own_glyph() not in (None, (symbol, x, y)), "a step")
        terminal.type(b"q")
        terminal.wait_until(terminal.ended, "the end of the game")
        assert terminal.status == 0
        terminal.wait_until(lambda: f"incomplete: {path}: no " in terminal.text(), "it again")
        assert "Traceback" not in terminal.text()
    finally:
        terminal.end()
