"""A chat on Flask-SocketIO, as its documentation teaches: names, rooms, `emit(…, to=room)`.

python chat_flask.py 5000
"""

import secrets
import sys
from typing import Any

from flask import Flask, session
from flask_socketio import SocketIO, emit, join_room, leave_room

app = Flask(__name__)
app.config["SECRET_KEY"] = secrets.token_hex()
socketio = SocketIO(app, async_mode="threading")


@app.get("/")
def index() -> str:
    return "A chat: connect to /chat"


@socketio.on("connect", namespace="/chat")
def connect(auth: dict[str, Any]) -> None:
    session["name"], session["room"] = auth["name"], "lobby"
    join_room("lobby")


@socketio.on("join", namespace="/chat")
def join(data: dict[str, Any]) -> dict[str, Any]:
    leave_room(session["room"])
    session["room"] = data["room"]
    join_room(data["room"])
    return {"ok": True}


@socketio.on("say", namespace="/chat")
def say(data: dict[str, Any]) -> dict[str, Any]:
    emit("said", {"name": session["name"], "text": data["text"]}, to=session["room"])
    return {"ok": True}


if __name__ == "__main__":
    socketio.run(app, port=int(sys.argv[1]), allow_unsafe_werkzeug=True)
