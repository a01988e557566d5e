"""Where a client connects to, and as whom."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from urllib.parse import quote, urlsplit

from gridcli.core.protocol.names import LOBBY, PATH, TICKS

DEFAULT_PORT = 8765
"""Where a game on this machine is looked for when no server is named, and where one is started."""
NEW = "new"
"""In place of an address: a server of one's own, whatever else runs."""


class Transport(StrEnum):
    """How frames travel."""

    AUTO = "auto"
    """WebSocket, and long polling where that is blocked."""
    WEBSOCKET = "websocket"
    POLLING = "polling"
    UPGRADE = "upgrade"
    """Long polling first, then WebSocket: what browsers do."""


@dataclass(frozen=True, slots=True)
class Target:
    """One client's wishes. `url` is `http(s)://host[:port]`, see `server_urls`."""

    url: str
    name: str = ""
    room: str = LOBBY
    transport: Transport = Transport.AUTO
    protocol: int = TICKS
    """The dialect asked for; a server that does not know 2 answers with 1."""
    spectate: bool = False
    symbol: str = ""
    """What to look like on the grid; empty takes what the server gives."""
    token: str = field(default="", repr=False)
    """What a server that asks for one knows us by."""
    others: tuple[str, ...] = ()
    """Further addresses of the same game; each is tried in turn when one is lost."""
    path: str = PATH
    """Where Engine.IO answers."""

    @property
    def address(self) -> str:
        """All of them, for people."""
        return ", ".join((self.url, *self.others))

    def turned(self, turns: int) -> "Target":
        """The same, beginning with the address that comes so many places later."""
        urls = (self.url, *self.others)
        first = turns % len(urls)
        url, *others = urls[first:] + urls[:first]
        return replace(self, url=url, others=tuple(others))

    def endpoint(self, transport: str, sid: str = "") -> str:
        """The Engine.IO address for a transport, of a session where one is named."""
        url = f"{self.url.rstrip('/')}{self.path}?EIO=4&transport={transport}"
        return f"{url}&sid={quote(sid, safe='')}" if sid else url  # it is whatever the server says


def server_urls(text: str) -> tuple[str, ...]:
    """Addresses of the servers of one game as people write them, with commas between them.

    Raises:
        ValueError: one is not an address of a web server.
    """
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > 1 and NEW in parts:
        raise ValueError(f"{NEW!r} is a server of your own, which shares no grid with others")
    return tuple(map(server_url, parts))


def server_url(text: str) -> str:
    """A server's address as people write it, made whole.

    Raises:
        ValueError: not an address of a web server.
    """
    text = text.strip()
    url = text if "://" in text else f"http://{text}"
    parts = urlsplit(url)
    if parts.scheme in ("ws", "wss"):
        url = "http" + url[2:]
        parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{text!r} is not a server's address; write http://host:port")
    parts.port  # noqa: B018  raises ValueError for a port that is none
    return url.rstrip("/")
