"""The labelled texts that ship with the guards: what their rates are measured on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from proofstone.measures.intervals import Interval

_FOLDER = Path(__file__).parent / "data"


class Rate(NamedTuple):
    """`k` of `n` texts went wrong."""

    k: int
    n: int

    def interval(self, level: float = 0.95) -> Interval[float]:
        """Return Wilson's interval (1927) of k / n."""
        from proofstone.measures.intervals import wilson

        return wilson(self.k, self.n, level)


@dataclass(frozen=True)
class Labelled:
    """A message: whether it attacks, and whether it was there to fit on or is to judge by."""

    text: str
    attack: bool
    half: str
    language: str
    kind: str


def content(name: str) -> bytes:
    """Return the bytes of a shipped data file."""
    return (_FOLDER / name).read_bytes()


@cache
def lines(name: str) -> tuple[dict[str, object], ...]:
    """Return the objects of a shipped file, a line each; the first, which tells of it, left out."""
    return tuple(json.loads(line) for line in content(name).decode().splitlines()[1:])


@cache
def labelled(name: str) -> tuple[Labelled, ...]:
    """Return the labelled messages of a shipped file."""
    return tuple(
        Labelled(
            text=str(one["text"]),
            attack=bool(one["attack"]),
            half=str(one["half"]),
            language=str(one["language"]),
            kind=str(one["kind"]),
        )
        for one in lines(name)
    )
