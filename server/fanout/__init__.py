"""Fan-out for python-socketio on aiohttp: one encoding a packet, one write a member and flush.

    from server.fanout.manager import FanoutManager
    sio = socketio.AsyncServer(async_mode="aiohttp", client_manager=FanoutManager())

That is all: handlers, rooms and `await sio.emit(…)` stay as they are. The way of a packet:
`manager` (emit) → `frames` (one finished WebSocket frame) → `feed` (the room's frames, shared) →
`flusher` (when) → `member` (one write). The way in: `websocket` → `dispatch` → the handler.
Tests of any python-socketio server need no port with `testing`: `with InProcess(sio) as server`.
Nothing here knows the game or imports from outside this folder, so it can be lifted out; what it
touches of the libraries' insides is in `stock`.
"""
