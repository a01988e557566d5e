"""How many connections the system lets this process have open.

Not here: turning away the rest (`server.edge.door`).
"""

import logging
import resource

log = logging.getLogger("gridcli.server")

RESERVE = 64
"""Files that are no clients' connections: logs, the broker, the event loop's own."""


def places_for(connections: int) -> int:
    """Raise the limit of open files as far as wanted and allowed.

    Args:
        connections: how many are wanted.

    Returns:
        How many can be had; a server that accepts more stops accepting altogether for a while.
    """
    wanted = connections + RESERVE
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        soft = max(soft, allowed)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return connections
    places = max(1, soft - RESERVE)
    log.info(
        "only %d connections at a time: this user may have %d files open (ulimit -n, or "
        "LimitNOFILE= of systemd)",
        places,
        soft,
    )
    return places
