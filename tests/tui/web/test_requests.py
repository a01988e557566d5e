"""What a page asks `gridcli play --web` for, and what it gets.

Not here: by which words (`test_messages`), from whom in detail (`test_guard`).
"""

import asyncio
import sys
from pathlib import Path

import aiohttp
import pytest
from servers import running_server

from .bare_page import bare_page
from .pages import Pages, command_line, environment, pages

pytestmark = [
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc"),
    pytest.mark.xdist_group("web"),
]


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
            await page.until(lambda text: "command" in text, "the palette")
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
