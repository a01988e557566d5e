"""What of the cluster is pure stays so, and a server of its own loads none of it."""

import ast
from pathlib import Path

import pytest
from fresh_python import run_fresh

import server.cluster

FOLDER = Path(server.cluster.__file__).parent
PURE = ("wire", "rows", "inbox", "outbox", "roster", "telling", "hearing", "replica", "effects")
NOT_PURE = {"asyncio", "time", "os", "socket", "secrets", "random.random", "redis", "aio_pika"}


@pytest.mark.parametrize("name", PURE)
def test_no_clock_no_chance_no_network(name: str) -> None:
    imported = set()
    for node in ast.walk(ast.parse((FOLDER / f"{name}.py").read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
            if node.level == 1:
                inner = {node.module} if node.module else {alias.name for alias in node.names}
                assert inner <= {*PURE, "world"}, "what is pure uses what is pure"
    assert not imported & NOT_PURE
    if name == "replica":
        assert "random" in imported, "only as the type of what it is given"


def test_a_server_of_its_own_does_without() -> None:
    program = (
        "import sys; from server.app import create_app; from server.settings import Settings;"
        # python-socketio loads the brokers' libraries by itself, where they are installed.
        "create_app(Settings());"
        "print([m for m in sys.modules if f'{m}.'.startswith('server.cluster.')])"
    )
    assert run_fresh("-c", program).strip() == "[]"
