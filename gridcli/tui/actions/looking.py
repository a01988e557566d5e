"""The help and the palette. Not here: the keys (`gridcli.tui.keys`)."""

from collections.abc import Iterable
from functools import partial

from textual.app import SystemCommand
from textual.command import CommandPalette
from textual.screen import Screen
from textual.theme import ThemeProvider

from ..help import HelpScreen
from .base import Base


class Looking(Base):
    """The part of the app that shows what there is."""

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What Ctrl+P offers."""
        for action in self.keys.actions:
            if action.title:
                key = self.keys.first(action.name, ascii_only=self.ascii_only)
                says = f"{action.says} ({key})" if key else action.says
                yield SystemCommand(action.title, says, partial(self.run_action, action.call))
        yield SystemCommand("Theme", "Other colours for the screen", self.action_change_theme)
        yield SystemCommand("Screenshot", "Save the screen as SVG", self.deliver_screenshot)

    def action_command_palette(self) -> None:
        """Show all commands."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette(placeholder="command", id="--command-palette"))

    def search_themes(self) -> None:
        """Show all themes."""
        self.push_screen(CommandPalette(providers=[ThemeProvider], placeholder="theme"))

    def action_help(self) -> None:
        """Show the keys, and take away what may lie over them."""
        self.clear_notifications()
        self.push_screen(
            HelpScreen(self.keys.rows(ascii_only=self.ascii_only), self.keys.of("help"))
        )
