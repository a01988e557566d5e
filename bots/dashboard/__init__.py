"""`gridcli bots` on a terminal: what the swarm does and measures, live.

`dashboard` is the whole of it, `history` takes the figures, `frame` says which of them fit where,
`panels`, `tables`, `chart` and `glyphs` how they look; `screen` and `keys` are the terminal. Not
here: lines for whatever is no terminal (`bots.report`), the swarm (`bots.swarm`).
"""
