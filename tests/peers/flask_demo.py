"""The grid game as the 2017 demo had it: Flask-SocketIO, threads, and protocol 1 alone.

A peer from the outside: it spells the events itself and imports nothing of gridcli, so that a
client which plays here can play on any server of that kind. It ignores `auth`, so one that asks
for protocol 2 is answered with protocol 1. Run it with `--port 0` to be given a free port; the
first line of output is the address. Not here: our own server (`gridcli serve`).
"""

import argparse
import logging
import random
import threading

from flask import Flask, request
from flask_socketio import SocketIO, emit, join_room, leave_room
from werkzeug.serving import make_server

NAMESPACE = "/grid-game"
LOBBY = "lobby"
STEPS = {"up": (0, -1), "down": (0, 1), "left": (-1, 0), "right": (1, 0)}

app = Flask(__name__)
app.config["GRID"] = [20, 10]
# One client's events are handled one after another: with a thread for each, as is the default,
# two quick steps could overtake each other.
socketio = SocketIO(app, async_mode="threading", async_handlers=False)

users = {}  # by session id: {"room": ..., "symbol": ..., "pos": [x, y]}
lock = threading.RLock()  # held while telling, too: everyone hears changes in the same order


def count(room):
    return sum(user["room"] == room for user in users.values())


def tell_position(user_id):
    user = users[user_id]
    position = {"userId": user_id, "symbol": user["symbol"], "pos": user["pos"]}
    emit("user_position", position, to=user["room"])


def tell_everyone(room):
    everyone = {
        user_id: {"pos": user["pos"], "symbol": user["symbol"]}
        for user_id, user in users.items()
        if user["room"] == room
    }
    emit("grid_status", everyone)


def enter(user_id, room, symbol):
    grid = app.config["GRID"]
    pos = [random.randint(1, side) for side in grid]
    users[user_id] = {"room": room, "symbol": symbol, "pos": pos}
    join_room(room)
    emit("message", {"userId": user_id, "symbol": symbol, "gridDimension": grid})
    tell_everyone(room)
    tell_position(user_id)
    emit("users_connected", count(room), to=room)


def depart(user_id):
    user = users.pop(user_id)
    leave_room(user["room"])
    emit("user_position", {"userId": user_id, "remove": True}, to=user["room"])
    emit("users_connected", count(user["room"]), to=user["room"])
    return user


def change_room(user_id, room):
    if users[user_id]["room"] == room:
        tell_everyone(room)
    else:
        user = depart(user_id)
        emit("l_users", count(user["room"]), to=user["room"])
        enter(user_id, room, user["symbol"])
    emit("l_users", count(room), to=room)


@socketio.on("connect", namespace=NAMESPACE)
def on_connect():
    with lock:
        enter(request.sid, LOBBY, random.choice("BCDFGHJKLMNPQRSTVWXYZ"))


@socketio.on("disconnect", namespace=NAMESPACE)
def on_disconnect(reason):
    with lock:
        if request.sid in users:
            depart(request.sid)


@socketio.on("movement", namespace=NAMESPACE)
def on_movement(data=None, *rest):
    direction = data.get("direction") if isinstance(data, dict) else None
    if not isinstance(direction, str) or direction not in STEPS:
        return
    with lock:
        user = users[request.sid]
        user["pos"] = [
            min(max(place + step, 1), side)
            for place, step, side in zip(
                user["pos"], STEPS[direction], app.config["GRID"], strict=True
            )
        ]
        tell_position(request.sid)


@socketio.on("join", namespace=NAMESPACE)
def on_join(data=None, *rest):
    room = data.get("room") if isinstance(data, dict) else None
    if isinstance(room, str) and 0 < len(room) <= 32:
        with lock:
            change_room(request.sid, room)


@socketio.on("leave", namespace=NAMESPACE)
def on_leave(*data):
    with lock:
        change_room(request.sid, LOBBY)


@socketio.on("message", namespace=NAMESPACE)
def on_message(*data):
    emit("message", {"userId": request.sid})


def main():
    parser = argparse.ArgumentParser(description="A grid game server speaking protocol 1 only.")
    parser.add_argument("--port", type=int, default=5000)
    parser.add_argument("--grid", default="20x10", help="columns and rows")
    options = parser.parse_args()
    app.config["GRID"] = [int(side) for side in options.grid.split("x")]
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", options.port, app, threaded=True)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
