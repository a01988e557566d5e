"""Measure a broadcast of another application; a locustfile needs five lines.

    from loadtest.broadcast import Broadcast
    from chat_app import Chat

    class Chatters(Broadcast):
        application = Chat()

Not here: what there is to be described (`gridcli.core.application`).
"""

from random import Random
from typing import Any, ClassVar

from gridcli.core.application import Application
from gridcli.core.strategies import seed_of
from loadtest._application import describe
from loadtest._guest import Guest
from loadtest._participant import Participant


class Broadcast(Participant[Guest]):
    """Clients who come, send at the rate of `--rate`, hear, and stay to the end of the test.

    Attributes:
        application: what is measured; all user classes of a test have the same one.
        transport: "websocket" or "polling".
    """

    abstract = True
    by_name_only = False
    broadcasts = True
    application: ClassVar[Application]

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self._description = describe(self.account, self.application, environment)
        rng = Random(seed_of(self.options.seed, self.number))
        self._client = self._description.client(self.number, rng)

    def client(self) -> Guest:
        """See `Participant`."""
        url = (self.host or "").rstrip("/")
        return Guest(self.account, url, self.transport, self._description, self._client)
