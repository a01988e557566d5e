"""The dashboard on terminals, in windows and with signals that are out of the ordinary.

Whatever happens, the terminal is left as it was. Not here: ordinary runs (`test_dashboard`).
"""

import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from run_bots import BOTS
from servers import PATIENT, Server
from tui.terminal import Terminal
from waiting import until_sync

from gridcli.core.run.file import decode_run

from .watched import (
    HIDDEN,
    INTERRUPT,
    PLUS,
    SHOWN,
    SUSPEND,
    has_colours,
    is_left_as_it_was,
    until_ended,
    until_shown,
    watching,
)

StartServer = Callable[..., Server]


def place(server: Server, room: str) -> tuple[str, ...]:
    return ("--server", server.url, "--room", room)


def test_the_second_ctrl_c_ends_it_at_once(start_server: StartServer) -> None:
    server = start_server()
    with watching("--server", server.url, "--count", "4", "--patience", "60s") as terminal:
        until_shown(terminal, "playing", "4 of 4")
        server.process.send_signal(signal.SIGSTOP)
        try:
            until_shown(terminal, " 0 deliveries/s")
            terminal.type(INTERRUPT)
            until_shown(terminal, "ending: waiting for the last moves", "at once, without a result")
            terminal.type(INTERRUPT)
            assert "verdict" not in until_ended(terminal, 130)
        finally:
            server.process.send_signal(signal.SIGCONT)
        assert is_left_as_it_was(terminal)


def test_sigterm_is_a_ctrl_c(grid_server: Server) -> None:
    with watching(*place(grid_server, "termed"), "--count", "3", "--duration", "60s") as terminal:
        until_shown(terminal, "playing")
        terminal.kill(signal.SIGTERM)
        assert "interrupted" in until_ended(terminal, 130)
        assert is_left_as_it_was(terminal)


def test_sigquit_kills_and_leaves_the_terminal_as_it_was(grid_server: Server) -> None:
    with watching(*place(grid_server, "quit"), "--count", "3") as terminal:
        until_shown(terminal, "playing")
        terminal.kill(signal.SIGQUIT)
        until_ended(terminal, -signal.SIGQUIT)
        assert is_left_as_it_was(terminal)


def test_no_server_is_one_line_and_a_terminal_as_it_was() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with watching("--server", url) as terminal:
        terminal.wait_until(terminal.ended, "the end of the run")
        until_ended(terminal, 3)
        assert "gridcli serve" in terminal.text()
        assert "Traceback" not in terminal.text()
        assert terminal.modes() == [*terminal.modes_before]


def test_a_fault_of_the_dashboard_costs_the_run_nothing(grid_server: Server) -> None:
    program = (
        "import sys\n"
        "from dataclasses import replace\n"
        "from bots.dashboard import glyphs\n"
        "glyphs.UNICODE = replace(glyphs.UNICODE, levels='')\n"  # nothing can be drawn with it
        "from gridcli.cli import main\n"
        "sys.argv[0] = 'gridcli'\n"
        "main()\n"
    )
    args = (*place(grid_server, "faulty"), "--count", "3", "--duration", "3s")
    command = [sys.executable, "-c", program, "bots", *args]
    terminal = Terminal(command, columns=120, **PATIENT)
    try:
        until_shown(terminal, "the dashboard failed, lines follow: ", "3/3 bots")
        assert "ok, everyone saw every move" in until_ended(terminal)
        assert is_left_as_it_was(terminal)
    finally:
        terminal.end()


def test_windows_of_any_size(grid_server: Server) -> None:
    rng = Random(3)
    with watching(*place(grid_server, "resized"), "--count", "5") as terminal:
        until_shown(terminal, "playing")
        for columns, lines in ((80, 24), (60, 20), (30, 8), (160, 50)):
            terminal.resize(columns, lines)
            until_shown(terminal, "playing", "p50", "p99", "moves/s", "0 failed", " q ")
        for _ in range(100):
            terminal.resize(rng.randrange(1, 200), rng.randrange(1, 70))
            terminal.read(0.01)
        terminal.resize(100, 30)
        until_shown(terminal, "playing", "of 5", "end with the result")
        terminal.type(b"q")
        until_ended(terminal)
        assert b"failed, lines follow" not in terminal.written
        assert is_left_as_it_was(terminal)


def test_ctrl_z_gives_the_shell_its_terminal_and_fg_comes_back(grid_server: Server) -> None:
    command = " ".join([*BOTS, *place(grid_server, "suspended"), "--count", "3"])
    terminal = Terminal(["bash", "--norc", "--noprofile", "-i"], PS1="ready$ ", **PATIENT)
    try:
        until_shown(terminal, "ready$")
        terminal.type(f"{command}\n".encode())
        until_shown(terminal, "playing", "of 3")
        terminal.type(SUSPEND)
        until_shown(terminal, "Stopped", "ready$")
        assert bytes(terminal.written).rfind(HIDDEN) > bytes(terminal.written).rfind(SHOWN)
        # It runs on in the background, and does not draw there.
        terminal.type(b"bg\n")
        until_shown(terminal, "[1]+", "&")
        terminal.type(b"echo typed | tr a-z A-Z\n")
        until_shown(terminal, "TYPED")
        shown = bytes(terminal.written).count(SHOWN)
        terminal.type(b"fg\n")
        until_shown(terminal, "playing", "3 of 3")
        assert bytes(terminal.written).count(SHOWN) == shown + 1
        terminal.type(b"q")
        until_shown(terminal, "verdict", "ready$")
        terminal.type(b"stty -a | grep -o 'icanon.*' ; exit\n")
        until_shown(terminal, "icanon")
        assert " -icanon" not in terminal.text()
        until_ended(terminal)
    finally:
        terminal.end()


def test_in_the_background_there_are_lines(grid_server: Server) -> None:
    command = " ".join([*BOTS, *place(grid_server, "behind"), "--count", "3", "--duration", "2s"])
    terminal = Terminal(["bash", "--norc", "--noprofile", "-i"], PS1="ready$ ", **PATIENT)
    try:
        until_shown(terminal, "ready$")
        terminal.type(f"{command} &\n".encode())
        until_shown(terminal, "ok, everyone saw every move")
        assert SHOWN not in terminal.written
        assert b"3/3 bots" in terminal.written
        terminal.type(b"exit\n")
        until_ended(terminal)
    finally:
        terminal.end()


@pytest.mark.parametrize(
    ("args", "env"),
    [
        (("--plain",), {}),
        ((), {"GRIDCLI_BOTS_PLAIN": "1"}),
        ((), {"TERM": "dumb"}),
    ],
    ids=str,
)
def test_lines_without_escapes(
    grid_server: Server, args: tuple[str, ...], env: dict[str, str]
) -> None:
    where = place(grid_server, "plain")
    with watching(*where, "--count", "3", "--duration", "2s", *args, **env) as terminal:
        until_shown(terminal, "3/3 bots", "verdict")
        until_ended(terminal)
        until_sync(lambda: b"verdict" in terminal.written, "the table")
        progress, _, _ = bytes(terminal.written).partition(b"verdict")
        assert b"\x1b[?" not in progress
        assert b"\x1b[K" not in progress


def test_no_color_has_none_and_ascii_is_all_ascii(grid_server: Server) -> None:
    where = place(grid_server, "bare")
    with watching(*where, "--count", "3", "--ascii", NO_COLOR="1") as terminal:
        until_shown(terminal, "* playing", "3 of 3", "ok nothing failed")
        assert not has_colours(terminal)
        assert terminal.text().isascii()
        terminal.type(b"q")
        until_ended(terminal)


def test_without_keys_ctrl_c_is_left(grid_server: Server) -> None:
    where = place(grid_server, "keyless")
    with watching(*where, "--count", "3", shell='exec "$@" < /dev/null') as terminal:
        until_shown(terminal, "playing", "3 of 3", "Ctrl-C")
        assert "more" not in terminal.text()
        terminal.type(PLUS + INTERRUPT)
        assert "ok, everyone saw every move" in until_ended(terminal)
        assert is_left_as_it_was(terminal)


def test_a_terminal_that_takes_nothing_does_not_hold_the_bots_up(
    grid_server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "run.json"
    where = place(grid_server, "stuck")
    run = (*where, "--count", "5", "--duration", "4s", "--out", str(file))
    with watching(*run, columns=200, lines=60) as terminal:
        until_shown(terminal, "playing")
        until_sync(lambda: file.exists() and file.stat().st_size > 0, "the run file")
        step = decode_run(file.read_bytes()).steps[0]
        assert step.counts.seen == step.counts.owed >= 5 * 5 * 4 * 3
        until_ended(terminal)  # only this reads what was drawn
