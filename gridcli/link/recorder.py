"""Write a recording while the players play, from a thread of its own.

The event loop only notes the time and the frame; the thread decodes, encodes and writes. Whatever
goes wrong with the file costs the recording, never the run: it is told once, and what follows is
not kept. Not here: the format (`gridcli.core.recording`), where frames are seen
(`gridcli.link.tap`).
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Container
from dataclasses import asdict
from io import FileIO
from pathlib import Path

from gridcli.core.mirror import Mirror
from gridcli.core.recording import FRAME, Entry, Flow, Header, encode_entry, encode_header, entry_of

from .states import Live, State

HELD_BYTES = 32 * 2**20
"""How much may wait for the disk; a disk that falls further behind costs the recording."""
CLOSE_S = 3.0
"""How long the end of a run waits for the disk."""
_ENTRY_BYTES = 200
_EACH_S = 0.2
_SLICE = 64
_PAUSE_S = 0.0005

_Noted = tuple[float, int, Flow, str, object]


class Track:
    """One player's part of a recording: what its link tells.

    Attributes:
        incoming: whether frames from the server are wanted.
    """

    def __init__(self, recorder: "Recorder", number: int, incoming: bool) -> None:
        self.incoming = incoming
        self._recorder = recorder
        self._number = number

    def sent(self, frame: str) -> None:
        """A frame goes out."""
        self._recorder.note(self._number, Flow.OUT, "", frame, len(frame))

    def received(self, frame: str | bytes) -> None:
        """A frame came in."""
        self._recorder.note(self._number, Flow.IN, "", frame, len(frame))

    def state(self, state: State, mirror: Mirror, transport: str) -> None:
        """The connection is in another state."""
        payload: dict[str, object] = asdict(state)
        if isinstance(state, Live):
            payload = {"userId": mirror.user_id, "symbol": mirror.symbol, "name": mirror.name}
            payload |= {"room": mirror.room, "protocol": mirror.protocol, "transport": transport}
        self._recorder.note(self._number, Flow.STATE, type(state).__name__.lower(), payload, 0)


class Recorder:
    """Writes one file, from when it is made until `close`; an existing file is replaced.

    Make and use it on a running event loop.

    Args:
        path: the file.
        header: its first line.
        on_trouble: called on the loop, once at most, with one line that says what went wrong.
        clock: monotonic seconds; the recording begins now.
    """

    def __init__(
        self,
        path: Path,
        header: Header,
        on_trouble: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.trouble = ""
        """Why nothing more is recorded; empty while all is well."""
        self._path = path
        self._header = header
        self._on_trouble = on_trouble
        self._clock = clock
        self._started_s = clock()
        self._incoming: Container[int] | None = header.incoming
        self._waiting: deque[_Noted] = deque()
        # Each is written by one thread alone; the difference is what waits.
        self._noted_bytes = 0
        self._written_bytes = 0
        self._ending = threading.Event()
        self._ended = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        # A daemon: a disk that never answers must not keep the process from ending.
        threading.Thread(target=self._work, name="recorder", daemon=True).start()

    def track(self, number: int) -> Track:
        """The part of one player, 0, 1, 2, …"""
        return Track(self, number, self._incoming is None or number in self._incoming)

    def note(self, number: int, flow: Flow, name: str, what: object, size: int) -> None:
        """Keep one entry for the thread: a frame, or a state by its name and payload."""
        if self.trouble or self._ending.is_set():
            return
        self._noted_bytes += size + _ENTRY_BYTES
        if self._noted_bytes - self._written_bytes > HELD_BYTES:
            self._give_up("more comes than can be written")
            return
        self._waiting.append((self._clock() - self._started_s, number, flow, name, what))

    async def close(self) -> None:
        """Write what waits and close the file, for `CLOSE_S` at most; never raises."""
        self._ending.set()
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._ended.wait()
        except TimeoutError:
            self._give_up("it does not answer")

    def _give_up(self, reason: str) -> None:
        """On the loop: end the recording here, and say so."""
        self._ending.set()
        if not self.trouble:
            self.trouble = f"the recording is incomplete: {self._path}: {reason}"
            self._waiting.clear()
            self._on_trouble(self.trouble)

    def _work(self) -> None:
        try:
            with self._path.open("wb", buffering=0) as file:
                _write(file, encode_header(self._header))
                ending = False
                while not ending:
                    ending = self._ending.wait(_EACH_S)
                    while self._waiting:
                        _write(file, self._take())
                        if not ending:
                            # The loop waits for the interpreter while this thread computes.
                            time.sleep(_PAUSE_S)
        except OSError as error:
            self._tell(self._give_up, (error.strerror or str(error)).lower())
        except Exception as error:  # a fault of ours: it must not cost the run either
            self._tell(self._give_up, f"{type(error).__name__}: {error}")
        finally:
            self._tell(self._ended.set)

    def _take(self) -> bytes:
        lines = []
        for _ in range(_SLICE):
            try:
                time_s, number, flow, name, what = self._waiting.popleft()
            except IndexError:
                break
            self._written_bytes += _ENTRY_BYTES
            if isinstance(what, str | bytes):
                self._written_bytes += len(what)
                lines.append(_line(time_s, number, flow, what))
            else:
                lines.append(encode_entry(Entry(time_s, number, flow, name, what)))
        return b"".join(lines)

    def _tell(self, call: Callable[..., None], *args: str) -> None:
        try:
            self._loop.call_soon_threadsafe(call, *args)
        except RuntimeError:
            pass  # the loop is closed: the run is over, and nobody listens


def _line(time_s: float, number: int, flow: Flow, frame: str | bytes) -> bytes:
    try:
        return encode_entry(entry_of(time_s, number, flow, frame))
    except TypeError:  # JSON that is nested too deeply to be written: no server of ours sends it
        text = frame.decode(errors="replace") if isinstance(frame, bytes) else frame
        return encode_entry(Entry(time_s, number, flow, FRAME, text))


def _write(file: FileIO, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]
