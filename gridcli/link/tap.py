"""A connection that tells a recording which frames pass.

It stands in for any connection, and is only made where something is recorded, so that nothing else
pays for it. Not here: the connections (`gridcli.link.transport`), the file
(`gridcli.link.recorder`).
"""

from typing import Any, cast

from .recorder import Track
from .transport import Connection, OnBurst, OnFrame


class _Tapped:
    def __init__(self, connection: Connection, track: Track) -> None:
        self._connection = connection
        self._track = track

    def send(self, frame: str) -> None:
        self._track.sent(frame)
        self._connection.send(frame)

    async def run(self, on_frame: OnFrame, on_burst: OnBurst | None = None) -> str:
        if not self._track.incoming:
            return await self._connection.run(on_frame, on_burst)
        received = self._track.received

        def take(frame: bytes) -> None:
            received(frame)
            on_frame(frame)

        return await self._connection.run(take)  # every frame, each by itself

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def tapped(connection: Connection, track: Track | None) -> Connection:
    """The connection, through which a track sees every frame; without one the same."""
    return connection if track is None else cast(Connection, _Tapped(connection, track))
