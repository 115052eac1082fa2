"""One row of the table, and the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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


def seconds(value: float) -> str:
    """A duration in the unit that a person would choose.

    >>> seconds(0.0213), seconds(0.61), seconds(73.2)
    ('21.3 ms', '0.61 s', '73 s')
    """
    if value < 0.1:
        return f"{1000 * value:.3g} ms"
    return f"{value:.2g} s" if value < 10 else f"{value:.0f} s"
