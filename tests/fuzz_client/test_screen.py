"""The screen in a real terminal, with a server that means harm.

Not here: what is drawn of foreign text (`tests/tui/test_foreign_text`), longer runs (`run`).
"""

from pathlib import Path

import pytest
from fuzz_client.screens import (
    answers_keys,
    await_packets,
    evil_process,
    kinds_of,
    playing,
    rss_mib,
    smuggled,
)
from servers import Server
from tui.terminal import Terminal

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads memory in /proc")

SMALL = {"columns": 80, "lines": 24}
MOST_MIB = 300
MOST_GROWTH_MIB = 40


@pytest.fixture(scope="module")
def tame(grid_server: Server) -> set[str]:
    """The kinds of sequences that the screen writes with a server that means no harm."""
    with playing(grid_server.url, "--room", "tame", columns=110) as terminal:
        terminal.wait_until(lambda: "live" in terminal.text(), "the board")
        answers_keys(terminal)
        terminal.type(b"r")
        # With the rooms in it: it grows when they come, and Esc must not meet half of that.
        terminal.wait_until(
            lambda: "lobby" in terminal.text() and "type to find" in terminal.text(), "the dialog"
        )
        terminal.type(b"\x1b")
        terminal.wait_until(lambda: "type to find" not in terminal.text(), "its end")
    return kinds_of(bytes(terminal.written))


def live(terminal: Terminal) -> None:
    terminal.wait_until(lambda: "live" in terminal.text(), "the board")


def test_nothing_that_a_server_says_reaches_the_terminal_as_more_than_text(tame: set[str]) -> None:
    with (
        evil_process(1, "chatter") as server,
        playing(server.url, columns=100, lines=24) as terminal,
    ):
        live(terminal)
        await_packets(terminal, server, 600)
        answers_keys(terminal)
        before_mib = rss_mib(terminal.pid)
        await_packets(terminal, server, 600)
        answers_keys(terminal)
        now_mib = rss_mib(terminal.pid)
        assert b"7331" in terminal.written, "the harmless rest is there"
    assert smuggled(bytes(terminal.written), tame) == []
    assert now_mib < MOST_MIB
    assert now_mib - before_mib < MOST_GROWTH_MIB


def test_the_screen_outlives_every_kind_of_session(tame: set[str]) -> None:
    acts = "talk,before,leave,wire,passers,put_out"
    with (
        evil_process(3, acts, packets_each=500) as server,
        playing(server.url, **SMALL) as terminal,
    ):
        terminal.wait_until(lambda: "help" in terminal.text(), "the screen")
        for _ in range(3):
            await_packets(terminal, server, 500)
            answers_keys(terminal)
        assert rss_mib(terminal.pid) < MOST_MIB
    assert smuggled(bytes(terminal.written), tame) == []


def test_a_crowd_without_an_end_is_left(tame: set[str]) -> None:
    with evil_process(5, "crowd") as server, playing(server.url, **SMALL) as terminal:
        terminal.wait_until(lambda: "leaving" in terminal.text(), "the end of it")
        answers_keys(terminal)
        assert rss_mib(terminal.pid) < 2 * MOST_MIB
    assert smuggled(bytes(terminal.written), tame) == []
