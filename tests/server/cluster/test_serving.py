"""`gridcli serve` with a message queue, as typed: what is wrong is said, workers are one grid.

Not here: nodes among each other (`test_nodes`).
"""

import os
import signal
import subprocess
import sys

import pytest
from brokers import Broker, free_port
from edge import children_of
from grid_nodes import SECRET, Player, health, nodes
from servers import ROOT, Server
from socketio_player import Client, play
from waiting import until, until_sync

from gridcli.link.states import Live


def test_a_broker_that_is_away_at_the_start() -> None:
    url = f"redis://someone:hush@127.0.0.1:{free_port()}/0"
    shown = url.replace("hush", "***")
    with nodes(url, 1) as (server,):
        until_sync(lambda: any(shown in line for line in server.output), "a line with the URL")
        assert health(server)["bus"] in ("up", "away"), "it serves all the same"
        until_sync(lambda: health(server)["bus"] == "away", "the truth about the bus")
        assert "hush" not in server.transcript().replace(" ".join(server.command), "")

    ran = subprocess.run(
        [
            *(sys.executable, "-m", "gridcli", "serve", "--port", "0"),
            *("--require-bus", "--message-queue", url),
        ],
        env=os.environ | {"GRIDCLI_SERVE_CLUSTER_SECRET": SECRET},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ran.returncode == 1
    (line,) = [line for line in ran.stderr.splitlines() if line.startswith("gridcli:")]
    assert shown in line
    assert "refused" in line


@pytest.mark.parametrize(
    ("args", "env", "words"),
    [
        (["--message-queue", "redis://127.0.0.1"], {}, "openssl rand"),
        (
            ["--message-queue", "redis://127.0.0.1"],
            {"GRIDCLI_SERVE_CLUSTER_SECRET": "short"},
            "too short",
        ),
        (
            ["--message-queue", "http://127.0.0.1"],
            {"GRIDCLI_SERVE_CLUSTER_SECRET": SECRET},
            "must begin with",
        ),
        (["--node", "Not A Name"], {}, "a-z"),
        (["--workers", "2"], {}, "--message-queue"),
    ],
)
def test_what_is_wrong_is_said(args: list[str], env: dict[str, str], words: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "gridcli", "serve", "--port", "0", *args],
        env=os.environ | env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ran.returncode in (1, 2)
    assert words in " ".join(ran.stderr.split())


def test_workers_of_one_command_are_one_grid_and_outlive_one_of_them(broker: Broker) -> None:
    async def scene(server: Server) -> None:
        crowd = [Player(server, name=f"bot-{number}") for number in range(10)]
        demo = Client()
        for player in crowd:
            await player.link.open()
        await demo.connect(server.url, ["polling"])
        everyone = {player.link.mirror.user_id for player in crowd} | {demo.user_id}
        for player in crowd:
            await until(lambda p=player: set(p.link.mirror.who) == everyone, "all of all workers")
        killed = children_of(server.pid)["w1"]
        before = {player.link.mirror.user_id: player.link.mirror.cell for player in crowd}
        os.kill(killed, signal.SIGKILL)
        await until(lambda: children_of(server.pid).get("w1") not in (None, killed), "a new one")
        await until(lambda: all(isinstance(p.link.state, Live) for p in crowd), "all live")
        after = {player.link.mirror.user_id: player.link.mirror.cell for player in crowd}
        assert after == before
        for player in crowd:
            await until(lambda p=player: before.keys() <= set(p.link.mirror.who), "all again")
        for player in crowd:
            await player.link.close()
        await demo.sio.disconnect()

    command = [sys.executable, "-m", "gridcli", "serve", "--port", "0", "--workers", "2"]
    server = Server([*command, "--message-queue", broker.url])  # with a secret of their own
    try:
        play(scene(server))
    finally:
        assert server.stop() == 0, server.transcript()
