"""A Chromium without a window, and its tabs, driven over the DevTools protocol.

Not here: what is looked at (`test_browser`), a page without a browser (`bare_page`).
"""

import asyncio
import base64
import itertools
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from needs import missing

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DEADLINE_S = 30.0

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--enable-unsafe-swiftshader",
    "--remote-debugging-port=0",
)

# xterm.js keeps its terminal to itself; this takes a look at it while it is made.
_SEE_TERMINAL = """
Object.defineProperty(Object.prototype, "_core", {configurable: true, set(value) {
  Object.defineProperty(this, "_core", {value, writable: true, configurable: true});
  if (!window.seenTerminal) window.seenTerminal = this;
}});
"""
_TEXT = """(() => {
  const buffer = window.seenTerminal?.buffer?.active;
  if (!buffer) return "";
  const lines = [];
  for (let y = 0; y < window.seenTerminal.rows; y++)
    lines.push(buffer.getLine(y)?.translateToString() ?? "");
  return lines.join("\\n");
})()"""
_COUNT_COLOURS = """(async () => {
  const image = new Image();
  image.src = "data:image/png;base64,%s";
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const data = context.getImageData(0, 0, canvas.width, canvas.height).data;
  const counts = {};
  for (let i = 0; i < data.length; i += 4) {
    const colour = "#" + [0, 1, 2].map((k) => data[i + k].toString(16).padStart(2, "0")).join("");
    counts[colour] = (counts[colour] ?? 0) + 1;
  }
  return counts;
})()"""


class Chromium:
    """A running browser with an empty profile; its tabs are `tab`."""

    def __init__(self, profile: Path) -> None:
        program = next(filter(None, map(shutil.which, NAMES)), None)
        if program is None:
            missing("the program 'chromium'")
        self._process = subprocess.Popen(
            [program, *_FLAGS, f"--user-data-dir={profile}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        port_file = profile / "DevToolsActivePort"
        end_s = time.monotonic() + DEADLINE_S
        while not (port_file.exists() and port_file.read_text().count("\n")):
            if self._process.poll() is not None or time.monotonic() > end_s:
                self.end()
                raise AssertionError("Chromium does not start")
            time.sleep(0.02)
        self._url = f"http://127.0.0.1:{port_file.read_text().split()[0]}"

    def end(self) -> None:
        """End it and the processes that it has started."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()

    @asynccontextmanager
    async def tab(self, url: str, width: int = 1100, height: int = 640) -> "AsyncIterator[Tab]":
        """A new tab with a window of this size, in pixels, that opens an address."""
        async with (
            aiohttp.ClientSession() as http,
            http.put(f"{self._url}/json/new?about:blank") as response,
        ):
            target = await response.json()
            socket = await http.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0)
            tab = Tab(socket)
            reader = asyncio.create_task(tab.read())
            try:
                for domain in ("Page", "Runtime", "Network"):
                    await tab.call(f"{domain}.enable")
                await tab.call("Page.addScriptToEvaluateOnNewDocument", source=_SEE_TERMINAL)
                await tab.resize(width, height)
                await tab.call("Page.navigate", url=url)
                yield tab
            finally:
                async with http.get(f"{self._url}/json/close/{target['id']}"):
                    pass
                await socket.close()
                await reader


class Tab:
    """An open page."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.requested: list[str] = []
        """Every address that the page asked for."""
        self.failures: list[str] = []
        """What its scripts did not catch, and errors in its console."""
        self._socket = socket
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}

    async def read(self) -> None:
        """Take what the browser says, until it is closed."""
        async for frame in self._socket:
            said = json.loads(frame.data)
            if "id" in said:
                self._waiting.pop(said["id"]).set_result(said)
                continue
            about = said["params"]
            match said["method"]:
                case "Network.requestWillBeSent":
                    self.requested.append(about["request"]["url"])
                case "Network.webSocketCreated":
                    self.requested.append(about["url"])
                case "Runtime.exceptionThrown":
                    self.failures.append(str(about["exceptionDetails"]))
                case "Runtime.consoleAPICalled" if about["type"] == "error":
                    self.failures.append(str(about["args"]))

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """One command of the protocol, and its result."""
        number = next(self._ids)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": params})
        said = await asyncio.wait_for(answer, DEADLINE_S)
        assert "error" not in said, said
        result: dict[str, Any] = said["result"]
        return result

    async def evaluate(self, script: str) -> Any:
        """The value of an expression in the page."""
        done = await self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    async def text(self) -> str:
        """What the page's terminal shows."""
        return str(await self.evaluate(_TEXT))

    async def until(self, seen: Callable[[str], object], what: str) -> str:
        """Wait for a condition on what the terminal shows; returns it."""
        end_s = time.monotonic() + DEADLINE_S
        while not seen(text := await self.text()):
            assert time.monotonic() < end_s, f"waited in vain for {what}\n{text}\n{self.failures}"
            await asyncio.sleep(0.03)
        return text

    async def until_true(self, script: str) -> None:
        """Wait for an expression in the page to be true."""
        end_s = time.monotonic() + DEADLINE_S
        while not await self.evaluate(script):
            assert time.monotonic() < end_s, f"waited in vain for {script}\n{self.failures}"
            await asyncio.sleep(0.03)

    async def resize(self, width: int, height: int) -> None:
        """Give the window another size, in pixels."""
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            **{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )

    async def press(self, key: str, code: int) -> None:
        """Press a key that writes nothing, by its name and its Windows code."""
        for kind in ("rawKeyDown", "keyUp"):
            await self.call(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code
            )

    async def type(self, text: str) -> None:
        """Press the keys of a text."""
        for letter in text:
            for kind in ("keyDown", "keyUp"):
                await self.call("Input.dispatchKeyEvent", type=kind, key=letter, text=letter)

    async def click(self, column: int, line: int) -> None:
        """Click on a cell of the terminal."""
        box = await self.evaluate(
            "(({x, y, width, height}) => [x, y, width, height])"
            "(document.querySelector('.xterm-screen').getBoundingClientRect())"
        )
        columns, lines = await self.evaluate("[seenTerminal.cols, seenTerminal.rows]")
        where = {
            "x": box[0] + (column + 0.5) * box[2] / columns,
            "y": box[1] + (line + 0.5) * box[3] / lines,
        }
        for kind in ("mousePressed", "mouseReleased"):
            await self.call(
                "Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **where
            )

    async def picture(self) -> bytes:
        """The page as PNG."""
        return base64.b64decode((await self.call("Page.captureScreenshot"))["data"])

    async def colours(self) -> dict[str, int]:
        """How many pixels of each colour the page shows."""
        encoded = base64.b64encode(await self.picture()).decode()
        counts: dict[str, int] = await self.evaluate(_COUNT_COLOURS % encoded)
        return counts
