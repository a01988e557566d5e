"""`gridcli play --web` as processes: what starts, what a page can make of it, and that all end.

Not here: a real browser (`test_browser`).
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from in_process import gridcli
from servers import ROOT, running_server
from tui.terminal import children, descendants, runs
from waiting import until, until_sync

from gridcli.tui.web.options import WebOptions
from gridcli.tui.web.serve import announcement, warning

from .bare_page import bare_page
from .pages import OWN_GAME, PLAY, Pages, command_line, environment, pages, watcher

pytestmark = [
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc"),
    pytest.mark.xdist_group("web"),
]


@pytest.fixture(scope="module")
def shared() -> Iterator[Pages]:
    with pages(*OWN_GAME, "--web-sessions", "1") as served:
        yield served


@pytest.fixture
def served(shared: Pages) -> Pages:
    """A page with one place, which is free."""
    until_sync(lambda: not shared.games(), "the end of the game before")
    return shared


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_its_end_ends_every_process_that_it_started(number: signal.Signals) -> None:
    async def main() -> None:
        with pages(*OWN_GAME) as served:
            async with bare_page(served.url) as page:
                await page.playing()
                await page.say("stdin", "b")
                await page.until(lambda text: "6 online" in text, "bots for company")
                started = descendants(served.process.pid)
                assert len(started) == 3, "the game's server, the page's game, and its bots"
                served.process.process.send_signal(number)
                code, reason = await page.closed()
                if number != signal.SIGKILL:
                    assert code == aiohttp.WSCloseCode.GOING_AWAY
                    assert "ended where it was started" in reason
                await until(lambda: not any(map(runs, started)), "the end of what it started")
                status = served.process.process.wait(10)
                assert status == (-number if number == signal.SIGKILL else 0)
            assert "Traceback" not in served.process.transcript()

    asyncio.run(main())


@pytest.mark.parametrize("how", ["closed", "cut off"])
def test_a_page_that_goes_ends_its_process_and_leaves_the_grid(served: Pages, how: str) -> None:
    async def main() -> None:
        watch = watcher(served.game)
        await watch.open()
        try:
            async with bare_page(served.url) as page:
                await page.playing()
                await until(lambda: len(watch.mirror.who) == 1, "the player")
                (game,) = served.games()
                if how == "cut off":
                    page.cut_off()
            await until(lambda: not watch.mirror.who, "its leaving")
            await until(lambda: not runs(game), "the end of its process")
        finally:
            await watch.close()

    asyncio.run(main())


def test_a_game_that_is_killed_closes_its_page_and_frees_its_place(served: Pages) -> None:
    async def main() -> None:
        for _ in range(2):
            async with bare_page(served.url) as page:
                await page.playing()
                (game,) = served.games()
                os.kill(game, signal.SIGKILL)
                code, reason = await page.closed()
                assert code == aiohttp.WSCloseCode.INTERNAL_ERROR
                assert "ended by itself" in reason

    asyncio.run(main())


def test_nothing_that_a_page_sends_gets_into_a_command_or_its_environment(served: Pages) -> None:
    query = "width=;touch%20/tmp/x&height=99999999999&command=evil&--name=evil&TERM=evil"

    async def main() -> None:
        async with bare_page(served.url, query, **{"User-Agent": "evil", "X-Name": "evil"}) as page:
            await page.until(lambda text: text.strip(), "a screen")
            (game,) = served.games()
            server = f"--server={served.game}"
            assert command_line(game) == [sys.executable, "-m", "gridcli", "play", server]
            env = environment(game)
            assert (env["COLUMNS"], env["ROWS"]) == ("80", "250")
            assert not any("evil" in text for text in env.values())
            # What makes no sense is passed over.
            for nonsense in ("[", "[]", "7", '["resize", 5]', '["resize", {"width": "x"}]', "[[]]"):
                await page.socket.send_str(nonsense)
            await page.socket.send_bytes(b"\0\xff")
            await page.say("resize", {"width": 80, "height": 24})
            await page.say("stdin", "q")
            assert await page.closed() == (aiohttp.WSCloseCode.OK, "")

    asyncio.run(main())
    assert "Traceback" not in served.process.transcript()


def test_a_page_beyond_the_limit_is_told_so_and_starts_nothing(served: Pages) -> None:
    async def main() -> None:
        async with bare_page(served.url) as page:
            await page.playing()
            async with bare_page(served.url) as other:
                code, reason = await other.closed()
            assert code == aiohttp.WSCloseCode.TRY_AGAIN_LATER
            assert "All places are taken (1)" in reason
            assert len(served.games()) == 1

    asyncio.run(main())


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        # A name of theirs that was made to point at this machine.
        {"Origin": "http://evil.example", "Host": "evil.example"},
    ],
)
def test_other_pages_start_nothing(served: Pages, headers: dict[str, str]) -> None:
    async def main() -> None:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with bare_page(served.url, **headers):
                pass
        assert refused.value.status == 403
        assert served.games() == []

    asyncio.run(main())


def test_every_part_of_the_page_is_ours(served: Pages) -> None:
    async def main() -> None:
        async with aiohttp.ClientSession() as http:
            for path in ("/", "/page/page.js", "/page/page.css", "/page/icon.svg"):
                async with http.get(served.url + path) as response:
                    assert response.status == 200
                    policy = response.headers["Content-Security-Policy"]
                    assert policy.startswith("default-src 'none'; script-src 'self'; ")
                    text = (await response.text()).replace("http://www.w3.org/2000/svg", "")
                    assert "//" not in text.replace("// ", "") or path == "/page/page.js"
                    assert "http://" not in text
                    assert "https://" not in text
            for path in ("/static/", "/page/", "/page/../options.py", "/download/x", "/x"):
                async with http.get(served.url + path) as response:
                    assert response.status in (403, 404)

    asyncio.run(main())


def test_a_screenshot_goes_to_the_browser_once(served: Pages) -> None:
    async def main() -> None:
        async with bare_page(served.url) as page, aiohttp.ClientSession() as http:
            await page.playing()
            await page.say("stdin", "\x10")
            await page.until(lambda text: "Search for" in text, "the palette")
            await page.say("stdin", "screenshot")
            await page.until(lambda t: "Screenshot" in t and "Quit" not in t, "the command")
            await page.say("stdin", "\r")
            key = await page.told("deliver_file_start")
            async with http.get(f"{served.url}/download/{key}") as response:
                assert response.status == 200
                assert response.content_type == "image/svg+xml"
                assert response.headers["Content-Disposition"].startswith("attachment;")
                assert "lobby" in await response.text()
            async with http.get(f"{served.url}/download/{key}") as response:
                assert response.status == 404

    asyncio.run(main())


def test_each_page_is_given_the_options_of_the_command() -> None:
    options = ("--name", "ada", "--room", "garden", "--auto-move", "100", "--seed=-3", "--ascii")
    env = {"GRIDCLI_PLAY_TRANSPORT": "polling", "GRIDCLI_PLAY_WEB": "1"}

    async def main() -> None:
        with running_server() as game, pages("--server", game.url, *options, env=env) as served:
            async with bare_page(served.url) as page:
                await page.until(lambda text: "garden" in text and "polling" in text, "its options")
                assert page.text().isascii()
                (game_of_page,) = served.games()
                assert not any(name.startswith("GRIDCLI_") for name in environment(game_of_page))
                assert "--seed=-3" in command_line(game_of_page)
                assert children(game_of_page) == []

    asyncio.run(main())


def test_recordings_are_a_file_for_each_page(tmp_path: Path) -> None:
    async def main(url: str) -> None:
        async with bare_page(url) as page, bare_page(url) as other:
            await page.playing()
            await other.playing()

    with pages(*OWN_GAME, "--record", str(tmp_path / "game.jsonl")) as served:
        asyncio.run(main(served.url))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["game-1.jsonl", "game-2.jsonl"]


def test_why_a_page_cannot_join_is_told_to_it() -> None:
    async def main() -> None:
        with (
            running_server("--max-players", "1") as game,
            pages("--server", game.url) as served,
        ):
            async with bare_page(served.url) as page:
                await page.playing()
                async with bare_page(served.url) as late:
                    code, reason = await late.closed()
            assert code == aiohttp.WSCloseCode.INTERNAL_ERROR
            assert reason == "the server is full (1 players)"

    asyncio.run(main())


def test_a_server_that_does_not_answer_is_a_line_and_no_page() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
        done = subprocess.run(
            [*PLAY, "--server", nobody], cwd=ROOT, capture_output=True, text=True, timeout=60
        )
    assert done.returncode == 3
    assert done.stdout == ""
    assert nobody in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_port_that_is_taken_is_another_and_a_wrong_address_a_line(served: Pages) -> None:
    taken = served.url.rpartition(":")[2]
    with pages("--server", served.game, "--web-port", taken) as other:
        assert other.url not in (served.url, "")
    done = subprocess.run(
        [*PLAY, "--server", served.game, "--web-host", "192.0.2.1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("gridcli: the page can't listen on 192.0.2.1")


def test_elsewhere_than_on_loopback_it_warns() -> None:
    assert warning(80, WebOptions(host="127.0.0.1")) == ""
    said = warning(80, WebOptions(host="0.0.0.0", sessions=3))
    assert "whoever reaches port 80 plays" in said
    assert "3 at most" in said


@pytest.mark.parametrize(
    ("host", "first"),
    [
        ("127.0.0.1", "Open http://127.0.0.1:80 in"),
        ("::1", "Open http://[::1]:80 in"),
        ("0.0.0.0", "Open http://127.0.0.1:80 in"),
        ("::", "Open http://[::1]:80 in"),
        ("192.0.2.7", "Open http://192.0.2.7:80 in"),
    ],
)
def test_the_address_can_be_opened_as_it_is_told(host: str, first: str) -> None:
    lines = announcement(80, WebOptions(host=host), "joined the game")
    assert lines[0].startswith(first)
    assert lines[-1] == "Joined the game"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--web-port", "80"], "--web-port goes with --web"),
        (["--web-origin", "http://a"], "--web-origin goes with --web"),
        (["--web", "--web-sessions", "0"], "--web-sessions"),
        (["--web", "--web-origin", "a.example/x"], "write https://host"),
    ],
)
def test_wrong_options_are_usage_errors(args: list[str], said: str) -> None:
    done = gridcli("play", *args)
    assert done.returncode == 2
    assert said in done.stderr
