"""A recording's file: its lines from any place on, and errors that name it.

What is there when it is opened is what is read: one that is still being written may grow, and the
rest is left alone. Not here: what the lines say (`gridcli.core.reading`), writing one
(`gridcli.link.recorder`).
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO

from gridcli.core.errors import SetupError
from gridcli.core.reading import BadRecording, Reading

_BLOCK = 2**18


class RecordedFile:
    """An open recording.

    Attributes:
        size: its length in bytes, as it was when it was opened.
    """

    def __init__(self, descriptor: int) -> None:
        self.size = os.fstat(descriptor).st_size
        self._descriptor = descriptor

    def lines(self, offset: int = 0) -> Iterator[bytes]:
        """The lines from one that begins at an offset on, with their ends.

        Raises:
            BadRecording: the file can't be read any further.
        """
        rest: list[bytes] = []
        while block := self._read(offset):
            offset += len(block)
            pieces = block.split(b"\n")
            rest.append(pieces[0])
            if len(pieces) > 1:
                yield b"".join(rest) + b"\n"
                for piece in pieces[1:-1]:
                    yield piece + b"\n"
                rest = [pieces[-1]]
        if last := b"".join(rest):
            yield last

    def reading(self) -> Reading:
        """All of it, from its header on. Raises `BadRecording` where it is no recording."""
        return Reading(self.lines())

    def end(self, size: int) -> bytes:
        """So many of its last bytes, or all of it."""
        at = max(self.size - size, 0)
        blocks = []
        while block := self._read(at):
            blocks.append(block)
            at += len(block)
        return b"".join(blocks)

    def _read(self, offset: int) -> bytes:
        try:
            # A place of its own for each reader: several read at once.
            return os.pread(self._descriptor, min(_BLOCK, self.size - offset), offset)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise BadRecording(f"it can't be read: {reason}") from None


@contextmanager
def recorded(path: Path) -> Iterator[RecordedFile]:
    """Open a recording for as long as the block takes; from a pipe, all of it is taken first.

    Raises:
        SetupError: it can't be opened; or what a `BadRecording` out of the block says, with the
            file's name before it.
    """
    with ExitStack() as stack:
        try:
            file: IO[bytes] = stack.enter_context(path.open("rb"))
            if not path.is_file():
                whole = stack.enter_context(TemporaryFile())
                copyfileobj(file, whole)
                whole.flush()
                file = whole
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise SetupError(f"cannot read {path}: {reason}") from None
        try:
            yield RecordedFile(file.fileno())
        except BadRecording as error:
            raise SetupError(f"{path}: {error}") from None
