"""What the bots and Locust need to know of the chat; the servers need no change for it."""

import re
from typing import Any

from gridcli.core.application import Application, Client, Emit


class Chat(Application):
    namespace = "/chat"
    event = "said"

    def auth(self, client: Client) -> object:
        return {"name": client.name}

    def enter(self, client: Client) -> list[Emit]:
        return [("join", {"room": "den"})]

    def identity(self, client: Client) -> str:
        return client.name

    def send(self, client: Client, seq: int) -> Emit:
        return "say", {"text": f"#{seq}"}

    def heard(self, message: dict[str, Any]) -> tuple[str, int] | None:
        number = re.fullmatch(r"#(\d+)", message["text"])
        return (message["name"], int(number[1])) if number else None
