"""What `gridcli.tui.web` takes for granted of textual-serve and of Textual's web driver, though
it is private there or said nowhere. When a release changes it, this fails and says where to look.

Not here: that all of it works together (`test_browser`, `test_processes`).
"""

import inspect
import os

from textual import constants
from textual.drivers import web_driver
from textual_serve.app_service import AppService

from gridcli.tui import outlet
from gridcli.tui.web.player import STATICS


def test_the_private_parts_that_player_replaces() -> None:
    for name in ("_open_app_process", "_build_environment"):
        parameters = list(inspect.signature(getattr(AppService, name)).parameters)
        assert parameters == ["self", "width", "height"]
    start = inspect.getsource(AppService.start)
    assert "await self._open_app_process(width, height)" in start
    assert "self._task = asyncio.create_task(self.run())" in start
    opened = inspect.getsource(AppService._open_app_process)
    assert "self._process = process = await" in opened
    assert "self._stdin = process.stdin" in opened
    assert "env=environment" in opened


def test_a_service_knows_its_process_by_that_name() -> None:
    service = AppService("", write_bytes=None, write_str=None, close=None, download_manager=None)
    assert service._process is None


def test_the_environment_asks_for_the_web_driver() -> None:
    service = AppService("", write_bytes=None, write_str=None, close=None, download_manager=None)
    environment = service._build_environment(100, 30)
    assert environment["TEXTUAL_DRIVER"].startswith(outlet._WEB_DRIVER)
    assert (environment["COLUMNS"], environment["ROWS"]) == ("100", "30")
    assert "TEXTUAL_DRIVER" in inspect.getsource(constants)


def test_packets() -> None:
    assert AppService.encode_packet(b"M", b"{}") == outlet._META + b"\0\0\0\2{}"
    assert outlet._PRELUDE == b"__GANGLION__\n"
    assert "__GANGLION__" in inspect.getsource(web_driver)
    assert "__GANGLION__" in inspect.getsource(AppService.run)


def test_the_files_that_the_page_names() -> None:
    for name in (
        "js/textual.js",
        "css/xterm.css",
        "fonts/RobotoMono-VariableFont_wght.ttf",
        "fonts/RobotoMono-Italic-VariableFont_wght.ttf",
    ):
        assert (STATICS / name).is_file()
    script = (STATICS / "js" / "textual.js").read_text(encoding="utf-8")
    for part in (
        "sessionWebsocketUrl",
        "dataset.fontSize",
        "'Roboto Mono'",
        "window.onload=",
        '"-first-byte"',
        '"-closed"',
        '".textual-terminal"',
    ):
        assert part in script
    assert os.path.getsize(STATICS / "js" / "textual.js") > 100_000
