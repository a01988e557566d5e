"""The lines' colours, in both themes: apart for every eye, and clear of their ground.

Simulated after Machado, Oliveira and Fernandes (2009), at full severity; distances in CIELAB.
"""

import re
from importlib.resources import files
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

EYES = {
    "usual": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1.0, 1.089])


def palettes() -> dict[str, dict[str, str]]:
    css = files("gridcli.report").joinpath("page.css").read_text("utf-8")
    blocks = re.findall(r":root([^{]*)\{([^}]*)\}", css)
    found = {}
    for selector, block in blocks:
        name = "chosen dark" if '="dark"' in selector else "dark" if "not" in selector else "light"
        found[name] = dict(re.findall(r"--(c\d|mute|ground): (#\w{6})", block))
    return found


def linear(colour: str) -> NDArray[np.float64]:
    values = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(light: NDArray[np.float64]) -> NDArray[np.float64]:
    xyz = TO_XYZ @ np.clip(light, 0, 1) / WHITE
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_both_ways_to_the_dark_theme_are_the_same() -> None:
    found = palettes()
    assert found["dark"] == found["chosen dark"]
    assert len(found["light"]) == 8


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("eye", EYES)
def test_lines_are_told_apart(theme: str, eye: str) -> None:
    colours = {name: c for name, c in palettes()[theme].items() if name != "ground"}
    seen = {name: lab(np.array(EYES[eye]) @ linear(c)) for name, c in colours.items()}
    least = min((float(np.linalg.norm(seen[a] - seen[b])), a, b) for a, b in combinations(seen, 2))
    assert least[0] > 20, least


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_stand_out(theme: str) -> None:
    colours = palettes()[theme]
    ground = float(linear(colours.pop("ground")) @ TO_XYZ[1])
    for name, colour in colours.items():
        own = float(linear(colour) @ TO_XYZ[1])
        assert (max(own, ground) + 0.05) / (min(own, ground) + 0.05) >= 3, name
