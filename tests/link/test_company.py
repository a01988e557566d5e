"""Bots for company: they come, play and go as ordered, and nothing is left behind.

Not here: the keys that order them (`tests/tui/test_hosting.py`).
"""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from processes import alive
from servers import HURRIED, ROOT, Server, running_server
from waiting import until, until_sync
from watched_link import Watched, scene

from gridcli.core.tokens import OWN_TOKEN
from gridcli.link.company import Company, Report
from gridcli.link.target import Target


def names_of(watched: Watched) -> set[str]:
    own_id = watched.link.mirror.user_id
    return {who.name for user_id, who in watched.link.mirror.who.items() if user_id != own_id}


def bots(*numbers: int) -> set[str]:
    return {f"bot {number}" for number in numbers}


def told_of(pid: int) -> str:
    """What everybody can read of a process: its command line and, as its user, its environment."""
    process = Path(f"/proc/{pid}")
    if not process.is_dir():
        return ""
    return (process / "cmdline").read_text() + (process / "environ").read_text()


def test_they_come_play_and_go(grid_server: Server) -> None:
    async def play() -> None:
        ann = Watched(Target(grid_server.url, "ann", "company"))
        await ann.link.open()
        company = Company(ann.link.target)
        reports: list[Report] = []
        company.on_report = reports.append
        company.more(5, "company", ["walker", "random"])
        await until(lambda: names_of(ann) == bots(1, 2, 3, 4, 5), "five bots")
        await until(lambda: len(reports[-1].playing) == 5, "the report")
        first = company.pid
        await until(lambda: len(set(ann.link.mirror.seqs.values()) - {0}) >= 2, "their steps")

        company.more(2, "company", ["circle"])
        await until(lambda: names_of(ann) == bots(1, 2, 3, 4, 5, 6, 7), "two more")
        assert company.pid == first
        company.fewer(5)
        await until(lambda: names_of(ann) == bots(1, 2), "the latest to go")
        company.more(1, "company", ["chaser"])
        await until(lambda: names_of(ann) == bots(1, 2, 3), "a free name to be given again")

        company.fewer(5)
        await until(lambda: reports[-1] == Report(), "the end of all")
        assert company.pid is None
        assert first is not None
        assert not alive(first)
        await until(lambda: not names_of(ann), "all to go")
        company.more(1, "company", ["random"])
        await until(lambda: names_of(ann) == bots(1), "one to come again")
        await company.close()
        await until(lambda: not names_of(ann), "it to go")
        await ann.link.close()

    scene(play)


def test_why_they_can_not_come(start_server: Any) -> None:
    server = start_server("--max-room-players", "2")

    async def play() -> None:
        company = Company(Target(server.url))
        reports: list[Report] = []
        company.on_report = reports.append
        company.more(3, "lobby", ["random"])
        await until(lambda: reports, "a report")
        assert len(reports[-1].playing) == 2
        assert len(reports[-1].lost) == 1
        assert "full" in reports[-1].trouble
        assert sorted(company.wanted) == sorted(reports[-1].playing)
        await company.close()

    scene(play)


def test_a_token_is_in_no_command_line_and_no_environment(tmp_path: Path) -> None:
    tokens = tmp_path / "tokens"
    token = "0123456789abcdef0123456789abcdef"
    tokens.write_text(f"{token}\n")
    with running_server("--token-file", str(tokens)) as server:

        async def play() -> None:
            company = Company(Target(server.url, token=token))
            reports: list[Report] = []
            company.on_report = reports.append
            company.more(1, "lobby", ["random"])
            await until(lambda: reports, "a report")
            assert reports[-1] == Report(("bot 1",))
            assert company.pid is not None
            assert token not in told_of(company.pid)
            await company.close()

        scene(play)


def test_they_come_back_to_a_server_that_was_started_again() -> None:
    async def play() -> None:
        with running_server(*HURRIED) as first:
            port = first.url.rpartition(":")[2]
            company = Company(Target(first.url))
            company.more(3, "den", ["walker"])
            ann = Watched(Target(first.url, "ann", "den"))
            await ann.link.open()
            await until(lambda: names_of(ann) == bots(1, 2, 3), "the bots")
            os.kill(first.pid, signal.SIGKILL)
        with running_server("--port", port, *HURRIED):
            await until(lambda: len(names_of(ann)) == 3, "all of them, and no ghosts")
            assert names_of(ann) == bots(1, 2, 3)
            await company.close()
            await ann.link.close()

    scene(play)


def test_they_do_not_wait_for_ever_for_a_server_that_is_gone() -> None:
    async def play() -> None:
        with running_server() as server:
            company = Company(Target(server.url), gone_s=0.5)
            reports: list[Report] = []
            company.on_report = reports.append
            company.more(2, "den", ["walker"])
            await until(lambda: reports, "the bots")
            pid = company.pid
            assert pid is not None
            os.kill(server.pid, signal.SIGKILL)
            await until(lambda: reports[-1].trouble, "the end")
            assert "gone" in reports[-1].trouble
            assert company.pid is None
            assert company.wanted == []
            await until(lambda: not alive(pid), "its end")
            await company.close()

    scene(play)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("url", ["", "http://192.0.2.1:9"], ids=["playing", "no answer"])
def test_they_end_with_whoever_started_them(grid_server: Server, number: int, url: str) -> None:
    program = (
        "import asyncio, sys\n"
        "from gridcli.link.company import Company\n"
        "from gridcli.link.target import Target\n"
        "async def main():\n"
        "    company = Company(Target(sys.argv[1]))\n"
        "    company.more(2, 'end', ['random'])\n"
        "    while company.pid is None:\n"
        "        await asyncio.sleep(0.01)\n"
        "    print(company.pid, flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, url or grid_server.url],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if k != OWN_TOKEN},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    with parent.stdout:
        pid = int(parent.stdout.readline())
    assert alive(pid)
    parent.send_signal(number)
    parent.wait(10)
    until_sync(lambda: not alive(pid), "the end of the bots")
