"""The sizes of a terminal, in columns and lines, from which the screen is laid out differently.

Not here: the layouts themselves (`gridcli/tui/app.tcss`).
"""

from typing import Final

LEAST_COLUMNS: Final = 40
LEAST_LINES: Final = 12
"""Below either, `gridcli play` only says which size it needs."""
WIDE_COLUMNS: Final = 100
"""From here on players, events and chat stand beside the board."""
TALL_LINES: Final = 32
"""From here on there is room for more lines of the chat."""
