"""Whom the camera keeps in view: oneself, another player, or nobody. Pure.

Not here: where the camera is (`gridcli.tui.camera`), what is drawn (`gridcli.tui.board`).
"""

from collections.abc import Mapping, Sequence

from gridcli.core.mirror import Identity


class Follow:
    """The camera's subject.

    Attributes:
        user_id: the other player that is followed; empty for none.
        name: what it is called, also when it has gone.
        free: whether the camera stands still, wherever one looks.
    """

    def __init__(self) -> None:
        self.user_id = ""
        self.name = ""
        self.free = False

    def subject(self, own_id: str) -> str:
        """The id of the player to keep in view; empty for nobody."""
        return "" if self.free else self.user_id or own_id

    def player(self, user_id: str, name: str) -> None:
        """Keep another player in view."""
        self.user_id, self.name, self.free = user_id, name, False

    def oneself(self) -> None:
        """Back to oneself; of somebody who only watches, the camera stands still."""
        self.user_id = self.name = ""
        self.free = False

    def let_go(self) -> None:
        """Look around: the camera stands still."""
        self.user_id = self.name = ""
        self.free = True

    def after(self, others: Sequence[str], by: int) -> str | None:
        """Who comes next in a list of players, or with `by` -1 who comes before.

        From nobody it goes to the first or the last. None where there are no others.
        """
        if not others:
            return None
        if self.user_id in others:
            return others[(others.index(self.user_id) + by) % len(others)]
        return others[0 if by > 0 else -1]

    def left(self, who: Mapping[str, Identity]) -> str:
        """Let go of a player who is not in the room any more; its name, or nothing."""
        if not self.user_id or self.user_id in who:
            return ""
        name = self.name
        self.oneself()
        return name
