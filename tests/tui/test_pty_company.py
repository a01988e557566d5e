"""Bots for company in a real terminal: they come, go, and leave no process behind.

Not here: the offer and the limits (`test_hosting`).
"""

import signal
import sys
from collections.abc import Callable, Iterator

import pytest

from .terminal import Terminal, children, descendants, runs

PLAY = [sys.executable, "-m", "gridcli", "play", "--server", "new", "--port", "0"]


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    terminal = Terminal(PLAY)
    yield terminal
    terminal.end()


def with_bots(terminal: Terminal) -> list[int]:
    """Wait for the board, have bots come; returns every process that was started."""
    terminal.wait_until(lambda: "1 online" in terminal.text(), "the board")
    (server,) = children(terminal.pid)
    terminal.wait_until(lambda: "b brings 5 bots" in terminal.text(), "the offer")
    terminal.type(b"b")
    terminal.wait_until(lambda: "6 online" in terminal.text(), "five bots")
    started = descendants(terminal.pid)
    assert server in started
    assert len(started) == 2, "the server, and the bots in a process of their own"
    return started


def test_b_brings_five_and_capital_b_sends_them_home(terminal: Terminal) -> None:
    with_bots(terminal)
    assert "5 bots" in terminal.text()
    terminal.type(b"b")
    terminal.wait_until(lambda: "11 online" in terminal.text(), "five more")
    terminal.type(b"BB")
    terminal.wait_until(lambda: "1 online" in terminal.text(), "all of them to leave")
    terminal.wait_until(lambda: len(children(terminal.pid)) == 1, "the end of their process")


def quit_it(terminal: Terminal) -> None:
    terminal.type(b"q")


def close_it(terminal: Terminal) -> None:
    terminal.hang_up()


def terminate_it(terminal: Terminal) -> None:
    terminal.kill(signal.SIGTERM)


def kill_it(terminal: Terminal) -> None:
    terminal.kill(signal.SIGKILL)


@pytest.mark.parametrize("end", [quit_it, close_it, terminate_it, kill_it])
def test_nothing_is_left_however_it_ends(
    terminal: Terminal, end: Callable[[Terminal], None]
) -> None:
    started = with_bots(terminal)
    end(terminal)
    terminal.wait_until(terminal.ended, "the end of the game")
    terminal.wait_until(lambda: not any(map(runs, started)), "the end of what it started")
