"""The Flask engine under Gunicorn, by the script that we ship, and behind the nginx that we ship.

Not here: our own servers there (`test_deploy`, `test_nginx`); the eventlet worker, which Gunicorn
has not had since 26.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from brokers import Broker
from edge import (
    DEPLOY,
    ask,
    free_ports,
    new_session,
    nodes_of_new_sessions,
    port_of,
    running_nginx,
)
from flask_servers import (
    all_hear,
    each_transport,
    hear_of_each_other,
    leave,
    meet,
    read_slowly,
    running_flask,
    untidy_clients,
)
from servers import ROOT
from socketio_player import play
from waiting import until_sync

SCRIPT = DEPLOY / "gunicorn-flask.sh"
WORKERS = ("gthread", "gevent")

pytestmark = untidy_clients


@contextmanager
def gunicorn(node: str, worker: str, log: Path, **env: str) -> Iterator[str]:
    """The script's node; its address."""
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("GRIDCLI_")}
    quick = {"GRIDCLI_SERVE_GRID": "3x3", "GRIDCLI_SERVE_PING_INTERVAL": "1"}
    with log.open("w") as output:
        process = subprocess.Popen(
            [str(SCRIPT), node, str(port), worker],
            cwd=ROOT,
            env=inherited | {"PYTHON": sys.executable} | quick | env,
            stdout=output,
            stderr=output,
        )
    try:

        def up() -> bool:
            assert process.poll() is None, log.read_text()
            try:
                return ask(f"{url}/readyz")[0] == 200
            except OSError:
                return False

        until_sync(up, "gunicorn")
        yield url
        process.terminate()
        assert process.wait(20) == 0
        assert "Traceback" not in log.read_text(), log.read_text()
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("worker", WORKERS)
def test_a_node_of_that_name_on_every_transport(worker: str, tmp_path: Path) -> None:
    async def scene(url: str) -> None:
        clients = []
        for transports in (["websocket"], ["polling"], ["polling", "websocket"]):
            clients += await meet([url] * 2, transports)
        await all_hear(clients[0], clients[1:])
        await all_hear(clients[3], [clients[0], *clients[4:]])
        await leave(*clients)

    with gunicorn("n7", worker, tmp_path / "log") as url:
        assert new_session(url).startswith("n7.")
        play(scene(url))
        until_sync(lambda: '"players":0' in ask(f"{url}/healthz")[1], "the end of all")


@pytest.mark.parametrize("worker", WORKERS)
def test_who_reads_slowly_is_sent_whole_frames(worker: str, tmp_path: Path) -> None:
    with gunicorn("n1", worker, tmp_path / "log", GRIDCLI_SERVE_PING_TIMEOUT="60") as url:
        play(read_slowly(url))


@pytest.fixture(scope="module")
def nodes(redis: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Nodes behind nginx, each of another kind: its address, then theirs."""
    folder = tmp_path_factory.mktemp("nodes")
    with ExitStack() as stack:
        queue = {"GRIDCLI_SERVE_MESSAGE_QUEUE": redis.url}
        urls = {
            node: stack.enter_context(gunicorn(node, worker, folder / node, **queue))
            for node, worker in zip(("n1", "n2"), WORKERS, strict=True)
        }
        own = ("--node", "n3", "--grid", "3x3", "--message-queue", redis.url)
        urls["n3"] = stack.enter_context(running_flask("eventlet", *own)).url
        ports = {node: port_of(url) for node, url in urls.items()}
        nginx = stack.enter_context(running_nginx(folder, ports))
        assert set(nodes_of_new_sessions(nginx.url, 30)) == set(ports)
        yield [nginx.url, *urls.values()]


@pytest.mark.xdist_group("gunicorn")
@each_transport
def test_nodes_behind_nginx(nodes: list[str], transports: list[str]) -> None:
    """Sessions stay at theirs, and all hear of a move at any."""

    async def scene(url: str) -> None:
        clients = await meet([url] * 9, transports)
        await hear_of_each_other(clients)
        await all_hear(clients[0], clients[1:])
        await leave(*clients)

    front, *each = nodes
    play(scene(front))
    # Those of the next transport count who is there.
    for url in each:
        until_sync(lambda: '"players":0' in ask(f"{url}/healthz")[1], "the end of all")  # noqa: B023


def test_the_script_says_what_it_wants() -> None:
    command = [str(SCRIPT), "n1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode != 0
    assert "a port" in done.stderr
