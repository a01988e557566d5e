"""`gridcli play --replay`: a recording on the real screen, with pause, seek and speed.

Not here: the screen itself (`gridcli.tui.app`), any moment of a recording
(`gridcli.core.playback`).
"""
