"""Scripts for `gridcli bots` that the proofs need. Not here: running them (`swarms`)."""

import asyncio

from bots.player import Player

_DIRECTIONS = ("up", "down", "left", "right")
ROOMS = ("lobby", "den", "loft")


async def rover(player: Player) -> None:
    """Change rooms every few moves."""
    while True:
        for _ in range(player.rng.randint(0, 15)):
            await player.move(player.rng.choice(_DIRECTIONS))
        room = player.rng.choice(ROOMS)
        if room != player.world.room:
            await player.go_to(room)


async def one_at_a_time(player: Player) -> None:
    """A closed loop: no move before the server has confirmed the last one."""
    moves = 0
    while True:
        await player.move(player.rng.choice(_DIRECTIONS))
        moves += 1
        while player.world.seqs.get(player.world.user_id, 0) < moves:  # noqa: ASYNC110  no event
            await asyncio.sleep(0.002)


async def in_bursts(player: Player) -> None:
    """Three moves, then nothing for seventeen turns."""
    while True:
        for _ in range(3):
            await player.move(player.rng.choice(_DIRECTIONS))
        for _ in range(17):
            await player.rest()
