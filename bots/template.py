"""A bot of your own, to start from. Let ten of it play:

    gridcli bots --script my_bot.py:bot --count 10

and watch them with `gridcli play` in a second terminal. This one walks to whoever is nearest, says
hello, and strolls on. Change it, and start it again.
"""

from bots.player import Player
from gridcli.core.geometry import Cell, Direction, toward

STROLL = 12
"""How many steps it takes on its own before it looks for company again."""


async def bot(player: Player) -> None:
    """Play until the run ends. Every player runs this on its own; what `player` has:

    player.cell                where it is: x and y, from 1; None before the first state
    player.world               what it sees: `cells` and `who` by user id, `grid`, `user_id`, `room`
    player.number              0, 1, 2, …: which one of the swarm it is
    player.rng                 its own chance: with `--seed` it plays the same again
    await player.move("up")    or "down", "left", "right": one step at its next turn (see `--rate`)
    await player.rest()        lets a turn pass
    await player.say("hello")  to everybody in the room
    await player.go_to("den")  goes to another room; raises `gridcli.core.errors.Refusal`
    """
    while True:
        # Nobody needs to sleep here: `move` waits for the turn.
        while (goal := nearest(player)) is not None and player.cell is not None:
            step = toward(player.cell, goal)
            if step is None:
                await player.say(f"hello from number {player.number}!")
                break
            await player.move(step)
        for _ in range(STROLL):
            await player.move(player.rng.choice(list(Direction)))


def nearest(player: Player) -> Cell | None:
    """Where the nearest other player is; None when nobody else is there."""
    world, here = player.world, player.cell
    others = [cell for user_id, cell in world.cells.items() if user_id != world.user_id]
    if here is None or not others:
        return None
    return min(others, key=lambda cell: abs(cell.x - here.x) + abs(cell.y - here.y))


# If that is more than you need: a plain function is asked for a direction at every turn, and None
# lets the turn pass. Play it with --script my_bot.py:edge
#
# def edge(world, rng):
#     return "left" if world.cell and world.cell.x > 1 else rng.choice(["up", "down"])
