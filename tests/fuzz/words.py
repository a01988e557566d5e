"""What hostile messages are made of: texts, JSON values, names, numbers; good ones among them.

Not here: how they are put together (`fuzz.grammar`).
"""

import json

ROOMS = ("lobby", "den", "attic", "a.b-c_d", "0", "A" * 32, *(f"room{n}" for n in range(12)))
DIRECTIONS = ("up", "down", "left", "right")

TEXTS = (
    "",
    " ",
    "up",
    "lobby",
    "Ann",
    "x" * 24,
    "x" * 25,
    "x" * 33,
    "x" * 241,
    "\x00",
    "\x1b[2J\x1b[31mred",
    "\x9b5n",
    "\x1b]0;title\x07",
    "\u202egnol\u202c",
    "\u200b\u2066",
    "e" + "\u0301" * 200,
    "\U0001f469\u200d\U0001f469\u200d\U0001f467",
    "\ufdfd" * 24,
    "[bold]markup[/]",
    "a\nb\tc\r",
    "../../etc/passwd",
    "%s%n{0}",
    "__class__",
    "</script>",
    "\ufffe\uffff",
    "\x1e4",
    "²³",
    "４２",
    "connect",
    "disconnect",
    "*",
)
JSON_TEXTS = tuple(json.dumps(text).encode() for text in TEXTS) + tuple(
    json.dumps(text, ensure_ascii=False).encode() for text in TEXTS
)
SCALARS = (
    *JSON_TEXTS,
    *b"null true false 0 -0 1 -1 2 3 1.5 1e308 1e999 -1e-999 01 +1 NaN Infinity -Infinity".split(),
    b"9007199254740992",
    b"9007199254740993",
    b"-9223372036854775809",
    b"18446744073709551616",
    b"9" * 400,
    b"9" * 5000,
    b'"\\ud800"',
    b'"\\udfff\\ud800"',
    b'"\\u0000"',
    b'"\\x"',
    b"'up'",
    b"[]",
    b"{}",
    b'{"_placeholder":true,"num":0}',
    b'{"_placeholder":true,"num":-1}',
    b'{"__proto__":{"a":1},"a":1,"a":2}',
)
PLAIN_VALUES = (b"", b"null", b"[]", b'{"ok":true}', b'"' + b"x" * 300 + b'"', b"1.5", b"[[[[]]]]")
KEYS = (
    *(b"direction", b"seq", b"room", b"text", b"emote", b"protocol", b"name", b"token", b"resume"),
    *(b"symbol", b"cell", b""),
)
EVENTS = (
    *(json.dumps(name).encode() for name in ("movement", "join", "leave", "chat", "message")),
    b'"emote"',
    b'"rooms"',
    b'"grid_delta"',
    b'"user_position"',
    b'"mov\\u0065ment"',
)
FORGED_EVENTS = (
    *b'"connect" "disconnect" "*" "connect_error" "__init__" "" null 0 [1] {} true 1e9'.split(),
    b'"' + b"n" * 3000 + b'"',
    b'"\\ud800"',
    b'"\\u0000"',
)
NAMESPACES = (
    b"",
    b"/,",
    b"/admin,",
    b"/grid-game?token=1,",
    b"/grid-game",
    b"/GRID-GAME,",
    b"/grid-game/,",
    b"//,",
    b"/" + b"n" * 4000 + b",",
    b"/\xe2\x80\xae,",
    b"/grid-game,/grid-game,",
)
STRANGE = (b"", b"/,", b"/admin,", b"/GRID-GAME,", b"/grid-game/,", "/\u202e,".encode(), b"//,")
"""Namespaces that are well-formed, and nobody's."""
IDS = (
    b"",
    b"",
    b"0",
    b"1",
    b"7",
    b"99",
    b"007",
    b"9" * 25,
    b"9" * 5000,
    "²".encode(),
    b"-1",
    b"1.5",
)
ATTACHMENTS = (b"0", b"1", b"2", b"9999999999", b"9" * 12, b"", b"-1", "²".encode())
DEPTHS = (20, 100, 900, 1100, 5000, 7000)
