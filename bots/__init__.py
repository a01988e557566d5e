"""A swarm of scripted players that measures what each of them sees.

`command` is `gridcli bots`, `swarm` runs the bots and keeps the time, `course` says which step is
next, `bot` is one player, `guest` a client of another application, `participant` what both are,
`player` what a script holds, `scripts` those that are built in, `view` how a run is watched:
`report` prints lines and the table, `dashboard` draws. Not here: the account of who saw what
(`gridcli.core.ledger`), connections (`gridcli.link`).
"""
