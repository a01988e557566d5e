"""A packet that is sent is sent whole, however many greenlets of a player send at once.

Not here: the scene itself (`sending`), which runs under gevent.
"""

import json
from pathlib import Path

from fresh_python import run_fresh

SENDERS, EACH = 20, 8


def test_packets_of_several_greenlets_are_not_mixed() -> None:
    script = Path(__file__).with_name("sending.py")
    heard = json.loads(run_fresh(script))
    texts = [text for opcode, text, _ in heard if opcode == 1]
    assert texts[-1] == "41"
    # Each sender's packets are all there, unbroken and in its own order.
    sent: dict[str, list[int]] = {}
    for text in texts[:-1]:
        sender, _, number = text[1:].rstrip("x ").partition(".")
        sent.setdefault(sender, []).append(int(number))
    whole = {str(sender): list(range(EACH)) for sender in range(SENDERS)}
    assert {key: value for key, value in sent.items() if key in whole} == whole
    assert [10, "during", 6] in heard
