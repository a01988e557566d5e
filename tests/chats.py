"""Chats for tests: the examples of `docs/examples/chat`, and one that does wrong when asked.

Not here: the grid game's servers (`servers`).
"""

import json
import socket
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from servers import ROOT, Server
from waiting import until_sync

EXAMPLE = ROOT / "docs" / "examples" / "chat"
CHAT = f"{EXAMPLE / 'chat_app.py'}:Chat"

PLAIN = """
from gridcli.core.application import Application


class Plain(Application):
    event = "said"

    def enter(self, client):
        return [("join", "den")]

    def send(self, client, seq):
        return "say", seq

    def heard(self, message):
        return (message["from"], message["n"]) if "n" in message else None
"""
"""Describes `faulty_chat.py`; tests add to it."""


def described(folder: Path, more: str = "", text: str = PLAIN) -> str:
    """A description in a file of its own, as `--app` takes it; further lines are of its class."""
    path = folder / "plain_app.py"
    path.write_text(text + "".join(f"    {line}\n" for line in more.splitlines()))
    return f"{path}:Plain"


@contextmanager
def example_chat(name: str) -> Iterator[str]:
    """A server of the example, by its file; its address, once it answers."""
    port = free_port()
    # Neither tells an address first: they are run as people would run them.
    saying = 'echo "http://127.0.0.1:$3"; exec "$@"'
    server = Server(
        ["sh", "-c", saying, "sh", sys.executable, str(EXAMPLE / name), str(port)],
        env={"PYTHONPATH": str(ROOT)},
    )
    try:
        until_sync(lambda: listening(port), f"{name} to answer\n{server.transcript()}")
        yield server.url
    finally:
        server.stop()


@contextmanager
def faulty_chat(*args: object) -> Iterator[str]:
    """The address of a chat that does wrong as the options say."""
    server = Server([sys.executable, str(ROOT / "tests" / "faulty_chat.py"), *map(str, args)])
    try:
        yield server.url
    finally:
        server.stop()


def truth_of(url: str) -> dict[str, int]:
    """How often the chat at an address did what."""
    with urllib.request.urlopen(f"{url}/truth") as response:
        told: dict[str, Any] = json.loads(response.read())
    return told


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listening(port: int) -> bool:
    """Whether somebody listens on a port of loopback."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
