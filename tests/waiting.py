"""Wait for a condition, with a deadline: what tests do in place of sleeping."""

import asyncio
import time
from collections.abc import Callable

PATIENCE_S = 20.0
_PAUSE_S = 0.01


async def until(condition: Callable[[], object], what: str, patience_s: float = PATIENCE_S) -> None:
    """Return once the condition holds; fail, saying what was waited for, when it never does."""
    deadline_s = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline_s, f"waited {patience_s:.0f} s in vain for {what}"
        await asyncio.sleep(_PAUSE_S)


def until_sync(condition: Callable[[], object], what: str, patience_s: float = PATIENCE_S) -> None:
    """The same, without an event loop."""
    deadline_s = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline_s, f"waited {patience_s:.0f} s in vain for {what}"
        time.sleep(_PAUSE_S)
