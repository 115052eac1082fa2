"""Typing errors: keys hit beside, twice or not at all; Chinese characters of the same sound."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import yaml

from proofstone.models.text.language import HAN

_FILE = Path(__file__).parent / "data" / "characters.yaml"
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_WORD = re.compile(r"(?<![\w`'\"/.@=-])[A-Za-z]{4,}(?![\w`'\"/@=-]|\.\w)")
_CODE = re.compile(r"`[^`]*`|\"[^\"]*\"|“[^”]*”")
_HAN = re.compile(f"[{HAN}]")
_EVERY = 5
_MOST = 3

Slip = Callable[[str, int, np.random.Generator], str]


def with_typos(text: str, rng: np.random.Generator) -> str:
    """Return `text` with typing errors: one for every five words, at most three, at least one.

    A Latin word of four letters or more loses a letter, doubles one, swaps two or gets the one of
    a neighbouring key (of a US keyboard); the first letter stays. A Han character is replaced with
    one of the same sound or nearly so (`data/characters.yaml`). Code, quotations, names with digits
    or marks are left alone. The text comes back as it is where nothing can be mistyped.
    """
    places = _places(text)
    if not places:
        return text
    most = max(1, round((len(text.split()) + len(_HAN.findall(text)) / 2) / _EVERY))
    drawn = rng.choice(len(places), size=min(most, _MOST, len(places)), replace=False)
    for at in sorted(drawn.tolist(), reverse=True):
        start, end = places[at]
        text = text[:start] + _mistyped(text[start:end], rng) + text[end:]
    return text


def _places(text: str) -> list[tuple[int, int]]:
    """Where words and characters stand that can be mistyped."""
    kept_out = [found.span() for found in _CODE.finditer(text)]
    words = [found.span() for found in _WORD.finditer(text)]
    signs = [found.span() for found in _HAN.finditer(text) if found[0] in _alike()]
    return sorted(
        (start, end)
        for start, end in words + signs
        if not any(first <= start < last for first, last in kept_out)
    )


def _mistyped(part: str, rng: np.random.Generator) -> str:
    if _HAN.match(part):
        others = _alike()[part]
        return others[int(rng.integers(len(others)))]
    at = int(rng.integers(1, len(part)))
    return _SLIPS[int(rng.integers(len(_SLIPS)))](part, at, rng)


def _doubled(word: str, at: int, rng: np.random.Generator) -> str:
    return word[: at + 1] + word[at:]


def _dropped(word: str, at: int, rng: np.random.Generator) -> str:
    return word[:at] + word[at + 1 :]


def _swapped(word: str, at: int, rng: np.random.Generator) -> str:
    first = min(at, len(word) - 2)
    if word[first] == word[first + 1]:
        return _dropped(word, first, rng)
    return word[:first] + word[first + 1] + word[first] + word[first + 2 :]


def _beside(word: str, at: int, rng: np.random.Generator) -> str:
    near = _neighbours()[word[at].lower()]
    return word[:at] + near[int(rng.integers(len(near)))] + word[at + 1 :]


_SLIPS: tuple[Slip, ...] = (_doubled, _dropped, _swapped, _beside)


@cache
def _neighbours() -> dict[str, str]:
    """The keys left and right of each letter in its row."""
    return {
        key: row[max(0, at - 1) : at] + row[at + 1 : at + 2]
        for row in _KEYS
        for at, key in enumerate(row)
    }


@cache
def _alike() -> dict[str, str]:
    """For each character those that it is mistaken for."""
    found: dict[str, str] = {}
    for group in yaml.safe_load(_FILE.read_text("utf-8")):
        for sign in group:
            found[sign] = found.get(sign, "") + group.replace(sign, "")
    return found
