"""An event loop that runs until it has come to rest: for tests without a running loop.

At rest means: nothing is ready, and no timer is due within a short time. A loop tells its selector
how long it may sleep, and that is how the selector of this one knows. Not here: who is being
tested (`testing`).
"""

import asyncio
import gc
import selectors
import time
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self


class NotSettled(Exception):
    """What a call caused did not come to an end in time; says what was still under way."""


class SettlingLoop:
    """Runs coroutines, each with everything that it causes. Use it as a context manager.

    Args:
        rest_s: a timer due within this time is waited for; a later one is none of the call's.
        limit_s: the longest time that one call may take.
    """

    def __init__(self, rest_s: float, limit_s: float) -> None:
        self._selector = _RestSelector(rest_s)
        self._rest_s = rest_s
        self._limit_s = limit_s
        self._failures: list[BaseException] = []

    def __enter__(self) -> Self:
        refuse_within_a_loop()
        loop = self._selector.loop = asyncio.SelectorEventLoop(self._selector)
        loop.set_exception_handler(self._note)
        self._runner = asyncio.Runner(loop_factory=lambda: loop)
        self._runner.get_loop()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Cancel what still runs and close the loop."""
        self._runner.close()
        if error is None:
            self._raise_failure()

    def run(self, coroutine: Coroutine[Any, Any, Any], what: str) -> Any:
        """Run a coroutine until it has ended and the loop is at rest; returns its result.

        Raises what the coroutine raises, or else what a task raised that nobody awaited.

        Args:
            what: names it in the error's text.

        Raises:
            NotSettled: it took too long.
        """
        try:
            refuse_within_a_loop()
        except RuntimeError:
            coroutine.close()
            raise
        loop = self._selector.loop
        task = loop.create_task(coroutine)
        if self._selector.run_to_rest(task, self._limit_s):
            self._raise_unsettled(task, what)
        try:
            result = task.result()
        except BaseException:
            self._log_failures()
            raise
        self._raise_failure()
        return result

    def _raise_unsettled(self, task: asyncio.Task[Any], what: str) -> None:
        loop = self._selector.loop
        others = sorted(_name(each) for each in asyncio.all_tasks(loop) if each is not task)
        if task.done():
            why = f"something kept happening within {self._rest_s} s after {what}"
        else:
            why = f"{what} has not ended"
            task.cancel()
            loop.run_until_complete(asyncio.wait([task], timeout=1.0))
        self._log_failures()
        raise NotSettled(
            f"not at rest after {self._limit_s} s: {why}; tasks: {', '.join(others) or 'none'}"
        )

    def _note(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if error is None:
            loop.default_exception_handler(context)
        else:
            self._failures.append(error)

    def _raise_failure(self) -> None:
        # A task says that nobody awaited its failure when it is freed; a frame may still hold it.
        gc.collect(1)
        if self._failures:
            first = self._failures.pop(0)
            self._log_failures()
            raise first

    def _log_failures(self) -> None:
        failures, self._failures = self._failures, []
        for error in failures:
            self._selector.loop.default_exception_handler(
                {"message": "another failure of the same call", "exception": error}
            )


class _RestSelector(selectors.DefaultSelector):
    """Stops its loop once that is at rest."""

    def __init__(self, rest_s: float) -> None:
        super().__init__()
        self.loop: asyncio.SelectorEventLoop
        self._rest_s = rest_s
        self._awaited: asyncio.Task[Any] | None = None
        self._deadline_s = 0.0
        self._overdue = False

    def run_to_rest(self, task: asyncio.Task[Any], limit_s: float) -> bool:
        """Run the loop until the task is done and the loop at rest; True if it took too long."""
        self._awaited, self._overdue = task, False
        self._deadline_s = time.monotonic() + limit_s
        try:
            self.loop.run_forever()
        finally:
            self._awaited = None
        return self._overdue

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Called by the loop with 0 when something is ready, else with the time until a timer."""
        if self._awaited is None:
            return super().select(timeout)
        if self._awaited.done() and (timeout is None or timeout > self._rest_s):
            ready = super().select(0)
            if not ready:
                self.loop.stop()
            return ready
        left_s = self._deadline_s - time.monotonic()
        if left_s <= 0:
            self._overdue = True
            self.loop.stop()
            return super().select(0)
        return super().select(left_s if timeout is None else min(timeout, left_s))


def refuse_within_a_loop() -> None:
    """Raise RuntimeError where a loop is running already, as in a coroutine."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise RuntimeError(
        "the in-process client has an event loop of its own and cannot be used within a running "
        "one; call it from a plain function"
    )


def _name(task: asyncio.Task[Any]) -> str:
    return getattr(task.get_coro(), "__qualname__", task.get_name())
