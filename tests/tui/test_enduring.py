"""Drawing on a terminal that was closed: the screen's process must end, and so may not wait.

Not here: closing the window of a whole game (`test_pty`, `test_pty_company`).
"""

import asyncio
import os
import pty
import sys
import threading
from typing import cast

from textual.drivers._writer_thread import MAX_QUEUED_WRITES, WriterThread
from textual.drivers.linux_driver import LinuxDriver

from gridcli.tui.app import PlayApp
from gridcli.tui.enduring import Enduring, enduring_terminal

from .fake_link import started_game


def test_textuals_writer_goes_on_when_the_terminal_is_gone() -> None:
    master, slave = pty.openpty()
    with open(slave, "w") as terminal:
        writer = WriterThread(cast("object", Enduring(terminal)))  # type: ignore[arg-type]
        writer.start()
        os.close(master)

        def draw() -> None:
            for _ in range(10 * MAX_QUEUED_WRITES):
                writer.write("\x1b[1;1Hx")
            writer.stop()

        drawing = threading.Thread(target=draw, daemon=True)
        drawing.start()
        drawing.join(20)
        assert not drawing.is_alive(), "who draws waits for a thread that has ended"
        with open(os.devnull, "w") as nowhere:  # what is left in it can't be written there
            os.dup2(nowhere.fileno(), slave)


def test_textual_draws_on_that_stream() -> None:
    async def scene() -> None:
        game, _, _ = started_game()
        before = sys.__stderr__
        with enduring_terminal():
            driver = LinuxDriver(PlayApp(game), size=(80, 24))
            assert isinstance(driver._file, Enduring)
            assert before is not None
            assert driver._file.fileno() == before.fileno()
        assert sys.__stderr__ is before

    asyncio.run(scene())
