"""gridcli: a multiplayer grid game that measures how a Socket.IO server scales.

Only the version lives here, so that importing the package costs nothing; import every
other name from the module that defines it.
"""

__version__ = "0.1.0"
