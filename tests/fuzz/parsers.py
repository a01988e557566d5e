"""Coverage-guided fuzzing of the pure parsers, where atheris is installed.

    python tests/fuzz/parsers.py [--seconds 60] [--seed 1] [--out .fuzz]

The server's grammar must judge whatever it is given and raise nothing, and what it lets pass the
libraries behind it must be able to read; our own decoders raise `BadInput` and nothing else.
Exit codes: 0 nothing was found or atheris is not there (it says so), else atheris's own. Not here:
running servers (`fuzz.run`).
"""

import argparse
import atexit
import shutil
import sys
import tempfile
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(1, str(Path(__file__).resolve().parent.parent.parent))

from fuzz import grammar

_MOST_BYTES = 600


def main() -> None:
    """The command line."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--seconds", type=int, default=60, help="how long (60)")
    options.add_argument("--seed", type=int, default=1, help="of atheris (1)")
    options.add_argument("--out", type=Path, default=Path(".fuzz"), help="for findings (.fuzz)")
    given = options.parse_args()
    try:
        import atheris
    except ImportError:
        print("SKIPPED: atheris is not installed, so nothing looks for new paths of the parsers")
        return
    with atheris.instrument_imports():
        import orjson
        from engineio.packet import Packet as EngineIOPacket
        from socketio.packet import Packet as SocketIOPacket

        from gridcli.core.errors import BadInput, Refusal
        from gridcli.core.protocol.auth import decode_auth
        from gridcli.core.protocol.frames import decode_frame
        from gridcli.core.protocol.packets import decode_packet
        from gridcli.core.protocol.requests import decode_request
        from server.edge.grammar import Fault, check

    class Json:
        """The server's JSON."""

        dumps = staticmethod(lambda value, **_: orjson.dumps(value).decode())
        loads = staticmethod(lambda text, **_: orjson.loads(text))

    SocketIOPacket.json = EngineIOPacket.json = Json

    def one(data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        for decode in (decode_frame, decode_packet):
            try:
                decode(text)
            except BadInput:
                pass
        check(data)
        if isinstance(check(text), Fault):
            return
        packet = EngineIOPacket(encoded_packet=text)
        if packet.packet_type != 4 or not isinstance(packet.data, str):
            return
        inner = SocketIOPacket(encoded_packet=packet.data)
        if inner.packet_type == 0:
            try:
                decode_auth(inner.data)
            except Refusal:
                pass
        elif inner.packet_type == 2:
            name, *args = inner.data
            for protocol in (1, 2):
                try:
                    decode_request(name, args, protocol)
                except Refusal:
                    pass

    seeds = Path(tempfile.mkdtemp(prefix="gridcli-seeds-"))
    atexit.register(shutil.rmtree, seeds, ignore_errors=True)
    _write_seeds(seeds)
    limits = [f"-max_total_time={given.seconds}", f"-seed={given.seed}", f"-max_len={_MOST_BYTES}"]
    atheris.Setup([sys.argv[0], *limits, f"-artifact_prefix={given.out}/", str(seeds)], one)
    given.out.mkdir(parents=True, exist_ok=True)
    atheris.Fuzz()


def _write_seeds(folder: Path) -> None:
    rng = Random(1)
    for make in (grammar.game, grammar.connect, grammar.quiet, grammar.strike, grammar.lethal):
        for number in range(40):
            (folder / f"{make.__name__}{number}").write_bytes(make(rng)[:_MOST_BYTES])


if __name__ == "__main__":
    main()
