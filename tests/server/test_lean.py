"""A server's process has no client libraries loaded, and can load them all the same."""

import json
import subprocess
import sys

import pytest
from fresh_python import run_fresh
from servers import ROOT, Server

from server.lean import LEFT_OUT, load_socketio

SERVES = "from server.lean import load_socketio; load_socketio(); import server.run"
TELL = "import json, sys; print(json.dumps([n for n in sys.argv[1:] if n in sys.modules]))"


def loaded(program: str) -> set[str]:
    """Which of the packages a fresh interpreter has after this."""
    return set(json.loads(run_fresh("-c", f"{program}; {TELL}", "socketio", *LEFT_OUT)))


def test_they_are_left_out() -> None:
    assert loaded(SERVES) == {"socketio"}


def test_they_are_what_socketio_loads_by_itself() -> None:
    assert loaded("import socketio") == {"socketio", *LEFT_OUT}


@pytest.mark.parametrize("bus", ["redis_bus", "amqp_bus"])
def test_a_bus_loads_what_it_needs(bus: str) -> None:
    need = {"redis_bus": "redis", "amqp_bus": "aio_pika"}[bus]
    assert loaded(f"{SERVES}; import server.cluster.{bus}") == {"socketio", need}


def test_what_is_loaded_already_is_kept() -> None:
    import redis
    import socketio

    load_socketio()
    assert sys.modules["redis"] is redis
    assert sys.modules["socketio"] is socketio


def imports_told(output: list[str]) -> set[str]:
    """The packages that have modules in what an interpreter says of its imports.

    A package that is not there is told of, too, but no module of it.
    """
    names = {line.rsplit("|", 1)[1].strip() for line in output if line.startswith("import time:")}
    return {package for package, dot, _ in (name.partition(".") for name in names) if dot}


def test_the_command_leaves_them_out() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "gridcli", "serve", "--port", "0"]
    server = Server(command)
    server.stop()
    told = imports_told(server.output)
    assert "socketio" in told
    assert not told & set(LEFT_OUT)


def test_a_worker_leaves_them_out() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "server.worker"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,  # so it ends without orders
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    told = imports_told(done.stderr.splitlines())
    assert "socketio" in told
    assert not told & set(LEFT_OUT)
