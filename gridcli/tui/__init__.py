"""The screen of `gridcli play`.

`command` parses options, `session` connects and runs, `app` composes the widgets, `game` is the
model that they draw. Not here: the connection (`gridcli.link`) and what updates mean
(`gridcli.core.mirror`).
"""

import os

# Textual paints what is to be painted at its next beat of 1/60 s, which it reads here when it is
# loaded. What paints, and when, is ours to say (`pace`): a step of one's own between two frames
# would wait for that beat.
os.environ.setdefault("TEXTUAL_FPS", "240")
