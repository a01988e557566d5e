"""`gridcli play` as a process: exit codes, messages, and options from the environment.

Not here: the screen (`test_keys`, `test_layout`), the command in a terminal (`test_pty`).
"""

import os
import socket
import subprocess
import sys

import pytest
from fresh_python import run_fresh
from in_process import gridcli

from .terminal import ROOT, Terminal

PLAY = [sys.executable, "-m", "gridcli", "play"]


def play(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("GRIDCLI_")}
    return subprocess.run(
        [*PLAY, *args],
        cwd=ROOT,
        env=inherited | env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def nobody() -> str:
    """An address where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_help_shows_examples_and_loads_no_screen_library() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from gridcli.cli import cli;"
        "result = CliRunner().invoke(cli, ['play', '--help']); print(result.output);"
        "assert result.exit_code == 0, result; assert 'textual' not in sys.modules"
    )
    said = run_fresh("-c", code)
    assert "gridcli play --server new --port 0" in said
    for option in ("--name", "--room", "--transport", "--auto-move", "--spectate", "--ascii"):
        assert option in said


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--server", "ftp://example.org"], "is not a server's address"),
        (["--name", "x" * 60], "at most 24 characters"),
        (["--symbol", "a"], "one of the consonants"),
        (["--symbol", "BC"], "one of the consonants"),
        (["--room", "no room"], "letters, digits"),
        (["--transport", "pigeon"], "pigeon"),
        (["--protocol", "3"], "3"),
        (["--auto-move", "-1"], "-1"),
        (["--port", "99999"], "99999"),
    ],
)
def test_wrong_option_is_a_usage_error(args: list[str], said: str) -> None:
    done = gridcli("play", *args)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_options_come_from_the_environment_too() -> None:
    done = gridcli("play", GRIDCLI_PLAY_ROOM="no room")
    assert done.returncode == 2
    assert "letters, digits" in done.stderr


@pytest.mark.parametrize("transport", ["auto", "polling"])
def test_server_that_does_not_answer_is_one_line_before_any_screen(
    nobody: str, transport: str
) -> None:
    done = play("--server", nobody, "--transport", transport)
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
    assert nobody in done.stderr
    assert "gridcli serve" in done.stderr  # what to try
    assert "\x1b" not in done.stderr + done.stdout


def test_in_a_terminal_too(nobody: str) -> None:
    terminal = Terminal([*PLAY, "--server", nobody], columns=120)
    try:
        terminal.wait_until(terminal.ended, "the end")
        assert terminal.status == 3
        assert f"cannot connect to {nobody}" in terminal.text()
    finally:
        terminal.end()


def test_without_a_terminal_it_says_so() -> None:
    done = play("--server", "new", "--port", "0")
    assert done.returncode == 1
    assert "needs a terminal" in done.stderr
    assert len(done.stderr.splitlines()) == 1
