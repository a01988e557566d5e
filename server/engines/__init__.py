"""The same game on other stacks: uvicorn, Flask-SocketIO, Node. What each is, `table` says.

The Flask-SocketIO application itself is `server.flask_app`; our own server is all the rest of
`server`.
"""
