"""What other nodes tell, carried out on the world and the book of those who may come back.

Pure, and synchronous: between what `Replica` decided and the world there is no moment in which a
player of this node could act. Not here: who is told of it here (`server.game`).
"""

from collections.abc import Iterable, Sequence

from gridcli.core.world import Change, Joined, Left

from ..resume import ResumeBook
from .hearing import Away
from .roster import Lost
from .rows import Row, row_of
from .world import SharedWorld


def carry_out(
    effect: Change | Lost | Away, world: SharedWorld, book: ResumeBook
) -> Sequence[Change]:
    """Carry an effect out, and return the changes of the world that its rooms are to be told."""
    if isinstance(effect, Away):
        player = effect.row.player
        known = book.departed(player.user_id)
        if player.user_id not in world and (
            known is None or known.player.generation < player.generation
        ):
            book.depart(player, effect.row.room, ago_s=effect.ago_s)
        return ()
    user_id = effect.user_id
    if isinstance(effect, Lost | Left):
        room = world.room_of(user_id)
        book.depart(room.players[user_id], room.name)
        effect = Left(room.name, user_id)
    elif isinstance(effect, Joined):
        book.back(user_id)
    world.apply_foreign(effect)
    return (effect,)


def rows_of(world: SharedWorld, user_ids: Iterable[str]) -> list[Row]:
    """Players of the world as rows."""
    rows = []
    for user_id in user_ids:
        room = world.room_of(user_id)
        rows.append(row_of(room.players[user_id], room.name))
    return rows
