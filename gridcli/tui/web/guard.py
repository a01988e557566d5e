"""Which pages may play: those that we serve, opened by a name that is ours.

A browser lets any page in the world open a WebSocket to this machine, and says in `Origin` which
page it was. So the page must be ours: it was asked for at the same host that it now calls. On
loopback that host must be a name of loopback, too, or a stranger's name that was made to point
here would do. Not here: the pages (`gridcli.tui.web.site`). Pure.
"""

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether an address or a name, without a port, means this machine alone."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class Guard:
    """Decides by the `Host` and `Origin` of a request.

    Args:
        listens_on: the host that the page was told to listen on.
        origins: `scheme://host[:port]` of pages that a proxy shows, lower case.
    """

    def __init__(self, listens_on: str, origins: Collection[str] = ()) -> None:
        self._only_loopback = is_loopback(listens_on)
        self._origins = frozenset(origins)
        self._proxied = {urlsplit(origin).netloc for origin in origins}

    def knows(self, host: str) -> bool:
        """Whether a page asked for at this host (of the `Host` header) is ours."""
        host = host.lower()
        return not self._only_loopback or host in self._proxied or is_loopback(_name(host))

    def lets_play(self, origin: str, host: str) -> bool:
        """Whether a page with this `Origin` may connect to this `Host`; "" is neither."""
        origin = origin.lower()
        if origin in self._origins:
            return True
        scheme, _, page = origin.partition("://")
        ours = scheme in ("http", "https") and page == host.lower()
        return ours and self.knows(host)


def _name(netloc: str) -> str:
    """The host of `host[:port]`; "" where it is none."""
    try:
        return urlsplit(f"//{netloc}").hostname or ""
    except ValueError:
        return ""
