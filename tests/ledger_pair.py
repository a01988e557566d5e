"""Two players and a ledger, for tests of the ledger case by case.

Not here: whole games (`ledger_game`).
"""

from gridcli.core.geometry import Cell
from gridcli.core.ledger import Ledger, Receiver
from gridcli.core.protocol.names import DEMO
from gridcli.core.protocol.updates import Delta, Placed, Status

A, B, C = Cell(1, 1), Cell(2, 1), Cell(3, 1)


def everyone(protocol: int, **cells: Cell) -> Delta | Status:
    """A full state of a room where nobody has moved."""
    if protocol == DEMO:
        return Status(dict.fromkeys(cells, "K"), dict(cells))
    return Delta(0, len(cells), full=True)


def pair_of(protocol: int, ledger: Ledger) -> tuple[Receiver, Receiver]:
    """Ann and Ben in the lobby; in protocol 1 both have seen themselves arrive."""
    made = []
    for user_id in ("ann", "ben"):
        receiver = ledger.receiver()
        ledger.ask(receiver)
        ledger.enter(receiver, user_id, "lobby", everyone(protocol, ann=A, ben=A))
        if protocol == DEMO:
            ledger.saw(receiver, Placed(user_id, "K", A), 0.0)
        made.append(receiver)
    return made[0], made[1]


def tick(number: int, **seqs: int) -> Delta:
    return Delta(number, 2, cells=dict.fromkeys(seqs, A), seqs=dict(seqs))
