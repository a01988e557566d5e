"""What the Tab key offers after `gridcli` in bash, zsh and fish.

`command` prints a shell's script or has `install` put it where the shell looks; `shells` answers
what the scripts ask, `values` knows what options offer besides choices and files. Not here: which
commands there are (`gridcli.cli`, `gridcli.lazy`).
"""
