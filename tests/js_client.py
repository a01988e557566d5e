"""The JavaScript socket.io-client as tests see it: `js/player.mjs` in a node of its own.

A `JsClient` sends commands and waits for lines with a deadline (`heard`); whatever it waits for in
vain fails with everything that was received until then. `install` brings socket.io-client from npm
once. Not here: what the player does with its arguments and commands (`js/player.mjs`).
"""

import fcntl
import json
import subprocess
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from heard import TRANSPORTS, Heard, Line
from needs import missing, need_binary

__all__ = ["TRANSPORTS", "JsClient", "Line", "install"]

JS = Path(__file__).resolve().parent / "js"
# npm writes this file last: without it an installation was broken off.
_INSTALLED = JS / "node_modules" / ".package-lock.json"
_INSTALL_S = 180.0
_STOP_S = 5.0


def install() -> None:
    """Have socket.io-client in `js/node_modules`, or end the running test.

    Workers of pytest-xdist take turns, so that npm runs at most once.
    """
    need_binary("node")
    npm = need_binary("npm")
    # Not in the tree: a lock that is left behind there would have to be ignored and cleaned up.
    name = f"gridcli-npm-{JS.stat().st_ino}.lock"
    with (Path(tempfile.gettempdir()) / name).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _INSTALLED.exists():
            return
        command = [npm, "install", "--no-audit", "--no-fund", "--no-package-lock"]
        try:
            done = subprocess.run(
                command, cwd=JS, capture_output=True, text=True, timeout=_INSTALL_S
            )
        except subprocess.TimeoutExpired:
            missing(f"socket.io-client: npm install took more than {_INSTALL_S:.0f} s")
        if done.returncode:
            missing(f"socket.io-client: npm install: {' '.join(done.stderr.split())[:300]}")


class JsClient(Heard):
    """A player in node. Use it as a context manager.

    Args:
        url: the server's address, without the namespace.
        transport: one of `TRANSPORTS`.
        auth: what goes into the CONNECT packet; None is a client that says nothing.
        moves: steps to send as soon as the game is on.
    """

    def __init__(
        self,
        url: str,
        transport: str = "websocket",
        *,
        auth: dict[str, object] | None = None,
        moves: tuple[str, ...] = (),
    ) -> None:
        command = [need_binary("node"), str(JS / "player.mjs"), url, "--transport", transport]
        if auth is not None:
            command += ["--auth", json.dumps(auth)]
        if moves:
            command += ["--moves", ",".join(moves)]
        super().__init__()
        self._commands = 0
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._readers = [
            threading.Thread(target=self._read_lines, args=(self.process.stdout,), daemon=True),
            threading.Thread(target=self._read_errors, args=(self.process.stderr,), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def emit(self, event: str, *args: object) -> None:
        """Send an event."""
        self._command({"emit": [event, *args]})

    def call(self, event: str, *args: object, timeout: float = 10.0) -> list[Any]:
        """Send an event and return what it is acknowledged with."""
        self._commands += 1
        number = self._commands
        self._command({"emit_ack": [event, *args], "id": number})
        return self.wait_for("ack", lambda line: line.payload == number, timeout).args[1:]

    def close(self) -> None:
        """Disconnect as a page does that is left in good order."""
        self._command({"close": True})

    def leave(self) -> None:
        """Disconnect, and wait until node has ended."""
        self.close()
        assert self.wait_for_end() == 0, self.transcript()

    def vanish(self) -> None:
        """Node is killed: its system closes the sockets, and nobody says goodbye."""
        self.process.kill()

    def wait_for_end(self, timeout: float = 10.0) -> int:
        """Node's exit status, once it has ended by itself and every line is here."""
        status = self.process.wait(timeout)
        self._readers[0].join(timeout)
        return status

    def stop(self) -> None:
        """End node: by the end of its input, by force where that does not do."""
        if self.process.stdin is not None:
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass  # it has ended by itself
        try:
            self.process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for reader in self._readers:
            reader.join(_STOP_S)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    def _command(self, command: dict[str, object]) -> None:
        stdin = self.process.stdin
        assert stdin is not None
        try:
            stdin.write(json.dumps(command) + "\n")
            stdin.flush()
        except (BrokenPipeError, ValueError):
            raise AssertionError(f"the player has ended\n{self.transcript()}") from None

    def _read_lines(self, stream: IO[str]) -> None:
        for text in stream:
            told = json.loads(text)
            self._told(told["event"], told["args"])
        self._end()

    def _read_errors(self, stream: IO[str]) -> None:
        for text in stream:
            self._errors.append(text.rstrip("\n"))
