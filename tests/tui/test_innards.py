"""What we use of Textual's that is not public still means what it did.

A terminal's emulator takes every update in, and then shows what a full repaint shows. Not here:
which cells the board marks (`test_damage`), how often it draws (`test_pace`).
"""

import os
from random import Random
from types import SimpleNamespace
from typing import cast

import pyte
from fresh_python import run_fresh
from rich.console import Console
from textual import events
from textual._compositor import CompositorUpdate
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers._writer_thread import WriterThread
from textual.drivers.linux_driver import LinuxDriver

from gridcli.core.geometry import Cell, Direction, Grid
from gridcli.core.protocol.updates import Chat, Delta, Joiner
from gridcli.tui.innards import NarrowCompositor, NarrowUpdate, ask_for_sign, is_writing

from .cells import CellScreen
from .driving import Driven, drive
from .fake_link import OWN_ID, moved

SIZE = (110, 34)


class Emulator:
    """What a terminal shows after the updates that it was written."""

    def __init__(self) -> None:
        self.screen = CellScreen(*SIZE)
        self._stream = pyte.Stream(self.screen)

    def take(self, written: str) -> None:
        self._stream.feed(written)

    def picture(self) -> list[list[object]]:
        """Every character with its colours and weights."""
        return [[self.screen.buffer[y][x] for x in range(SIZE[0])] for y in range(SIZE[1])]


def console() -> Console:
    return Console(color_system="truecolor", force_terminal=True, width=SIZE[0])


def update_of(driven: Driven, *, full: bool = False) -> CompositorUpdate | None:
    """What Textual would write now."""
    compositor = driven.app.screen._compositor
    compositor.update_widgets(set(compositor.visible_widgets))
    found = compositor.render_update(full=full)
    assert found is None or isinstance(found, CompositorUpdate)
    return found


def test_narrow_updates_add_up_to_the_whole_screen() -> None:
    async def scenario(driven: Driven) -> None:
        app, link, rng = driven.app, driven.link, Random(3)
        for timer in list(app._timers):
            timer.stop()  # the test alone draws
        assert isinstance(app.screen._compositor, NarrowCompositor)
        terminal, narrow = Emulator(), 0
        whole = update_of(driven, full=True)
        assert whole is not None
        terminal.take(whole.render_segments(console()))
        grid = link.mirror.grid
        for step in range(120):
            user_id = rng.choice(list(link.mirror.cells))
            cell = grid.step(link.mirror.cells[user_id], rng.choice(list(Direction)))
            link.feed(moved(link, user_id, cell, step))
            if step % 10 == 0:
                link.feed(Chat("u-bob", "bob", f"ﾊﾊ龍 {step} é"))
            if step % 25 == 0:
                newcomer = Joiner(f"n{step}", "N", cell, f"龍{step}")
                link.feed(Delta(link.mirror.tick + 1, 9, joins=[newcomer]))
            driven.clock.now_s += 0.1
            app.redraw()
            update = update_of(driven)
            if update is not None:
                narrow += isinstance(update, NarrowUpdate)
                terminal.take(update.render_segments(console()))
        assert narrow > 100
        whole = update_of(driven, full=True)
        assert whole is not None
        fresh = Emulator()
        fresh.take(whole.render_segments(console()))
        for at, (found, expected) in enumerate(
            zip(terminal.picture(), fresh.picture(), strict=True)
        ):
            assert found == expected, f"line {at}"

    people = [(f"u{n}", "BCD"[n % 3], Cell(n + 1, n % 20 + 1), f"b{n}") for n in range(30)]
    drive(scenario, size=SIZE, grid=Grid(60, 25), people=[(OWN_ID, "K", Cell(9, 9), "a"), *people])


def test_a_step_is_written_in_few_bytes() -> None:
    async def scenario(driven: Driven) -> None:
        app = driven.app
        for timer in list(app._timers):
            timer.stop()
        update_of(driven)
        driven.link.feed(moved(driven.link, "u-cyd", Cell(18, 9), 1))
        app.board.redraw()
        update = update_of(driven)
        assert update is not None
        written = update.render_segments(console())
        lines = app.board.scale.cell_height
        assert len(written) < 200 * lines  # two cells; a line of the board is some 2000
        assert len(app.board._dirty_regions) <= 2
        for n in range(50):
            driven.link.feed(moved(driven.link, "u-cyd", Cell(n % 20 + 1, n % 10 + 1), n + 2))
            app.board.redraw()
            update_of(driven)
            assert len(app.board._dirty_regions) <= 4, "narrow regions add up"

    drive(scenario, size=SIZE)


def test_what_the_writer_has_not_written_shows() -> None:
    receiver, sender = os.pipe()
    with os.fdopen(sender, "w") as file:
        thread = WriterThread(file)
        app = cast(App[None], SimpleNamespace(_driver=SimpleNamespace(_writer_thread=thread)))
        assert not is_writing(app)
        thread.write("waits: the thread does not run yet")
        assert is_writing(app)
        thread.start()
        assert os.read(receiver, 100)
        assert not is_writing(app)
        thread.stop()
    os.close(receiver)
    assert "_writer_thread" in LinuxDriver.__init__.__code__.co_names
    assert not is_writing(cast(App[None], SimpleNamespace(_driver=None)))


def test_a_terminal_is_asked_and_its_answer_is_an_event_of_the_app() -> None:
    written: list[str] = []
    driver = SimpleNamespace(is_headless=False, write=written.append, flush=lambda: None)
    assert ask_for_sign(cast(App[None], SimpleNamespace(_driver=driver)))
    screen = CellScreen(80, 24)
    answers: list[str] = []
    screen.write_process_input = answers.append  # type: ignore[method-assign]
    pyte.Stream(screen).feed("".join(written))
    assert len(answers) == 1
    (event,) = XTermParser().feed(answers[0])
    assert isinstance(event, events.CursorPosition)

    async def scenario(driven: Driven) -> None:
        assert not ask_for_sign(driven.app), "there is no terminal"
        heard: list[object] = []
        driven.app._frames.answered = lambda: heard.append(event)  # type: ignore[method-assign]
        driven.app.post_message(event)
        await driven.until(lambda: bool(heard), "the sign")

    drive(scenario)


def test_a_frame_hardly_waits_for_textuals_own_beat() -> None:
    told = run_fresh("-c", "import gridcli.tui.app, textual.screen as s; print(s.UPDATE_PERIOD)")
    assert float(told) < 0.005
