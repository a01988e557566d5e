"""The wire: the only place where an event name or a key of a payload is spelled.

`names` holds the words, `auth` what travels in CONNECT, `requests` what clients send,
`updates` what servers send, `packets` the Engine.IO and Socket.IO framing around both.
`decode_*` raises `BadInput` and nothing else, whatever JSON it is given. Source: the grid
game's protocol, dialects 1 (the 2017 demo's events) and 2 (ticks); see docs/protocol.md.
"""
