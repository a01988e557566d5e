"""Many nodes, one grid: what turns several server processes into one game.

`bus` carries bytes between nodes (in memory, `redis_bus`, `amqp_bus`); the replication protocol is
pure, from `wire` to `replica`; `node` runs it on an event loop, `relay` brings what others tell to
this node's players. A server without `--message-queue` imports none of it.
"""
