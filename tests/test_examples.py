"""The example for people with an application of their own, and the page that leads through it.

Its code blocks are what the files say, and its commands run as they are printed. Not here: what
the example's servers lose (`bots/test_applications.py`, `loadtest/test_broadcast.py`).
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from chats import EXAMPLE, free_port, listening
from servers import PATIENT, ROOT
from waiting import until_sync

PAGE = ROOT / "docs" / "from-flask-socketio.md"
EASY = {
    name.replace("BOTS", tool): value
    for tool in ("BOTS", "CAPACITY", "LOADTEST")
    for name, value in PATIENT.items()
}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)


def environment() -> dict[str, str]:
    bare = {k: v for k, v in os.environ.items() if not k.startswith(("GRIDCLI_", "LOCUST_"))}
    path = os.pathsep.join([str(Path(sys.executable).parent), bare.get("PATH", "")])
    return bare | EASY | {"PATH": path, "PYTHONPATH": str(ROOT)}


@contextmanager
def in_background(command: str, port: int) -> Iterator[None]:
    running = subprocess.Popen(
        ["sh", "-c", f"exec {command}"],
        cwd=EXAMPLE,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until_sync(lambda: listening(port), command)
        yield
    finally:
        running.terminate()
        running.wait(20)


def ends_well(command: str) -> str:
    ended = subprocess.run(
        shlex.split(command),
        cwd=EXAMPLE,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ended.returncode == 0, f"{command}\n{ended.stderr}{ended.stdout}"
    return ended.stdout + ended.stderr


def test_code_on_the_page_is_the_examples() -> None:
    files = [path.read_text() for path in EXAMPLE.glob("*.py")]
    assert len(blocks("python")) >= 5
    for block in blocks("python"):
        assert any(block in text for text in files), block


def test_links_lead_somewhere() -> None:
    found = re.findall(r"\]\(([^)#]+)\)", PAGE.read_text())
    assert found
    for link in found:
        assert (PAGE.parent / link).exists(), link


@pytest.mark.parametrize("number", range(2))
def test_commands_run_as_printed(number: int) -> None:
    port = free_port()
    lines = blocks("sh")[number].replace("5000", str(port)).splitlines()
    server, *commands = [line for line in lines if not line.startswith("cd ")]
    assert server.endswith("&")
    with in_background(server.removesuffix("&"), port):
        for command in commands:
            said = ends_well(command)
            assert "0 lost" in said or "held" in said or "hold" in said, said


def test_the_examples_own_tests_pass() -> None:
    (command,) = blocks("sh")[2].splitlines()
    assert "3 passed" in ends_well(f"{command} -p no:cacheprovider")
