"""Many nodes, one grid: what turns several server processes into one game.

`bus` carries bytes between nodes (in memory, Redis, RabbitMQ); `wire`, `peer`, `outbox` and
`replica` are the replication protocol, pure; `node` runs it on an event loop. A server without
`--message-queue` imports none of it.
"""
