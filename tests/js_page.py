"""Players of the JavaScript socket.io-client who share one node, as tabs share a browser.

A node of its own takes a third of a second of a core to be up, which the scenes of protocol 1
would spend on each player. Not here: a player with a node of its own, which can be killed
(`js_client`); what node does (`js/player.mjs`).
"""

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, Self

from heard import Heard
from js_client import JS
from needs import need_binary

_LEAVE_S = 10.0
_STOP_S = 5.0


class JsPage:
    """A node that plays whoever enters."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self._players: list[PagePlayer] = []
        self._process = subprocess.Popen(
            [need_binary("node"), str(JS / "player.mjs"), "--many"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._readers = [
            threading.Thread(target=self._read_lines, args=(self._process.stdout,), daemon=True),
            threading.Thread(target=self._read_errors, args=(self._process.stderr,), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def enter(self, url: str, transport: str, moves: tuple[str, ...] = ()) -> "PagePlayer":
        """A further player; use it as a context manager."""
        player = PagePlayer(self, len(self._players))
        self._players.append(player)
        opening = {"url": url, "transport": transport, "moves": ",".join(moves)}
        self.command(player.number, {"open": opening})
        return player

    def command(self, player: int, command: dict[str, object]) -> None:
        """Have a player do something."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"player": player} | command) + "\n")
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError):
            told = self._players[player].transcript()
            raise AssertionError(f"node has ended\n{told}") from None

    def stop(self) -> None:
        """End node: by the end of its input, by force where that does not do."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            pass  # it has ended by itself
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for reader in self._readers:
            reader.join(_STOP_S)
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    def _read_lines(self, stream: IO[str]) -> None:
        for text in stream:
            told: dict[str, Any] = json.loads(text)
            self._players[told["player"]].take(told)
        for player in self._players:
            player.take({"gone": True})

    def _read_errors(self, stream: IO[str]) -> None:
        for text in stream:
            self.errors.append(text.rstrip("\n"))


class PagePlayer(Heard):
    """One of a page's players."""

    def __init__(self, page: JsPage, number: int) -> None:
        super().__init__()
        self.number = number
        self._page = page
        self._errors = page.errors
        self._gone = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.leave()

    def emit(self, event: str, *args: object) -> None:
        """Send an event."""
        self._page.command(self.number, {"emit": [event, *args]})

    def leave(self) -> None:
        """Disconnect as a page does that is left in good order, and wait until that is done."""
        if not self._gone.is_set():
            self._page.command(self.number, {"close": True})
            assert self._gone.wait(_LEAVE_S), self.transcript()

    def take(self, told: dict[str, Any]) -> None:
        """A line of this player's has come."""
        if "gone" in told:
            self._gone.set()
            self._end()
        else:
            self._told(told["event"], told["args"])


@contextmanager
def running_page() -> Iterator[JsPage]:
    """A node until the end."""
    page = JsPage()
    try:
        yield page
    finally:
        page.stop()
