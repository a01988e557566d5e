"""The edge: everything that a stranger sends is looked at here before a library parses it.

    Edge(sio, limits, application).attach(app)

The way in: `door` (TCP connections, their number and their first request) → `requests` (HTTP: the
size of a body, one poll at a time) → `visitor` (each packet of a session: `grammar`, `budget`) →
python-engineio. What passes is well-formed, so handlers stay ordinary python-socketio code.
Not here: what a request means (`server.handlers`), fan-out (`server.fanout`).
"""
