"""The options of `gridcli play --web`, and what of the others each page's game is given.

Not here: the other options (`tui.test_command`).
"""

import asyncio
import socket
import subprocess
from pathlib import Path

import pytest
from in_process import gridcli
from recordings import recording
from servers import ROOT, running_server
from tui.replay.replaying import a_game
from tui.terminal import children

from gridcli.tui.web.options import WebOptions
from gridcli.tui.web.serve import announcement, warning

from .bare_page import bare_page
from .pages import OWN_GAME, PLAY, Pages, command_line, environment, pages

pytestmark = [
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc"),
    pytest.mark.xdist_group("web"),
]


def test_each_page_is_given_the_options_of_the_command() -> None:
    options = ("--name", "ada", "--room", "garden", "--auto-move", "100", "--seed=-3", "--ascii")
    env = {"GRIDCLI_PLAY_TRANSPORT": "polling", "GRIDCLI_PLAY_WEB": "1"}

    async def main() -> None:
        with running_server() as game, pages("--server", game.url, *options, env=env) as served:
            async with bare_page(served.url) as page:
                await page.until(lambda text: "garden" in text and " poll " in text, "options")
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


def test_a_recording_is_watched_on_each_page(tmp_path: Path) -> None:
    async def main(file: Path) -> None:
        # What the environment says of games does not matter here.
        env = {"GRIDCLI_PLAY_ROOM": "den"}
        with pages("--replay", str(file), "--speed", "4", "--ascii", env=env) as served:
            assert served.process.output[1] == f"Each page watches {file} by itself"
            async with bare_page(served.url) as page:
                await page.until(lambda text: "0:20" in text, "the recording")
                assert children(served.process.pid) == served.games(), "there is no server"

    file = tmp_path / "game.jsonl"
    file.write_bytes(recording(a_game()))
    asyncio.run(main(file))


def test_what_is_no_recording_is_a_line_and_no_page(tmp_path: Path) -> None:
    file = tmp_path / "game.jsonl"
    file.write_text("no\n")
    done = gridcli("play", "--web", "--replay", str(file))
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1


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
