"""A server that is killed under a player in a real terminal, and runs again.

Not here: the link's return (`tests/link/test_reconnection.py`), one's own server
(`tests/link/test_revival.py`).
"""

import os
import signal
import sys

from servers import Server, running_server

from .terminal import Terminal, children, runs

PLAY = [sys.executable, "-m", "gridcli", "play", "--name", "ada", "--room", "den"]
RIGHT, LEFT = b"\x1b[C", b"\x1b[D"


def playing(terminal: Terminal, online: int) -> tuple[str, int, int]:
    """Wait for the board with so many players, and return the own symbol and its place."""
    terminal.wait_until(
        lambda: (
            "live" in terminal.text()
            and f" {online} online" in terminal.text()
            and terminal.own_glyph() is not None
        ),
        "the board",
    )
    found = terminal.own_glyph()
    assert found is not None
    return found


def taken_step(terminal: Terminal, before: tuple[str, int, int]) -> tuple[str, int, int]:
    """Take a step, and return the symbol and its new place."""
    terminal.type(RIGHT if before[1] < 40 else LEFT)
    terminal.wait_until(lambda: terminal.own_glyph() not in (None, before), "a step")
    found = terminal.own_glyph()
    assert found is not None
    return found


def test_ones_own_server_is_started_again_and_all_is_as_before() -> None:
    terminal = Terminal([*PLAY, "--server", "new", "--port", "0"])
    try:
        here = taken_step(terminal, playing(terminal, 1))
        terminal.type(b"b")
        assert playing(terminal, 6) == here
        (server,) = [pid for pid in children(terminal.pid) if serves(pid)]
        os.kill(server, signal.SIGKILL)
        terminal.wait_until(lambda: "reconnecting" in terminal.text(), "the word")
        terminal.wait_until(lambda: "it is started again" in terminal.text(), "the news")
        assert playing(terminal, 6) == here, "the same symbol on the same cell, and no ghosts"
        assert "den" in terminal.text()
        (again,) = [pid for pid in children(terminal.pid) if serves(pid)]
        assert again != server
        taken_step(terminal, here)
        terminal.type(b"q")
        terminal.wait_until(terminal.ended, "the end")
        assert terminal.status == 0
        terminal.wait_until(lambda: not runs(again), "the end of the second server, too")
    finally:
        terminal.end()


def serves(pid: int) -> bool:
    with open(f"/proc/{pid}/cmdline") as line:
        return "serve" in line.read().split("\0")


def restarted(server: Server) -> Server:
    port = server.url.rpartition(":")[2]
    return Server([*server.command, "--port", port])


def test_another_server_that_is_killed_and_started_again() -> None:
    with running_server() as server:
        terminal = Terminal([*PLAY, "--server", server.url])
        friend = Terminal([*PLAY, "--server", server.url, "--name", "bob"])
        try:
            here = taken_step(terminal, playing(terminal, 2))
            friends = playing(friend, 2)
            os.kill(server.pid, signal.SIGKILL)
            for each in (terminal, friend):
                each.wait_until(lambda e=each: "reconnecting" in e.text(), "the word")
                each.wait_until(lambda e=each: "next in" in e.text(), "the countdown")
            assert here[0] in terminal.text(), "the grid stays, dimmed"
            again = restarted(server)
            try:
                assert playing(terminal, 2) == here
                assert playing(friend, 2) == friends
                assert "den" in terminal.text()
                taken_step(terminal, here)
                terminal.wait_until(lambda: " 2 online" in terminal.text(), "no ghosts")
            finally:
                terminal.end()
                friend.end()
                again.stop()
        finally:
            terminal.end()
            friend.end()
