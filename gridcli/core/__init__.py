"""The rules of the game and of its wire, pure: no I/O, no clock, no randomness of its own.

`geometry` is the grid, `protocol` the wire, `world` what the server knows, `changes` what it
tells, `mirror` what a client knows, `ledger` what a load generator counts, `application` how
another application is described to it. Times and random sources come in as arguments.
Not here: sockets (`gridcli.link`, `server`, `loadtest`).
"""
