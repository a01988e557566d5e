"""Chat and the log. Not here: what gets into the log (`gridcli.tui.journal`)."""

from textual.widgets import Input

from .base import Base


class Talking(Base):
    """The part of the app that talks."""

    def action_chat(self) -> None:
        """Give the keys to the chat, and take away what may lie over it."""
        self.clear_notifications()
        self.chat_input.focus()

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

    def action_scroll_log(self, pages: int) -> None:
        """Older or newer lines."""
        self.log_view.scroll(-pages * max(self.log_view.size.height - 1, 1))
