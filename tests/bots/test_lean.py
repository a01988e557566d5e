"""What a server and a swarm have loaded once they have really played: no screen library.

Not here: what each package imports at all (`test_layers`), the server's own leanness
(`server/test_lean`).
"""

import json
import sys
from pathlib import Path

import pytest
from fresh_python import run_fresh
from servers import HURRIED, PATIENT, ROOT, Server
from tui.terminal import Terminal

SCREEN = {"textual", "gridcli.tui"}
PROGRAM = """
import atexit, json, sys

path = sys.argv.pop(1)

def tell():
    with open(path, "w") as file:
        json.dump(sorted(sys.modules), file)

atexit.register(tell)
sys.argv[0] = "gridcli"
from gridcli.cli import main
main()
"""
"""`gridcli` in a fresh interpreter that writes down, as it ends, what it has loaded."""


def loaded(file: Path) -> set[str]:
    names = set(json.loads(file.read_text()))
    return names | {name.partition(".")[0] for name in names}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """What was loaded by a server, and by swarms that played on it with lines and a dashboard."""
    folder = tmp_path_factory.mktemp("told")
    files = {name: folder / name for name in ("serve", "lines", "dashboard")}
    serve = (str(files["serve"]), "serve", "--port", "0", *HURRIED)
    server = Server([sys.executable, "-c", PROGRAM, *serve])
    try:
        play = ("bots", "--server", server.url, "--count", "3", "--duration", "1s")
        limits = [text for limit in ("lag", "debt") for text in (f"--limit-{limit}", "30s")]
        said = run_fresh("-c", PROGRAM, files["lines"], *play, *limits, "--limit-cpu", "9")
        assert "ok, everyone saw every move" in said
        command = [sys.executable, "-c", PROGRAM, str(files["dashboard"]), *play]
        terminal = Terminal(command, **PATIENT, PYTHONPATH=str(ROOT))
        try:
            terminal.wait_until(lambda: "3 of 3" in terminal.text(), "the dashboard")
            terminal.wait_until(terminal.ended, "its end")
            assert terminal.status == 0
        finally:
            terminal.end()
    finally:
        server.stop()
    return {name: loaded(file) for name, file in files.items()}


def test_neither_server_nor_bots_load_a_screen_library(told: dict[str, set[str]]) -> None:
    found = {name: modules & SCREEN for name, modules in told.items()}
    assert found == {name: set() for name in told}
    # They did what they were to do, so there was something to load.
    assert {"server.game", "socketio"} <= told["serve"]
    assert {"bots.swarm", "gridcli.link.websocket"} <= told["lines"] & told["dashboard"]


def test_only_who_draws_loads_what_draws(told: dict[str, set[str]]) -> None:
    assert {name for name, modules in told.items() if "rich" in modules} == {"dashboard"}
