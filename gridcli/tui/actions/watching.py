"""Whom the camera keeps in view. Not here: the model of it (`gridcli.tui.follow`), the list of the
players (`gridcli.tui.players`).
"""

from ..palette import shown
from ..players import Players
from .walking import Walking


class Watching(Walking):
    """The part of the app that looks at others."""

    _follows_in = ""

    def action_follow(self, by: int) -> None:
        """Keep the next player in view, or with -1 the one before."""
        mirror = self.game.mirror
        others = [user_id for user_id in self.players.order if user_id != mirror.user_id]
        chosen = self.game.follow.after(others, by)
        if chosen is None:
            self.notify("There is nobody else here to follow.")
        else:
            self.follow_player(chosen)

    def follow_player(self, user_id: str) -> None:
        """Keep this one in view; oneself ends that."""
        game = self.game
        who = game.mirror.who.get(user_id)
        if who is None:
            return
        if user_id == game.mirror.user_id:
            game.follow.oneself()
        else:
            game.follow.player(user_id, who.name)
        self._follows_in = game.mirror.room
        game.looks_elsewhere()

    def on_players_picked(self, event: Players.Picked) -> None:
        """Keep who was clicked on in view."""
        self.follow_player(event.user_id)

    def action_look(self) -> None:
        """Let go of the camera, or take it back."""
        follow = self.game.follow
        if follow.free and not self.game.spectate:
            follow.oneself()
        elif self.board.whole:
            self.notify("The whole grid is in view.")
        else:
            follow.let_go()
        self.game.looks_elsewhere()

    def action_map(self) -> None:
        """Hide the map, or show it."""
        if self.board.whole:
            self.notify("The whole grid is in view.")
        for minimap in self.maps:
            minimap.wanted = not minimap.wanted
        self.game.looks_elsewhere()

    def action_come_back(self) -> None:
        """Back to oneself, and to where one stands."""
        self.stop_walking()
        self.game.follow.oneself()
        self.game.looks_elsewhere()

    def keep_following(self) -> None:
        """Notice that the one who is followed has gone; called for each frame."""
        game = self.game
        whole = game.spectate or game.mirror.user_id in game.mirror.who
        if not game.follow.user_id or not game.live or not whole:
            return  # nobody is, or the room is not there yet
        name = shown(game.follow.left(game.mirror.who), ascii_only=self.ascii_only)
        if not name:
            return
        game.looks_elsewhere()
        if game.mirror.room == self._follows_in:
            then = "f follows another." if game.spectate else "The camera is back with you."
            self.notify(f"{name} has left. {then}")
