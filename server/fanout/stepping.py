"""Coroutines run at once, as far as they come without waiting, and only then in a task.

Most handlers and all of fan-out's emits wait for nothing; a task for each would cost more than
they do. Not here: whose task finishes them (`websocket`).
"""

import asyncio
import contextvars
import types
from collections.abc import Callable, Coroutine, Generator
from typing import Any


class Suspended:
    """A coroutine that was begun and has to wait: finish it in a task."""

    __slots__ = ("_cancelled", "_context", "_coroutine", "_waits_for")

    def __init__(
        self,
        coroutine: Coroutine[Any, Any, object],
        waits_for: object,
        context: contextvars.Context,
    ) -> None:
        self._coroutine = coroutine
        self._waits_for = waits_for
        self._context = context
        self._cancelled = False

    def cancel(self) -> None:
        """Before it is finished: what cancelling a task that waits would do."""
        cancel = getattr(self._waits_for, "cancel", None)
        self._cancelled = cancel is None or not cancel()

    @types.coroutine
    def finish(self) -> Generator[Any, Any, object]:
        """Await the rest of it."""
        step: Callable[[Any], object]
        value: Any
        while True:
            try:
                if self._cancelled:
                    self._cancelled = False
                    raise asyncio.CancelledError
                value, step = (yield self._waits_for), self._coroutine.send
            except BaseException as error:
                value, step = error, self._coroutine.throw
            try:
                self._waits_for = self._context.run(step, value)
            except StopIteration as end:
                return end.value


def step(coroutine: Coroutine[Any, Any, object], context: contextvars.Context) -> Suspended | None:
    """Begin a coroutine; None when it has finished. Raises what it raises."""
    try:
        waits_for = context.run(coroutine.send, None)
    except StopIteration:
        return None
    return Suspended(coroutine, waits_for, context)


async def within(coroutine: Coroutine[Any, Any, object], context: contextvars.Context) -> None:
    """Await a coroutine whose context variables are those of `context`."""
    suspended = step(coroutine, context)
    if suspended is not None:
        await suspended.finish()


_unfinished: set[asyncio.Task[object]] = set()


def run_now(coroutine: Coroutine[Any, Any, object]) -> None:
    """Run a coroutine that should not have to wait; if it does, a task finishes it."""
    suspended = step(coroutine, contextvars.copy_context())
    if suspended is not None:

        async def finish() -> object:
            return await suspended.finish()

        task = asyncio.get_running_loop().create_task(finish())
        _unfinished.add(task)
        task.add_done_callback(_unfinished.discard)
