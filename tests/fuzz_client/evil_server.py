"""A server that means harm: enough Engine.IO and Socket.IO to be connected to, then anything.

Each session is an act of `ACTS`: what goes wrong, and at which step. Chance comes from a seed, so
that a run can be repeated. Run it as a program for clients in processes of their own:

    PYTHONPATH=tests python -m fuzz_client.evil_server --seed 1 --acts talk,crowd

It prints its address, then how many packets of Socket.IO it has sent. Not here: the
acts (`acts`), what it says (`hostile`).
"""

import argparse
import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from random import Random
from urllib.parse import parse_qs, urlsplit

from fuzz_client import broken
from fuzz_client.acts import ACTS, FIRST, Act, talk
from fuzz_client.evil_session import Gone, Session
from fuzz_client.hostile import Corpus
from odd_server import Peer
from wire_frames import frame

OPENING = b'0{"sid":"evil","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000}'


class Evil:
    """The server: its corpus, its acts, and its open sessions.

    Args:
        number: the seed.
        acts: names of `ACTS` and of `FIRST`, one of which is chosen for each session; the
            first one for the first session, so that a client may get in to begin with.
        packets_each: how many packets a session of `talk` sends.
        limit: how many packets the endless acts send in all.
    """

    def __init__(
        self,
        number: int,
        acts: Iterable[str] = (*ACTS, *FIRST),
        *,
        packets_each: int = 100,
        limit: int = 10**9,
        size: int = 300,
    ) -> None:
        self.corpus = Corpus(number, size)
        self.acts = [*acts]
        self.act = ""
        """The act of the present session."""
        self.packets_each = packets_each
        self.limit = limit
        self.packets = 0
        self.sessions = 0
        self.next_answer = b""
        self.deaf = False
        self._number = number
        self._polls: dict[str, Session] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.errors: list[BaseException] = []

    def more(self) -> bool:
        """Whether the endless acts go on."""
        return self.packets < self.limit

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One TCP connection."""
        peer = Peer(reader, writer)
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)  # asyncio itself does not hold it
        try:
            while await self._request(peer):
                pass
        except (EOFError, ConnectionError, asyncio.LimitOverrunError, Gone, TimeoutError):
            pass
        except asyncio.CancelledError:
            pass  # by our own `close`
        except Exception as error:
            self.errors.append(error)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _request(self, peer: Peer) -> bool:
        head = await peer.read_request()
        method, target = head.split(b" ")[:2]
        found = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        body = await peer.reader.readexactly(int(found[1])) if found else b""
        query = parse_qs(urlsplit(target.decode("latin-1")).query)
        sid = query.get("sid", [""])[0]
        websocket = b"websocket" in head.lower().partition(b"upgrade:")[2]
        if not sid:
            return await self._first(peer, websocket=websocket)
        session = self._polls.get(sid) or next(reversed(self._polls.values()), None)
        if session is None or websocket:
            peer.writer.write(broken.response(b"no such session", status=b"400 Bad Request"))
        elif method == b"POST":
            # A flood's answers are the client's memory, then ours: we are in its process, measured.
            for packet in () if self.deaf else body.decode(errors="replace").split("\x1e"):
                session.put(packet if packet != "1" else None)
            peer.writer.write(broken.response(b"ok"))
        else:
            answer = await session.polled()
            if not answer:
                return False
            peer.writer.write(self._odd_answer() or broken.response(answer))
            await peer.writer.drain()
        return True

    def _odd_answer(self) -> bytes:
        answer, self.next_answer = self.next_answer, b""
        return answer

    async def _first(self, peer: Peer, *, websocket: bool) -> bool:
        self.sessions += 1
        rng = Random(f"{self._number}/{self.sessions}")
        name = self.act = self.acts[0] if self.sessions == 1 else rng.choice(self.acts)
        self.deaf = False
        opening = OPENING
        if name == "answer":
            pieces = rng.choice(broken.ENDLESS) if rng.random() < 0.2 else None
            peer.writer.write(rng.choice(broken.ANSWERS) if pieces is None else pieces[0])
            while pieces is not None:
                peer.writer.write(pieces[1])
                await peer.writer.drain()
                await asyncio.sleep(0)
            return rng.random() < 0.5 and bool(await peer.reader.read(1))
        if name == "open":
            opening = self.corpus.opening(rng)
        session = Session(self, rng)
        act = ACTS.get(name, talk)
        if websocket:
            session.peer = peer
            peer.upgrade(frame(opening))
            await self._play_websocket(session, act)
            return False
        self._polls = {f"evil{self.sessions}": session}
        opening = opening.replace(b'"evil"', f'"evil{self.sessions}"'.encode())
        peer.writer.write(broken.response(opening))
        await peer.writer.drain()
        task = asyncio.create_task(self._play(session, act))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def _play_websocket(self, session: Session, act: Act) -> None:
        playing = asyncio.create_task(self._play(session, act))
        reading = asyncio.create_task(self._read(session))
        try:
            await asyncio.wait([playing, reading], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (playing, reading):
                task.cancel()
            await asyncio.gather(playing, reading, return_exceptions=True)

    async def _read(self, session: Session) -> None:
        assert session.peer is not None
        try:
            while True:
                opcode, payload = await session.peer.receive()
                if opcode == 8:
                    return None
                if self.deaf:
                    return await asyncio.Event().wait()  # it does not read any more
                session.put(payload.decode(errors="replace"))
        except (EOFError, ConnectionError):
            session.put(None)

    async def _play(self, session: Session, act: Act) -> None:
        try:
            await act(session)
        except (Gone, ConnectionError):
            pass
        except Exception as error:
            self.errors.append(error)
        if session.peer is None:
            await session.send(b"")

    async def close(self) -> None:
        """End what still plays."""
        for task in [*self._tasks]:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def serving(evil: Evil) -> AsyncIterator[str]:
    """Serve on loopback; gives the address."""
    server = await asyncio.start_server(evil.serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await evil.close()
    if evil.errors:
        raise evil.errors[0]


async def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--acts", default=",".join([*ACTS, *FIRST]))
    parser.add_argument("--packets-each", type=int, default=100)
    parser.add_argument("--size", type=int, default=300)
    options = parser.parse_args()
    evil = Evil(
        options.seed, options.acts.split(","), packets_each=options.packets_each, size=options.size
    )
    async with serving(evil) as url:
        print(url, flush=True)
        while os.getppid() != 1:
            await asyncio.sleep(0.2)
            print(evil.packets, evil.sessions, flush=True)


if __name__ == "__main__":
    asyncio.run(_main())
