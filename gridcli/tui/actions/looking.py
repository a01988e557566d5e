"""The help and the palette. Not here: the keys (`gridcli.tui.keys`)."""

from collections.abc import Iterable
from functools import partial

from textual.app import SystemCommand
from textual.screen import Screen

from ..help import HelpScreen
from .base import Base


class Looking(Base):
    """The part of the app that shows what there is."""

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What Ctrl+P offers."""
        for action in self.keys.actions:
            if action.title:
                yield SystemCommand(
                    action.title, action.says, partial(self.run_action, action.call)
                )
        yield SystemCommand("Theme", "Other colours for the screen", self.action_change_theme)
        yield SystemCommand("Screenshot", "Save the screen as SVG", self.deliver_screenshot)

    def action_help(self) -> None:
        """Show the keys, and take away what may lie over them."""
        self.clear_notifications()
        self.push_screen(HelpScreen(self.keys.rows(ascii_only=self.ascii_only)))
