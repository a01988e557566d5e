"""Chat, emotes and the log. Not here: what gets into the log (`gridcli.tui.journal`)."""

from textual.events import Key
from textual.widgets import Input

from gridcli.core.protocol.names import DEMO

from ..emote_screen import EmoteScreen
from ..hearing import PING
from ..throttle import Throttle
from .base import Base

EMOTES_PER_SECOND = 2.0
"""A held key sends no more; the server refuses what comes much faster."""


class Talking(Base):
    """The part of the app that talks."""

    _emotes: Throttle

    def action_chat(self) -> None:
        """Give the keys to the chat, and take away what may lie over it."""
        self.clear_notifications()
        self.screen.set_focus(self.chat_input)  # at once, unlike `focus`

    async def on_key(self, event: Key) -> None:
        """What one typed so fast that the chat had not got the keys yet is text all the same."""
        if self.focused is not self.chat_input:
            return
        if event.is_printable and event.character is not None:
            event.prevent_default()
            self.chat_input.insert_text_at_cursor(event.character)
        elif event.key == "enter":
            event.prevent_default()
            await self.chat_input.action_submit()

    def on_chat_input_leave(self) -> None:
        """Give the keys back to the grid."""
        self.screen.set_focus(None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the chat: say it, and give the keys back."""
        self.screen.set_focus(None)
        text = event.value.strip()
        event.input.clear()
        if text:
            self.run_worker(self.ask(self.game.link.say(text)))

    def action_emote(self) -> None:
        """Ask what to show on one's cell."""
        if self._may_show():
            self.push_screen(EmoteScreen(ascii_only=self.ascii_only), self._show)

    def action_ping(self) -> None:
        """Have everyone look at one's cell."""
        if self._may_show():
            self._show(PING)

    def _may_show(self) -> bool:
        """Whether there is a cell to show something on."""
        game = self.game
        if game.live and game.link.protocol == DEMO:
            self.notify("This server has no emotes: it speaks protocol 1.")
        elif game.live and game.spectate:
            self.notify("Who only watches has no cell to show anything on.")
        return game.live and game.link.protocol != DEMO and not game.spectate

    def _show(self, emote: str | None) -> None:
        if emote is not None and self._emotes.allow(self.game.clock()):
            self.run_worker(self.ask(self.game.link.show(emote)))

    def action_scroll_log(self, pages: int) -> None:
        """Older or newer lines."""
        self.log_view.scroll(-pages * max(self.log_view.size.height - 1, 1))
