"""One row of the table, and the table."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan, nan
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
HEADINGS = ("work", "ours", "goal", "beside", "theirs", "ratio", "largest difference", "notes")


@dataclass(frozen=True)
class Row:
    """One measurement beside one peer; `ratio` is how many times faster we are.

    `difference` is the largest difference between our numbers and the peer's, or None where the
    two do not give numbers that can be compared.
    """

    work: str
    ours: str
    goal: str = "–"
    beside: str = "–"
    theirs: str = "–"
    ratio: float | None = None
    difference: float | None = None
    notes: str = ""

    def cells(self) -> tuple[str, ...]:
        """The row as text, in the order of `HEADINGS`."""
        ratio = "–" if self.ratio is None else f"{self.ratio:.2g}x"
        if self.ratio is not None and self.ratio >= 10:
            ratio = f"{self.ratio:.0f}x"
        difference = "–" if self.difference is None else f"{self.difference:.1e}"
        return (
            self.work, self.ours, self.goal, self.beside, self.theirs, ratio, difference, self.notes
        )  # fmt: skip


def markdown(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    lines = [HEADINGS, tuple("---" for _ in HEADINGS), *(row.cells() for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def furthest(ours: Mapping[Key, float | None], theirs: Mapping[Key, float]) -> float:
    """The largest difference of our numbers to all of `theirs`; NaN where a side has no value.

    Raises:
        KeyError: we have no number that they have.

    >>> furthest({"a": 1.0, "b": 3.0, "c": None}, {"a": 1.5, "b": 1.0})
    2.0
    """
    pairs = [(ours[key], value) for key, value in theirs.items()]
    apart = [nan if value is None else abs(value - other) for value, other in pairs]
    return nan if any(map(isnan, apart)) else float(max(apart))


def seconds(value: float) -> str:
    """A duration in the unit that a person would choose.

    >>> seconds(0.0213), seconds(0.61), seconds(73.2)
    ('21.3 ms', '0.61 s', '73 s')
    """
    if value < 0.1:
        return f"{1000 * value:.3g} ms"
    return f"{value:.2g} s" if value < 10 else f"{value:.0f} s"
