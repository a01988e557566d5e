"""The screen of `gridcli play`.

`command` parses options, `session` connects and runs, `app` composes the widgets, `game` is the
model that they draw. Not here: the connection (`gridcli.link`) and what updates mean
(`gridcli.core.mirror`).
"""
