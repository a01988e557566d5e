"""A command or an option that there is not: one line, with what was meant.

Not here: wrong values, which each command's own tests have.
"""

import pytest
from in_process import gridcli


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("bot --count 3", "gridcli: No such command 'bot'. Did you mean 'bots'?"),
        ("server", "gridcli: No such command 'server'. Did you mean 'serve'?"),
        ("Play", "gridcli: No such command 'Play'. Did you mean 'play'?"),
        ("cap", "gridcli: No such command 'cap'. Did you mean 'capacity'?"),
        ("comp", "gridcli: No such command 'comp'. Did you mean 'compare' or 'completion'?"),
        ("xyzzy", "gridcli: No such command 'xyzzy'"),
        ("bots nwe", "gridcli bots: No such command 'nwe'. Did you mean 'new'?"),
        ("''", "gridcli: No such command ''"),
        ("play --nmae ada", "gridcli play: No such option '--nmae'. Did you mean '--name'?"),
        (
            "serve --prot 80",
            "gridcli serve: No such option '--prot'. Did you mean '--port', '--host' or '--round'?",
        ),
        ("report --xyzzy", "gridcli report: No such option '--xyzzy'"),
    ],
)
def test_what_was_meant_is_asked_in_one_line(typed: str, said: str) -> None:
    ended = gridcli(*[word.strip("'") for word in typed.split()])
    assert ended.returncode == 2
    assert ended.stdout == ""
    command = said.partition(":")[0]
    assert ended.stderr == f"{said} (see {command} --help)\n"
