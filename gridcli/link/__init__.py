"""The asyncio client of the grid game: what the screen and the bots hold.

`link` is the interface, `guest` that to another application; `target` says where to and as whom,
`states` how it is going, `dial` opens a connection, `keeping` makes lost ones again, which
`backoff` spreads; `websocket` and `polling` carry frames, `recorder` takes them down, `local`
starts a server of one's own, `revival` again when it dies, and `company` has bots come. Not here:
the wire (`gridcli.core.protocol`).
"""
