"""What a recogniser is and what it finds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal[
    "ADDRESS",
    "BIRTH_DATE",
    "CARD",
    "EMAIL",
    "IBAN",
    "IP",
    "MAC",
    "PASSPORT",
    "PERSON",
    "PHONE",
    "PLATE",
    "RESIDENT_ID",
    "SECRET",
    "SSN",
]
KINDS: tuple[Kind, ...] = get_args(Kind)

_JOINED = re.compile(r"[0-9A-Za-z.+-]")

Find = Callable[[str], Iterator[tuple[int, int]]]
"""Yields start and end of each place in a folded text."""


@dataclass(frozen=True)
class Recognised:
    """Personal data or a secret: its kind, `text[start:end]`, and how sure its form makes us.

    `confidence` in (0, 1] ranks recognisers; it is no measured probability.
    """

    kind: Kind
    start: int
    end: int
    text: str
    confidence: float


@dataclass(frozen=True)
class Recogniser:
    """Finds one kind of data in a folded text.

    It is asked only where one of `needs` occurs in the text, if any are given.
    """

    kind: Kind
    confidence: float
    find: Find
    needs: tuple[str, ...] = ()


def matches(pattern: str, check: Callable[[str], bool] | None = None) -> Find:
    """Return a finder of what `pattern` matches, or its first group has, and `check` accepts.

    Patterns begin with the characters that can come first and look behind afterwards, as in
    `[0-9](?<![0-9]{2})`: the engine then skips all other places quickly.
    """
    compiled = re.compile(pattern)
    group = 1 if compiled.groups else 0

    def find(text: str) -> Iterator[tuple[int, int]]:
        for found in compiled.finditer(text):
            if check is None or check(found[group]):
                yield found.span(group)

    return find


def extended(core: str, prefix: str) -> Find:
    """Return a finder of what `core` matches, with what `prefix` matches just before it.

    What stands before both must not be a letter, a digit or one of `.+-`: such a core is a piece
    of a longer number. `prefix` is looked for in the eight characters before the core.
    """
    compiled, lead = re.compile(core), re.compile(rf"(?:{prefix})\Z")

    def find(text: str) -> Iterator[tuple[int, int]]:
        for found in compiled.finditer(text):
            start = found.start()
            before = lead.search(text, max(0, start - 8), start)
            if before:
                start = before.start()
            if not start or not _JOINED.match(text, start - 1):
                yield start, found.end()

    return find
