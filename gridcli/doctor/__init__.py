"""`gridcli doctor`: is this terminal, this machine and that server as the game needs them?

`command` parses options and prints; `terminal`, `libraries`, `machine` and `server` look, each at
one thing, and return `findings`; `asking` is what only the terminal itself can answer, `page` how
it all reads. Not here: the wire (`gridcli.link.probe`), the versions' names (`gridcli.machine`).
"""
