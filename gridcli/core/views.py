"""Whose view a recording holds, and how long it is: what one asks before playing it.

Not here: playing it (`gridcli.core.playback`).
"""

from .lookahead import Place, Source
from .reading import BadRecording, NotJson, Reading, decode_line, glance
from .recording import Flow, Header

_IN = str(Flow.IN).encode()


def opened(source: Source) -> tuple[Header, Place]:
    """A recording's header, and the place after it. Raises `BadRecording` for none of ours."""
    line = next(source.lines(), b"")
    return Reading([line]).header, Place(len(line), 1, 0.0)


def viewer(source: Source, header: Header, start: Place, wanted: int | None = None) -> int:
    """The player whose view is to be shown: the first who was sent anything, or who is wanted.

    Raises:
        BadRecording: the recording has no such view, or none at all.
    """
    there = header.incoming
    if wanted is not None and there is not None and wanted not in there:
        raise _no_view(wanted, set(there))
    seen: set[int] = set()
    offset, number = start.offset, start.number
    for line in source.lines(offset):
        number += 1
        player = _sent_to(line, number)
        if player is None:
            continue
        if wanted is None or player == wanted:
            return player
        seen.add(player)
    raise _no_view(wanted, seen)


def length_s(end: bytes) -> float | None:
    """When the last whole line was written, in seconds; None where these bytes hold none.

    Args:
        end: the recording's last bytes, from anywhere on.
    """
    _, _, lines = end.partition(b"\n")  # the first is cut off as a rule, or the header
    for line in reversed(lines.splitlines()):
        seen = glance(line)
        if seen is not None and line.endswith(b"}"):
            return seen.time_s
        try:
            entry = decode_line(line, 0)
        except BadRecording:
            continue
        if entry is not None:
            return entry.time_s
    return None


def _sent_to(line: bytes, number: int) -> int | None:
    """To whom a line says that something was sent."""
    seen = glance(line)
    if seen is not None:
        return seen.player if seen.direction == _IN else None
    try:
        entry = decode_line(line, number)
    except NotJson:
        return None  # where it is not the last line, playing ends there and says so
    return entry.player if entry is not None and entry.flow is Flow.IN else None


def _no_view(wanted: int | None, there: set[int]) -> BadRecording:
    if not there:
        return BadRecording("it has no player's view: nothing that a server sent was recorded")
    some = ", ".join(map(str, sorted(there)[:10])) + (", …" if len(there) > 10 else "")
    return BadRecording(f"it has no view of player {wanted}; --player may be {some}")
