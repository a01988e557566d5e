"""An event as it comes in: its text taken apart, once, by whoever looks at it first.

Not here: what runs for it (`dispatch`), what of it is refused (the owner's `screen`).
"""

import re
from collections.abc import Callable
from typing import Any

Event = tuple[str | None, int | None, list[Any]]
"""Its namespace, where it is not the default one; the number that its sender waits for an
acknowledgement under, if it does; its name and arguments. Plain, because each event has one."""

Screen = Callable[[str | bytes], Event | bool]
"""Says of one message of a client whether it goes on; the event itself, if it is one that was
taken apart to know that."""

_event = re.compile(r"42(?:(/[^,?]*),)?(\d{1,15})?(?=\[)").match
"""Engine.IO message, Socket.IO event without attachments: namespace, number."""


def parse(text: str, loads: Callable[[str], Any]) -> Event | None:
    """Take an event apart; None for whatever is no plain one.

    Args:
        text: one Engine.IO packet.
        loads: the server's JSON decoder.
    """
    found = _event(text)
    if found is None:
        return None
    try:
        data = loads(text[found.end() :])
    except (ValueError, RecursionError):
        return None
    if type(data) is not list or not data or type(data[0]) is not str:
        return None
    namespace, number = found.groups()
    return namespace, None if number is None else int(number), data
