"""The reference server: python-socketio on aiohttp and uvloop.

The way of one step: `handlers` decodes it, `game` decides and applies it to the world and tells
the room, `ticker` makes the deltas of protocol 2. `app` puts the parts together, `run` and
`command` are `gridcli serve`. Not here: the rules (`gridcli.core.world`).
"""
