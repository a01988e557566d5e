"""A server of one's own that is started again when it dies, where its players look for it.

Not here: starting one (`gridcli.link.local`), coming back to it (`gridcli.link.link`).
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable

from gridcli.core.errors import SetupError

from .local import LocalServer

DEATHS, WITHIN_S = 3, 60.0
"""A server that dies so often within so short a time is not started again."""


class Revival:
    """Watches over a server from when it is made until `stop`.

    Args:
        server: it is ours to stop from now on.
        tell: called with a line for people whenever it has died.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        server: LocalServer,
        tell: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.server = server
        self._tell = tell
        self._clock = clock
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """End the server, whichever it is now, and wait for its end."""
        self._watching.cancel()
        await asyncio.gather(self._watching, return_exceptions=True)
        await self.server.stop()

    async def _watch(self) -> None:
        deaths: deque[float] = deque(maxlen=DEATHS)
        while True:
            why = await self.server.ended()
            deaths.append(self._clock())
            if len(deaths) == DEATHS and deaths[-1] - deaths[0] < WITHIN_S:
                self._tell(
                    f"the server {why}, {DEATHS} times within a minute: it is not started again"
                )
                return
            try:
                self.server = await self.server.again()
            except SetupError as error:
                self._tell(f"the server {why} and can't be started again: {error}")
                return
            self._tell(f"the server {why}; it is started again")
