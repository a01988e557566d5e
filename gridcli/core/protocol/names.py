"""Event names, codes and dialects, as they are on the wire."""

from typing import Final

NAMESPACE: Final = "/grid-game"
ROOT: Final = "/"
"""The namespace of applications that name none."""
PATH: Final = "/socket.io/"

DEMO: Final = 1
"""Protocol 1: the 2017 demo's events, one `user_position` for each move."""
TICKS: Final = 2
"""Protocol 2: one `grid_delta` for each tick of a room."""

# Both ways
MESSAGE: Final = "message"
CHAT: Final = "chat"
EMOTE: Final = "emote"
# Server to client
GRID_STATUS: Final = "grid_status"
USER_POSITION: Final = "user_position"
USERS_CONNECTED: Final = "users_connected"
ROOM_USERS: Final = "l_users"
GRID_DELTA: Final = "grid_delta"
NOTICE: Final = "notice"
BACKLOG: Final = "backlog"
GAME: Final = "game"
# Client to server
MOVEMENT: Final = "movement"
JOIN: Final = "join"
LEAVE: Final = "leave"
ROOMS: Final = "rooms"

# Socket.IO's own, for handlers: never on the wire as events
CONNECT: Final = "connect"
DISCONNECT: Final = "disconnect"

LOBBY: Final = "lobby"
"""The room that everyone starts in and `leave` goes back to."""

BAD_PAYLOAD: Final = "bad-payload"
BAD_ROOM: Final = "bad-room"
BAD_NAME: Final = "bad-name"
RATE_LIMITED: Final = "rate-limited"
TOO_LARGE: Final = "too-large"
UNAUTHORIZED: Final = "unauthorized"
FULL: Final = "full"
SHUTTING_DOWN: Final = "shutting-down"
GONE: Final = "gone"
INTERNAL: Final = "internal"
"""Something failed in the server that was not the client's doing."""

ISOLATED: Final = "isolated"
"""A notice only: other nodes can't be reached, and their players are not shown."""
REUNITED: Final = "reunited"
"""A notice only: they can again."""

REFUSED: Final = "refused"
"""What a refusal without a code of ours is given on arrival; never sent."""
MISMATCH: Final = "mismatch"
"""That a server speaks something else, as its client calls it; never sent."""

CODES: Final = frozenset(
    {
        BAD_PAYLOAD,
        BAD_ROOM,
        BAD_NAME,
        RATE_LIMITED,
        TOO_LARGE,
        UNAUTHORIZED,
        FULL,
        SHUTTING_DOWN,
        GONE,
        INTERNAL,
    }
)

SYMBOLS: Final = "BCDFGHJKLMNPQRSTVWXYZ"
"""What a player looks like on a grid: one upper-case consonant."""

EMOTES: Final = ("ping", "wave", "heart", "laugh", "cheer", "no")
"""What a player can show on its cell."""

Payload = dict[str, object]
"""A JSON object of the wire."""
