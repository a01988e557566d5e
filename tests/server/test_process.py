"""`gridcli serve` as a process: its address, its routes, its end."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from typing import Any

import pytest
from in_process import gridcli
from servers import ROOT, Server
from socketio_player import Client, play
from waiting import until_sync

from gridcli import __version__


def get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return response.status, str(response.read(), "utf-8")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, str(error.read(), "utf-8")


def serve(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gridcli", "serve", *args],
        cwd=ROOT,
        env=os.environ | env,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_routes(grid_server: Server) -> None:
    status, body = get(f"{grid_server.url}/healthz")
    assert status == 200
    assert json.loads(body)["server"] == "gridcli"
    assert json.loads(body)["version"] == __version__
    assert get(f"{grid_server.url}/readyz") == (200, "ready\n")
    status, body = get(f"{grid_server.url}/metrics")
    assert status == 200
    for name in (
        "gridcli_players",
        "gridcli_events_in_total",
        "gridcli_deliveries_total",
        "gridcli_flush_seconds_bucket",
        "gridcli_loop_lag_seconds_bucket",
    ):
        assert (
            name in body or f"# TYPE {name.removesuffix('_total').removesuffix('_bucket')}" in body
        )


def test_port_taken_is_one_line_and_exit_1() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = serve("--port", str(port))
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.splitlines() == [
        f"gridcli: port {port} on 127.0.0.1 is taken; choose another with --port, "
        "or 0 for a free one"
    ]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--port", "99999"], "99999"),
        (["--grid", "20by10"], "20by10"),
        (["--grid", "0x5"], "1 to 1000"),
        (["--max-players", "0"], "0"),
        (["--flush-floor", "50", "--flush-ceiling", "20"], "floor"),
        (["--no-such-option"], "no-such-option"),
    ],
    ids=str,
)
def test_bad_options_exit_2(args: list[str], said: str) -> None:
    ended = gridcli("serve", *args)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_bad_environment_exits_2() -> None:
    ended = gridcli("serve", GRIDCLI_SERVE_PORT="many")
    assert ended.returncode == 2
    assert "many" in ended.stderr


def test_host_that_is_not_ours() -> None:
    ended = serve("--host", "192.0.2.1", "--port", "0")
    assert ended.returncode == 1
    assert "192.0.2.1" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_close_cleanly_while_a_client_is_there(start_server: Any, number: int) -> None:
    server: Server = start_server()
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as client:
        client.sendall(
            b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\n"
            b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        assert b"101" in client.recv(64)
        os.kill(server.pid, number)
        assert server.process.wait(10) == 0
    assert server.output[1:] == [], server.transcript()


def test_origins_same_by_default_and_as_listed(start_server: Any) -> None:
    def status(server: Server, origin: str) -> int:
        request = urllib.request.Request(
            f"{server.url}/socket.io/?EIO=4&transport=polling", headers={"Origin": origin}
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code

    server = start_server()
    assert status(server, server.url) == 200
    assert status(server, "http://elsewhere.example") == 400
    listed = start_server("--allowed-origin", "http://elsewhere.example")
    assert status(listed, "http://elsewhere.example") == 200
    assert status(listed, "http://other.example") == 400


def test_json_log_is_json(start_server: Any) -> None:
    server = start_server("--log-format", "json", "--allowed-origin", "*")
    until_sync(lambda: len(server.output) > 1, "a log line")
    entry = json.loads(next(line for line in server.output if line.startswith("{")))
    assert entry["level"] == "warning"
    assert "every web page" in entry["message"]


def test_gunicorn_runs_the_same_factory() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    gunicorn = subprocess.Popen(
        [
            sys.executable,
            *("-m", "gunicorn", "-k", "aiohttp.GunicornUVLoopWebWorker"),
            *("--bind", f"127.0.0.1:{port}", "server.app:create_app()"),
        ],
        cwd=ROOT,
        env=os.environ | {"GRIDCLI_SERVE_GRID": "33x11"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        url = f"http://127.0.0.1:{port}"

        def up() -> bool:
            assert gunicorn.poll() is None, gunicorn.stderr and gunicorn.stderr.read()
            try:
                return get(f"{url}/readyz")[0] == 200
            except OSError:
                return False

        until_sync(up, "gunicorn")

        async def scene() -> None:
            ann = Client()
            await ann.connect(url, ["websocket"])
            assert ann.of("message")[0]["gridDimension"] == [33, 11]
            await ann.sio.disconnect()

        play(scene())
    finally:
        gunicorn.terminate()
        gunicorn.wait(15)
        if gunicorn.stderr:
            gunicorn.stderr.close()


def test_readyz_is_503_while_draining(start_server: Any) -> None:
    # Seen from inside the process: a drained server closes too fast to be asked from outside.
    import asyncio

    from aiohttp import ClientSession, web

    from server.app import GAME, create_app
    from server.settings import Settings

    async def scene() -> None:
        app = create_app(Settings())
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        async with ClientSession() as http:
            await app[GAME].drain()
            async with http.get(f"http://127.0.0.1:{port}/readyz") as response:
                assert response.status == 503
            async with http.get(f"http://127.0.0.1:{port}/healthz") as response:
                assert response.status == 200
        await runner.cleanup()

    asyncio.run(scene())
