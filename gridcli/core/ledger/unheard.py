"""Senders who are not told their own events: they must come to stand where the others stand.

What an update means is shared by all who have seen the same (`views`); without this nobody would,
as each lacks events of its own. Not here: that these are not owed to them, and count where
they come all the same (`anomalies`).
"""

from collections.abc import Mapping

from ..sharing import Meetings
from .senders import Sender
from .sequences import Sequenced
from .views import Receiver, View


def pass_over(
    receiver: Receiver,
    view: View,
    update: object,
    senders: Mapping[str, Sender],
    meetings: Meetings[View],
) -> View:
    """Where a receiver stands who has taken in its own moves as well that others have seen.

    Args:
        receiver: whose moves they are.
        view: where it stands without them.
        update: what it is told next; no further than needed for this to be known.
        senders, meetings: the ledger's.
    """
    moves = receiver.unheard
    while moves and id(update) not in view.edges:
        move = moves[0]
        own = Sequenced(move.user_id, move.seq)
        edge = next((edge for edge in view.edges.values() if edge.update == own), None)
        if edge is None and move.seen:
            edge = view.step(receiver, own, senders, meetings)
        if edge is not None:
            view = edge.view
        elif not move.closed:
            break  # the others do not stand there yet; where nobody ever saw it, nobody will
        moves.popleft()
    return view
