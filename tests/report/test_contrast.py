"""Contrast of the palette (WCAG 2.2, success criteria 1.4.3 and 1.4.11), computed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import proofstone.report.render

STYLE = Path(proofstone.report.render.__file__).with_name("templates") / "style.css"
TEXTS = [
    *((text, paper) for text in ("ink", "soft", "accent") for paper in ("paper", "panel")),
    *((name, "paper") for name in ("pass", "fail", "inconclusive", "none")),
    *((name, f"{name}-back") for name in ("pass", "fail", "inconclusive", "none")),
    ("paper", "ink"),
    ("letter", "mark"),
]
GRAPHICS = [
    *(("mark", paper) for paper in ("paper", "track", "panel", "bad")),
    *((mark, paper) for mark in ("ink", "soft", "limit") for paper in ("track", "bad")),
    *(("against", paper) for paper in ("paper", "bad")),
    ("hatch", "track"),
    *((name, "paper") for name in ("pass", "fail", "inconclusive", "none")),
]


def palettes() -> dict[str, dict[str, str]]:
    """The colours of both colour schemes by name."""
    blocks = re.findall(r":root \{(.*?)\}", STYLE.read_text("utf-8"), re.S)
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in blocks)
    return {"light": light, "dark": dark}


def luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_reach_four_and_a_half(scheme: str) -> None:
    colours = palettes()[scheme]
    low = {pair: contrast(*(colours[name] for name in pair)) for pair in TEXTS}
    assert {pair: ratio for pair, ratio in low.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_graphics_reach_three(scheme: str) -> None:
    colours = palettes()[scheme]
    low = {pair: contrast(*(colours[name] for name in pair)) for pair in GRAPHICS}
    assert {pair: ratio for pair, ratio in low.items() if ratio < 3} == {}


def test_both_schemes_name_the_same_colours() -> None:
    made = palettes()
    assert set(made["light"]) == set(made["dark"])
    assert set(re.findall(r"var\(--([\w-]+)\)", STYLE.read_text("utf-8"))) == set(made["light"])
