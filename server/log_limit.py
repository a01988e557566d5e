"""How often the log says the same: a few lines a minute for each cause, and then how many more.

A cause is what a line's template, its place in the code and its exception's have in common,
whatever they are about. A stranger can repeat a cause as often as it likes, but makes no new ones:
of one place in the code, so many templates count, and the others are one. Not here: what becomes
of the lines (`server.logs`).
"""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

LINES = 5
"""Of one cause in a minute."""
PER_MINUTE = "per_minute"
"""A record may have this as an extra: how many of its cause are enough."""
MINUTE_S = 60.0
TEMPLATES = 16
"""Of one place, which has more only where the text itself is the template."""
_SHOWN = 120


@dataclass(slots=True)
class _Window:
    ends_s: float
    example: str
    """The template of what was suppressed."""
    logger: str
    level: int
    lines: int = 0
    suppressed: int = 0


class LogLimit:
    """Counts lines by cause.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._windows: dict[object, _Window] = {}
        self._templates: Counter[object] = Counter()
        self._sweep_s = clock() + MINUTE_S

    def admit(self, record: logging.LogRecord) -> bool:
        """Whether a line is to be written; to be asked once for each."""
        cause = self._cause(record)
        window = self._windows.get(cause)
        if window is None:
            template = str(record.msg).partition("\n")[0][:_SHOWN]
            window = _Window(self._clock() + MINUTE_S, template, record.name, record.levelno)
            self._windows[cause] = window
        if window.lines < getattr(record, PER_MINUTE, LINES):
            window.lines += 1
            return True
        window.suppressed += 1
        return False

    def summaries(self, *, at_once: bool = False) -> list[logging.LogRecord]:
        """What to say of the causes whose minute is over, or of all; they begin anew."""
        now_s = self._clock()
        # The next window that ends is not known; a look at all of them is cheap once in a while.
        if not at_once and now_s < self._sweep_s:
            return []
        over = [c for c, window in self._windows.items() if at_once or window.ends_s <= now_s]
        windows = [self._windows.pop(cause) for cause in over]
        if not self._windows:
            self._templates.clear()
        self._sweep_s = min((w.ends_s for w in self._windows.values()), default=now_s + MINUTE_S)
        return [_summary(window) for window in windows if window.suppressed]

    def _cause(self, record: logging.LogRecord) -> object:
        place = (record.name, record.pathname, record.lineno)
        failed: object = None
        if record.exc_info and record.exc_info[0] is not None:
            trace = record.exc_info[2]
            while trace is not None and trace.tb_next is not None:
                trace = trace.tb_next
            failed = record.exc_info[0], trace and (trace.tb_frame.f_code, trace.tb_lineno)
        cause = (place, str(record.msg), failed)
        if cause in self._windows:
            return cause
        if self._templates[place] >= TEMPLATES:
            return (place, None, failed)
        self._templates[place] += 1
        return cause


def _summary(window: _Window) -> logging.LogRecord:
    return logging.LogRecord(
        window.logger,
        window.level,
        "",
        0,
        "%d more within a minute like: %s",
        (window.suppressed, window.example),
        None,
    )
