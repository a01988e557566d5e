"""The asyncio client of the grid game: what the screen and the bots hold.

`link` is the interface; `target` says where to and as whom, `states` how it is going,
`transport` carries frames over WebSocket or long polling, `backoff` spreads reconnections,
`local` starts a server of one's own. Not here: the wire (`gridcli.core.protocol`).
"""
