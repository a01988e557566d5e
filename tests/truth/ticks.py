"""Protocol 2's frames for the account: a row of a tick shows all moves up to its number.

Not here: who is owed what (`account`).
"""

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from truth.account import Account, Moved, Player, Stay

_EVENT = b"42/grid-game,"


class TickAccount(Account):
    """What follows from the frames of players of the grid game."""

    def sent(self, player: Player, frame: bytes, at_s: float) -> None:
        """See `Account`."""
        if frame.startswith(b"40"):
            self.lose(player)
        elif frame.startswith(_EVENT):
            name, body = json.loads(frame[frame.index(b"[") :])
            if name == "movement":
                self.move(player, body["seq"], at_s)
            elif name in ("join", "leave"):
                self.leave(player)
                player.room = body.get("room", "lobby")

    def received(self, player: Player, frame: bytes, at_s: float) -> None:
        """See `Account`."""
        if not frame.startswith(_EVENT):
            return
        name, body = _event(frame)
        if name == "message" and "gridDimension" in body:
            player.user_id, player.room = body["userId"], body["room"]
        elif name == "grid_delta":
            if body.get("full"):
                stay = self.enter(player)
                stay.first_tick = body["tick"]
                stay.ticks = {stay.first_tick}
            elif player.stay is not None:
                self._tick(player.stay, body, at_s)

    def _tick(self, stay: Stay, body: dict[str, Any], at_s: float) -> None:
        tick, rows = body["tick"], body.get("moves", ())
        fault = ""
        if tick in stay.ticks:
            fault = "doubled"
        elif tick < max(stay.ticks):
            fault = "reordered"
        stay.ticks.add(tick)
        if fault:
            self.counts[f"ticks_{fault}"] += 1
            connected = {p.user_id for p in self.players.values() if p.connected}
            told = [user_id for user_id, *_ in rows if user_id in connected]
            self.counts[fault] += len(told)
            self.pairs.update((user_id, stay.user_id, fault) for user_id in told)
        if not stay.owing:
            return
        seqs = {user_id: seq for user_id, _, _, seq in rows}
        for sender, moves in list(stay.owing.items()):
            # A row of an older tick is of what the sender did before it came here.
            if tick > sender.first_tick and (seq := seqs.get(sender.user_id, 0)):
                left: list[Moved] = []
                for move in moves:
                    if move.seq <= seq:
                        self.see(stay, sender, move, at_s)
                    else:
                        left.append(move)
                if left:
                    stay.owing[sender] = left
                else:
                    del stay.owing[sender]


@lru_cache(maxsize=4096)
def _event(frame: bytes) -> Any:
    return json.loads(frame[len(_EVENT) :])


def events(frames: Iterable[bytes], name: str) -> Iterator[Any]:
    """The payloads of the events of one name."""
    for frame in frames:
        if frame.startswith(_EVENT + b"["):
            said, body = _event(frame)
            if said == name:
                yield body
