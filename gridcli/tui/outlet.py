"""Where the screen is drawn: on a terminal, or through a pipe in somebody's browser.

The second is so where Textual's web driver is asked for, by `TEXTUAL_DRIVER`: `gridcli play --web`
does that, and Textual's own `textual serve`. Not here: the other end of the pipe
(`gridcli.tui.web`), running the screen (`gridcli.tui.running`).
"""

import json
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from gridcli.core.errors import GridError, Refusal

REFUSED = "gridcli-refused"
"""The packet by which a browser is told why there will be no screen: `{"type", "text"}`."""

_WEB_DRIVER = "textual.drivers.web_driver:"
_PRELUDE = b"__GANGLION__\n"  # what the web driver begins with
_META = b"M"
_STDOUT = 1


def in_browser() -> bool:
    """Whether the screen goes to a browser, by way of the process that started this one."""
    return os.environ.get("TEXTUAL_DRIVER", "").startswith(_WEB_DRIVER)


def gone() -> bool:
    """Whether the terminal was closed, or whoever shows us in a browser has ended."""
    keys = sys.stdin.fileno()
    if not in_browser():
        return not os.isatty(keys)
    # The driver reads the pipe; that nobody writes to it any more shows without reading.
    watch = select.poll()
    watch.register(keys, 0)
    return any(event & (select.POLLHUP | select.POLLERR) for _, event in watch.poll(0))


@contextmanager
def told_of_refusal() -> Iterator[None]:
    """Tell the browser, too, of an error because of which there will be no screen."""
    try:
        yield
    except GridError as error:
        if in_browser():
            _refuse(error.text if isinstance(error, Refusal) else str(error))
        raise


def _refuse(reason: str) -> None:
    packet = json.dumps({"type": REFUSED, "text": reason}).encode()
    try:
        os.write(_STDOUT, _PRELUDE + _META + len(packet).to_bytes(4, "big") + packet)
    except OSError:
        pass  # the browser has gone, and whoever showed us in it
