"""What we use of Textual's that is not public; `tests/tui/test_innards.py` fails when it changes.

Where a later Textual is different, the screen is drawn all the same, with more bytes. Not here:
what is drawn (`gridcli.tui.board`), how often (`gridcli.tui.pace`).
"""

from collections.abc import Iterable

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from textual._compositor import ChopsUpdate, Compositor
from textual.app import App
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget


class NarrowUpdate(ChopsUpdate):
    """An update that writes the dirty cells and none to the left of them.

    Textual's own begins each line where the widget begins: on a board on which somebody moves in
    every row that is most of the board, for each frame.
    """

    def render_segments(self, console: Console) -> str:
        """The bytes of the update, as text."""
        system = console._color_system or ColorSystem.TRUECOLOR
        written: list[str] = []
        for y, left, right in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                if strip is None or x >= right or end <= left:
                    continue
                first, last = max(left, x), min(right, end)
                written.append(f"\x1b[{y + 1};{first + 1}H")
                _write(written, strip, first - x, last - x, system)
        return "".join(written)


def _write(
    written: list[str], strip: Iterable[Segment], left: int, right: int, system: ColorSystem
) -> None:
    """Render the columns of a strip from `left` up to `right`.

    `Strip.crop` would do, but makes a strip with caches of its own for each run of cells.
    """
    at = 0
    for segment in strip:
        text, style, _ = segment
        begin, at = at, at + cell_len(text)
        if at <= left:
            continue
        if begin < left:
            segment = segment.split_cells(left - begin)[1]
            begin = left
        if at > right:
            segment = segment.split_cells(right - begin)[0]
        text = segment.text
        written.append(text if style is None else Strip.render_style(style, text, system))
        if at >= right:
            return


class NarrowCompositor(Compositor):
    """Textual's compositor, with narrow updates."""

    def render_partial_update(self) -> ChopsUpdate | None:
        """Part of `Compositor`."""
        update = super().render_partial_update()
        if update is None:
            return None
        return NarrowUpdate(update.chops, update.spans, update.chop_ends)


class NarrowScreen(Screen[None]):
    """A screen that writes no more to the terminal than what has changed."""

    def __init__(self) -> None:
        super().__init__(id="_default")
        self._compositor = NarrowCompositor()


def forget_regions(widget: Widget) -> None:
    """Let a widget that draws its own lines forget which regions were ever dirty.

    Textual only forgets those of widgets that it draws itself; narrow ones are many.
    """
    widget._dirty_regions.clear()


def is_writing(app: App[None]) -> bool:
    """Whether what was drawn still waits for the thread that writes to the terminal.

    The thread's queue is bounded, and a full one blocks the event loop.
    """
    thread = getattr(app._driver, "_writer_thread", None)
    queue = getattr(thread, "_queue", None)
    return queue is not None and not queue.empty()


def ask_for_sign(app: App[None]) -> bool:
    """Ask the terminal where its cursor is: it answers when it has read all that came before.

    The answer is a `textual.events.CursorPosition` to the app.

    Returns:
        Whether there is a terminal to ask.
    """
    driver = app._driver
    if driver is None or driver.is_headless:
        return False
    driver.write("\x1b[6n")
    driver.flush()
    return True
