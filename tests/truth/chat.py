"""The chat's frames for the account: every event carries its speaker and its own number.

Not here: who is owed what (`account`).
"""

import json
from functools import lru_cache

from truth.account import Account, Player, Stay


class ChatAccount(Account):
    """What follows from the frames of clients of the chat server."""

    def __init__(self) -> None:
        super().__init__()
        self._speakers: dict[str, Player] = {}
        self._heard: dict[tuple[Stay, Stay], tuple[set[int], int]] = {}

    def sent(self, player: Player, frame: bytes, at_s: float) -> None:
        """See `Account`."""
        if frame.startswith(b"40"):
            self.lose(player)
            player.room = "lobby"
            return
        if not frame.startswith(b"42"):
            return
        name, what = _said(frame)
        if name == "say":
            self.move(player, what, at_s)
        else:
            self.leave(player)
            player.room = what

    def received(self, player: Player, frame: bytes, at_s: float) -> None:
        """See `Account`."""
        if frame.startswith(b"40"):
            player.user_id = json.loads(frame[2:])["sid"]
            self._speakers[player.user_id] = player
            self.enter(player)
        elif frame.startswith(b"43"):
            self.enter(player)
        elif player.stay is not None and frame.startswith(b"42"):
            _, body = _said(frame)
            self._hear(player.stay, body["from"], body["n"], at_s)

    def _hear(self, receiver: Stay, user_id: str, number: int, at_s: float) -> None:
        speaker = self._speakers[user_id]
        sender = speaker.stay
        if sender is None or sender.user_id != user_id or sender.room != receiver.room:
            return  # the speaker has gone, and all that it said is excused
        move = sender.moves.get(number)
        if move is None or move.index < receiver.since:
            return  # said before the speaker came, or before the receiver did
        heard, latest = self._heard.get((receiver, sender), (set(), 0))
        fault = ""
        if number in heard:
            fault = "doubled"
        elif number < latest:
            fault = "reordered"
        heard.add(number)
        self._heard[receiver, sender] = heard, max(latest, number)
        if fault:
            self.counts[fault] += 1
            self.pairs[user_id, receiver.user_id, fault] += 1
        if fault != "doubled":
            self.see(receiver, sender, move, at_s)


@lru_cache(maxsize=65536)
def _said(frame: bytes) -> tuple[str, object]:
    name, what = json.loads(frame[frame.index(b"[") :])
    return name, what
