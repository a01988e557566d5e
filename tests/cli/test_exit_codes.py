"""The exit codes that all commands share: 2 usage, 3 cannot connect, 130 interrupted, and 1.

Not here: 98 and 99, which are of a run's figures and tested where those are made (`bots`,
`loadtest`); what else a command fails at, which is in its own tests.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest
from chats import free_port
from in_process import gridcli
from servers import ROOT
from waiting import until_sync

from .commands import all_commands

COMMANDS = dict(all_commands())
CONNECTING = [
    path.split()[1:]
    for path, command in COMMANDS.items()
    if any("--server" in parameter.opts for parameter in command.params)
]
LEAVES = [path for path, command in COMMANDS.items() if not isinstance(command, click.Group)]


def environment() -> dict[str, str]:
    """Without settings of the person who runs the tests."""
    return {k: v for k, v in os.environ.items() if not k.startswith("GRIDCLI_")}


@contextmanager
def started(*arguments: str, stdin: int = subprocess.DEVNULL) -> Iterator["subprocess.Popen[str]"]:
    """The command as a process of its own, which ends with the test."""
    process = subprocess.Popen(
        [sys.executable, "-m", "gridcli", *arguments],
        cwd=ROOT,
        env=environment(),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def test_the_commands_that_connect() -> None:
    assert {command[0] for command in CONNECTING} == {"play", "bots", "capacity", "doctor"}


@pytest.mark.parametrize("path", COMMANDS)
def test_an_option_that_there_is_not_is_2(path: str) -> None:
    ended = gridcli(*path.split()[1:], "--no-such-option")
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1
    assert ended.stdout == ""


@pytest.mark.parametrize("path", COMMANDS)
def test_help_is_0(path: str) -> None:
    for name in ("--help", "-h"):
        ended = gridcli(*path.split()[1:], name)
        assert ended.returncode == 0
        assert ended.stderr == ""
        assert ended.stdout.startswith("Usage: ")


def test_a_group_without_a_command_shows_its_help() -> None:
    ended = gridcli()
    assert ended.returncode == 2
    assert ended.stderr.startswith("Usage: ")


@pytest.mark.parametrize("command", CONNECTING, ids=" ".join)
def test_nobody_at_the_address_is_3(command: list[str]) -> None:
    with started(*command, "--server", f"http://127.0.0.1:{free_port()}") as process:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 3
        assert "connection refused" in out + err
        assert "Traceback" not in err


@pytest.mark.parametrize("command", CONNECTING, ids=" ".join)
def test_interrupted_while_a_server_keeps_silent_is_130(command: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with started(*command, "--server", url) as process:
            silent.settimeout(60)
            connection, _ = silent.accept()
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=60)
            connection.close()
        assert process.returncode == 130
        assert "Traceback" not in err


def asleep(pid: int) -> bool:
    """Whether a process waits for something."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "S"


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_interrupted_while_it_reads_is_130() -> None:
    reader, writer = os.pipe()
    try:
        with started("report", "-", stdin=reader) as process:
            os.write(writer, b"{" * 2**20)  # more than a pipe holds: it returns once it is read
            # A signal between two reads would be taken for the next one's, which never ends.
            until_sync(lambda: asleep(process.pid), "its waiting for more")
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=60)
        assert process.returncode == 130
        assert "Traceback" not in err
    finally:
        os.close(reader)
        os.close(writer)


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [["--version"], ["serve", "--help"], ["completion", "zsh"]])
def test_output_that_cannot_be_written_is_1_and_one_line(arguments: list[str]) -> None:
    with FULL.open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "gridcli", *arguments],
            cwd=ROOT,
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert ended.returncode == 1
    assert ended.stderr == "gridcli: cannot write the output: no space left on device\n"


@pytest.mark.parametrize("arguments", [["serve", "--help"], ["completion", "bash"]])
def test_output_that_nobody_reads_any_more_is_no_traceback(arguments: list[str]) -> None:
    with started(*arguments) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(60) in (0, 1)
