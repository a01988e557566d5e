"""A widget that says where the mouse holds it. Not here: what that does (`actions.walking`)."""

from textual.events import MouseDown, MouseMove
from textual.geometry import Offset
from textual.message import Message
from textual.widget import Widget


class Pointing(Widget):
    """Tells of the first button from its press to its release, wherever the mouse goes."""

    class Pressed(Message):
        """The button went down, or is held while the mouse moves.

        Attributes:
            at: where, in columns and lines of the content; a drag may be outside of it.
            first: whether it went down just now.
        """

        def __init__(self, at: Offset, *, first: bool) -> None:
            super().__init__()
            self.at = at
            self.first = first

    class Released(Message):
        """The button is not held any more."""

    def on_mouse_down(self, event: MouseDown) -> None:
        """Hold on to the mouse, so that a drag may leave the widget and come back."""
        at = event.get_content_offset(self)
        if event.button == 1 and at is not None:
            self.capture_mouse()
            self.post_message(self.Pressed(at, first=True))

    def on_mouse_move(self, event: MouseMove) -> None:
        """A drag, or no more than a move."""
        if self._held:
            self.post_message(self.Pressed(event.get_content_offset_capture(self), first=False))

    def on_mouse_up(self) -> None:
        """The end of it."""
        if self._held:
            self.release_mouse()
            self.post_message(self.Released())

    @property
    def _held(self) -> bool:
        return self.app.mouse_captured is self
