"""Gates in a process of their own, so that a busy test does not slow what passes through them.

    with proxying("127.0.0.1", 6379, ["n1", "n2"]) as proxy:
        proxy.port("n1"), proxy.hole("n1"), proxy.heal(), proxy.count("n1")

Orders and answers are JSON lines over the process's pipes; it ends with its standard input.
Not here: what happens to connections (`gate`).
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from faults.gate import Gate, Mode


class Count(NamedTuple):
    """Bytes that a gate has passed on to its upstream and back, and connections open now."""

    sent: int
    received: int
    connections: int

    @property
    def both(self) -> int:
        """Both ways together."""
        return self.sent + self.received


class Proxy:
    """The controlling end; every call takes a round trip of the pipe."""

    def __init__(self, process: "subprocess.Popen[str]", names: Sequence[str]) -> None:
        self.names = names
        self._process = process
        self._ports: dict[str, int] = self._read()

    def port(self, name: str) -> int:
        """Where a gate listens."""
        return self._ports[name]

    def heal(self, *names: str) -> None:
        """Let everything pass through these gates, or through all; so do the others below."""
        self._order(names, Mode.PASS)

    def slow(self, *names: str, delay_s: float) -> None:
        """Delay everything by so much, each way."""
        self._order(names, Mode.PASS, delay_s)

    def hole(self, *names: str) -> None:
        """Swallow everything."""
        self._order(names, Mode.HOLE)

    def reset(self, *names: str) -> None:
        """Reset every connection."""
        self._order(names, Mode.RESET)

    def count(self, name: str) -> Count:
        """What has passed until now."""
        return Count(*self._ask({"names": [name]})[name])

    def _order(self, names: Sequence[str], mode: Mode, delay_s: float = 0.0) -> None:
        self._ask({"names": names or self.names, "mode": mode, "delay_s": delay_s})

    def _ask(self, order: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        print(json.dumps(order), file=self._process.stdin, flush=True)
        return self._read()

    def _read(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the proxy has ended with {self._process.wait()}"
        return json.loads(line)


@contextmanager
def proxying(host: str, port: int, names: Sequence[str]) -> Iterator[Proxy]:
    """Gates of these names before one upstream address."""
    command = [sys.executable, str(Path(__file__)), host, str(port), *names]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield Proxy(process, names)
    finally:
        process.communicate()


async def serve(host: str, port: int, names: Sequence[str]) -> None:
    """Open the gates and obey until standard input ends."""
    gates = {name: Gate(host, port) for name in names}
    _tell({name: await gate.open() for name, gate in gates.items()})
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(orders), sys.stdin
    )
    while line := await orders.readline():
        order = json.loads(line)
        chosen = {name: gates[name] for name in order["names"]}
        if "mode" in order:
            for gate in chosen.values():
                gate.change(Mode(order["mode"]), order["delay_s"])
        _tell(
            {
                name: (gate.sent_bytes, gate.received_bytes, len(gate.routes))
                for name, gate in chosen.items()
            }
        )
    for gate in gates.values():
        gate.close()


def _tell(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))
