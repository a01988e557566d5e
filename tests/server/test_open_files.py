"""A server accepts no more connections than the system lets it have. Not here: other limits."""

import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from waiting import until_sync

START = (
    "import resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, ({0}, {0}));"
    "from gridcli.cli import main; sys.argv[0] = 'gridcli'; main()"
)


@contextmanager
def server(files: int) -> Iterator[tuple[int, list[str]]]:
    """A server that may have so many files open: its port, and what it has logged by then."""
    command = [sys.executable, "-c", START.format(files), "serve", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        warning = process.stderr.readline()
        line = process.stdout.readline()
        try:
            yield int(line.split(":")[2].split()[0]), [warning]
        finally:
            process.terminate()
            process.communicate(timeout=20)


def test_more_than_the_system_allows_are_turned_away_with_an_answer() -> None:
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 200
    with server(100) as (port, (warning,)), ExitStack() as stack:
        assert "only 36 connections at a time" in warning
        answers = []
        for _ in range(60):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            client.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answers.append(client.recv(4096)[9:12])
        assert answers == [b"200"] * 36 + [b"503"] * 24
        stack.pop_all().close()

        def place() -> bool:
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                return client.recv(4096)[9:12] == b"200"

        until_sync(place, "a place")
