"""Every action of the play screen in one table: its keys, and what the help and Ctrl+P say of it.

A new action is one line here and one `action_…` method in `gridcli.tui.actions`; the bindings, the
help, the palette and the hints come from this table. Not here: what the actions do
(`gridcli.tui.actions`), a file that changes the keys (`gridcli.tui.keys_file`).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from .key_names import parsed, shown_key


class Action(NamedTuple):
    """Something that a key does."""

    name: str
    """What it is called where keys are changed."""
    call: str
    """The method's name without `action_`, and its arguments, as Textual writes them."""
    keys: str
    """As many as one likes, with commas; the first is the one in hints."""
    says: str
    """For the help, after the keys. Those of one text in a row share a line."""
    title: str = ""
    """For the palette, which leaves it out where this is empty."""
    hint: str = ""
    """One word for the status line, which leaves it out where this is empty."""
    anywhere: bool = False
    """Whether the key works while one types, too; a letter is text then in any case."""


_MOVE = "move; hold a key to keep going"
_EMOTE = "show an emote on your cell, or ping it"
_FOLLOW = "follow the next player, or the previous"
_BOTS = "5 more bots, or 5 fewer"
_LOG = "older lines of the log, and newer ones"

ACTIONS: Sequence[Action] = (
    Action("up", "move('up')", "up, w, k", _MOVE),
    Action("down", "move('down')", "down, s, j", _MOVE),
    Action("left", "move('left')", "left, a, h", _MOVE),
    Action("right", "move('right')", "right, d, l", _MOVE),
    Action("chat", "chat", "t, slash", "chat; enter sends, esc ends it", "Chat", "chat"),
    Action("rooms", "rooms", "r", "go to another room", "Rooms", "rooms"),
    Action("emote", "emote", "e", _EMOTE, "Emote", "emote"),
    Action("ping", "ping", "p", _EMOTE, "Ping", "ping"),
    Action("name", "name", "n", "change your name and symbol", "Name and symbol", "name"),
    Action(
        "spectate", "spectate", "v", "watch without playing, and play again", "Spectate", "watch"
    ),
    Action("follow", "follow(1)", "f", _FOLLOW, "Follow a player", "follow"),
    Action("follow_before", "follow(-1)", "F", _FOLLOW),
    Action("look", "look", "c", "look around with the arrows, and back", "Look around"),
    Action("map", "map", "m", "hide or show the map of a large grid", "Map"),
    Action("back", "come_back", "escape", "back to yourself; ends a walk"),
    Action("more_bots", "more_bots", "b", _BOTS, "Bots: 5 more", "bots"),
    Action("fewer_bots", "fewer_bots", "B", _BOTS, "Bots: 5 fewer"),
    Action("older", "scroll_log(-1)", "pageup", _LOG, anywhere=True),
    Action("newer", "scroll_log(1)", "pagedown", _LOG, anywhere=True),
    Action("rejoin", "rejoin", "enter", "rejoin when kicked, refused or offline", "Rejoin"),
    Action("palette", "command_palette", "ctrl+p", "all commands, and the colours", anywhere=True),
    Action("help", "help", "question_mark", "this help", "Help", "help"),
    Action("quit", "quit", "q", "quit", "Quit", "quit", anywhere=True),
)

_MOVES = ("left", "up", "down", "right")

_FAMILIAR = {
    "wasd": tuple("wasd"),
    "hjkl": tuple("hjkl"),
    "arrows": ("Up", "Down", "Left", "Right"),
}


class Keys:
    """The keys in use.

    Args:
        actions: the table.
        changed: the keys of some actions, by their names, as Textual names them; others have those
            of the table.
    """

    def __init__(
        self,
        actions: Sequence[Action] = ACTIONS,
        *,
        changed: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.actions = actions
        changed = changed or {}
        self._keys: dict[str, Sequence[str]] = {
            action.name: changed[action.name]
            if action.name in changed
            else [parsed(key) for key in action.keys.split(",")]
            for action in actions
        }

    def bindings(self) -> Iterator[tuple[str, str]]:
        """Pairs of a key, as Textual names it, and what it calls."""
        for action in self.actions:
            for key in self._keys[action.name]:
                yield key, action.call

    def of_the_grid(self) -> frozenset[str]:
        """What must not be called while one types: the names of its actions' methods."""
        return frozenset(
            action.call.partition("(")[0] for action in self.actions if not action.anywhere
        )

    def of(self, name: str) -> Sequence[str]:
        """An action's keys, as Textual names them; none where the table has no such action."""
        return self._keys.get(name, ())

    def first(self, name: str, *, ascii_only: bool = False) -> str:
        """The key that hints name; empty where there is none."""
        keys = self.of(name)
        return shown_key(keys[0], ascii_only=ascii_only) if keys else ""

    def hints(self, *, ascii_only: bool = False) -> list[tuple[str, str]]:
        """Keys and a word for each, for the status line: moving, and what has a `hint`."""
        moves = self.moves(ascii_only=ascii_only)
        return ([(moves, "move")] if moves else []) + [
            (self.first(action.name, ascii_only=ascii_only), action.hint)
            for action in self.actions
            if action.hint and self.of(action.name)
        ]

    def moves(self, *, ascii_only: bool = False) -> str:
        """The first keys of moving, as one word: "←↑↓→", "hjkl", or "arrows" in ASCII."""
        firsts = [self.first(name, ascii_only=ascii_only) for name in _MOVES if self.of(name)]
        word = _word(firsts)
        return word.replace(" ", "/")

    def rows(self, *, ascii_only: bool = False) -> list[tuple[str, str]]:
        """Keys and what they do, for the help; actions of one text in one row."""
        grouped: dict[str, list[Action]] = {}
        for action in self.actions:
            grouped.setdefault(action.says, []).append(action)
        rows = [(self._together(group, ascii_only), says) for says, group in grouped.items()]
        return [(keys, says) for keys, says in rows if keys]

    def _together(self, group: Sequence[Action], ascii_only: bool) -> str:
        if len(group) == 1:
            keys = self._keys[group[0].name]
            return "  ".join(shown_key(key, ascii_only=ascii_only) for key in keys)
        # up w k, down s j, … read as ↑↓←→ wasd hjkl.
        columns: dict[int, list[str]] = {}
        for action in group:
            for number, key in enumerate(self._keys[action.name]):
                columns.setdefault(number, []).append(shown_key(key, ascii_only=ascii_only))
        return "  ".join(map(_word, columns.values()))


def _word(keys: Sequence[str]) -> str:
    """Keys that belong together, in the order that they are known by."""
    for word, known in _FAMILIAR.items():
        if sorted(known) == sorted(keys):
            return word
    # Four letters are a word like wasd; two would be taken for one to be typed.
    short = len(keys) > 2 and all(len(key) == 1 for key in keys)
    return ("" if short else " ").join(keys)
