"""Who saw which move, and when: the account of one load generator.

`ledger` is the interface; `moves` what is accounted for, `senders` who moves, `pairs` what went
wrong between whom. What a receiver has seen is a `views` object, shared by all who were sent the
same; the dialects differ in how an update leads to the next view: `ticks` (protocol 2),
`positions` with `numbering` and `stays` (protocol 1, whose positions have no numbers), `sequences`
(any event that numbers itself; `unheard` where its sender is not told it). Not here: percentiles
(`gridcli.core.latency`).
"""

from .ledger import Ledger
from .moves import Counts, Move, Showing
from .sequences import Sequenced
from .views import Receiver

__all__ = ["Counts", "Ledger", "Move", "Receiver", "Sequenced", "Showing"]
