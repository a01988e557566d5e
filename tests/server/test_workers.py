"""Workers behind one port, as processes: everyone stays connected whichever worker is reached,
whoever dies is started again, and all end with their supervisor.

Not here: how one request finds its worker (`test_handover`).
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest
from edge import Crowd, children_of, new_session, nodes_of_new_sessions, port_of, running_workers
from servers import ROOT, Server
from waiting import until, until_sync

from gridcli.core.errors import SetupError
from server.settings import Settings
from server.worker import decode_orders, encode_orders
from server.workers import Worker, run_workers, worker_names

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers share a port on Linux")


def scene(play: Callable[[], Awaitable[None]], limit_s: float = 90) -> None:
    async def run() -> None:
        async with asyncio.timeout(limit_s):
            await play()

    asyncio.run(run())


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def workers_of(server: Server, count: int) -> dict[str, int]:
    """All workers of a server, once all are there."""
    until_sync(lambda: len(children_of(server.pid)) == count, f"{count} workers")
    return children_of(server.pid)


def test_a_crowd_on_every_transport_plays_and_spreads() -> None:
    with running_workers(4) as server:
        assert server.output[0].endswith(" with 4 workers (Ctrl-C stops it)")
        assert sorted(workers_of(server, 4)) == ["w1", "w2", "w3", "w4"]

        async def play() -> None:
            async with Crowd(server.url, each=40) as crowd:
                await crowd.play(8)
                assert crowd.lost() == []

        scene(play)
        # A fair coin of four sides: fewer than 8 of 120 is one in a hundred million.
        spread = nodes_of_new_sessions(server.url, 120)
        assert sorted(spread) == ["w1", "w2", "w3", "w4"]
        assert min(spread.values()) >= 8, spread
    assert server.process.returncode == 0
    assert server.output[1:] == [], server.transcript()


def test_one_connection_reaches_every_session() -> None:
    """An HTTP client that keeps one connection for all its sessions, as a proxy may."""
    with running_workers(3) as server:
        sids = [new_session(server.url) for _ in range(60)]
        assert len({sid.partition(".")[0] for sid in sids}) == 3

        async def play() -> None:
            one = aiohttp.TCPConnector(limit=1)
            async with aiohttp.ClientSession(connector=one) as http:
                for sid in sids:
                    url = f"{server.url}/socket.io/?EIO=4&transport=polling&sid={sid}"
                    async with http.post(url, data="3") as response:
                        assert (response.status, await response.text()) == (200, "OK")

        scene(play)


def test_a_killed_worker_is_started_again_and_takes_its_share() -> None:
    with running_workers(3) as server:
        before = workers_of(server, 3)

        async def play() -> None:
            async with Crowd(server.url, each=8) as crowd:
                sid = next(s for s in iter(lambda: new_session(server.url), "") if s[:3] == "w2.")
                os.kill(before["w2"], signal.SIGKILL)
                await until(lambda: children_of(server.pid).get("w2", before["w2"]) != before["w2"],
                            "another w2")  # fmt: skip
                await until(lambda: "w2" in nodes_of_new_sessions(server.url, 10), "w2's share")
                # The others' players never noticed.
                await crowd.play(3)
                after = children_of(server.pid)
                assert {w: after[w] for w in ("w1", "w3")} == {w: before[w] for w in ("w1", "w3")}
                # What w2 had is unknown now, whoever is asked.
                url = f"{server.url}/socket.io/?EIO=4&transport=polling&sid={sid}"
                async with aiohttp.ClientSession() as http:
                    for _ in range(12):
                        headers = {"Connection": "close"}
                        async with http.get(url, headers=headers) as response:
                            assert response.status == 400
                            assert "Invalid session" in await response.text()

        scene(play)
        assert any("worker w2 ended by signal 9; again in 0.2 s" in line for line in server.output)


def test_a_dead_workers_sessions_are_answered_for_at_once() -> None:
    with running_workers(2) as server:
        workers = workers_of(server, 2)
        sids = [s for s in (new_session(server.url) for _ in range(20)) if s[:3] == "w1."]
        os.kill(workers["w1"], signal.SIGKILL)
        until_sync(lambda: not alive(workers["w1"]), "the end of w1")

        async def play() -> None:
            async with aiohttp.ClientSession() as http:
                url = f"{server.url}/socket.io/?EIO=4&transport=polling&sid={sids[0]}"
                async with http.get(url) as response:
                    assert response.status == 400

        scene(play)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all(number: int) -> None:
    with running_workers(2) as server:
        workers = workers_of(server, 2)

        async def play() -> None:
            async with Crowd(server.url, each=2) as crowd:
                os.kill(server.pid, number)
                await until(lambda: not crowd.live, "the end of every connection")

        scene(play)
        assert server.process.wait(15) == 0
        assert not any(alive(pid) for pid in workers.values())
        assert server.output[1:] == [], server.transcript()


def test_workers_end_with_a_killed_supervisor_and_leave_nothing() -> None:
    with running_workers(2) as server:
        workers = workers_of(server, 2)
        folder = folder_of(workers["w1"])
        assert folder.stat().st_mode & 0o077 == 0
        os.kill(server.pid, signal.SIGKILL)
        until_sync(lambda: not any(alive(pid) for pid in workers.values()), "the workers' end")
        assert not folder.exists(), list(folder.iterdir())


def folder_of(pid: int) -> Path:
    """Where a worker's socket is."""
    for line in Path("/proc/net/unix").read_text().splitlines():
        path = line.split()[-1]
        if path.endswith("/w1.sock") and f"socket:[{line.split()[6]}]" in open_files(pid):
            return Path(path).parent
    raise AssertionError("the worker has no socket")


def open_files(pid: int) -> set[str]:
    return {os.readlink(f) for f in Path(f"/proc/{pid}/fd").iterdir() if f.is_symlink()}


def test_a_worker_that_dies_again_and_again_is_started_ever_later() -> None:
    with running_workers(1) as server:
        seen = workers_of(server, 1)["w1"]
        for _ in range(3):
            os.kill(seen, signal.SIGKILL)
            until_sync(lambda: children_of(server.pid).get("w1", seen) != seen, "another w1")  # noqa: B023
            seen = children_of(server.pid)["w1"]
        said = [line.rpartition("again in ")[2] for line in server.output if "ended by" in line]
        assert said == ["0.2 s", "0.4 s", "0.8 s"]


def test_a_port_that_others_share_is_taken() -> None:
    with running_workers(1) as server, pytest.raises(SetupError, match="is taken"):
        run_workers(Settings(port=port_of(server.url)), 2)


def test_the_port_stays_ours_while_no_worker_lives() -> None:
    with running_workers(1) as server:
        (pid,) = workers_of(server, 1).values()
        os.kill(pid, signal.SIGKILL)
        until_sync(lambda: not alive(pid), "the worker's end")
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port_of(server.url)))


def test_a_worker_that_never_listened_ends_the_whole(tmp_path: Path) -> None:
    async def play() -> None:
        # Its folder is not there: it ends before it listens.
        worker = Worker(Settings(node="w1", port=0), tmp_path / "gone")
        with pytest.raises(SetupError, match="w1 ended with status 1 before it listened"):
            await worker.keep()

    scene(play)


def test_elsewhere_the_error_names_nginx(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(SetupError, match="nginx"):
        run_workers(Settings(), 2)


def test_workers_are_named_after_their_node() -> None:
    assert worker_names("", 2) == ["w1", "w2"]
    assert worker_names("east", 3) == ["east1", "east2", "east3"]
    assert worker_names("a" * 15, 9)[-1] == "a" * 15 + "9"
    with pytest.raises(SetupError, match="shorter"):
        worker_names("a" * 15, 10)


def test_orders_are_read_to_their_last_byte_and_no_further() -> None:
    settings = Settings(node="w1", cluster_secret=b"secret", allowed_origins=("*",))
    stream = BytesIO(encode_orders(settings, Path("/x")) + b"later")
    assert decode_orders(stream) == (settings, Path("/x"))
    assert stream.read() == b"later"
    for length in (0, 2, 30):
        with pytest.raises(EOFError):
            decode_orders(BytesIO(encode_orders(settings, Path("/x"))[:length]))


def test_no_secret_is_in_a_command_line_or_an_environment() -> None:
    with running_workers(1) as server:
        (pid,) = workers_of(server, 1).values()
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        assert command[1:] == [b"-P", b"-m", b"server.worker", b"w1", b""]


def test_a_folder_of_the_same_name_where_we_are_called_is_not_taken_for_ours(
    tmp_path: Path,
) -> None:
    (tmp_path / "server").mkdir()
    (tmp_path / "server" / "__init__.py").write_text("raise SystemExit('not this one')")
    program = (
        "import sys; sys.path[0] = sys.argv[1]\n"
        "from server.settings import Settings\n"
        "from server.workers import run_workers\n"
        "run_workers(Settings(port=0), 1)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(ROOT)],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert "with 1 worker" in process.stdout.readline()
    finally:
        process.terminate()
        process.wait(15)
        if process.stdout is not None:
            process.stdout.close()
