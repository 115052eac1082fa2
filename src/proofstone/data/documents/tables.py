"""Tables as lines that a reader, a search and a language model understand alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_MOST_SPAN = 50


def table_lines(rows: Sequence[Sequence[str]], *, header: bool) -> Iterator[str]:
    """Yield a line for each row: `column: cell; column: cell`; empty cells are left out.

    With `header` the first row names the columns. Without one, two cells are a name and its value.

    >>> list(table_lines([["Plan", "Price"], ["Basic", "5"]], header=True))
    ['Plan: Basic; Price: 5']
    >>> list(table_lines([["价格", "5"], ["a", "b", "c"]], header=False))
    ['价格: 5', 'a; b; c']
    """
    if header:
        yield from filter(None, _named(rows[0], rows[1:]))
        return
    for row in rows:
        cells = [cell for cell in row if cell]
        if cells:
            yield (": " if len(row) == 2 else "; ").join(cells)


def _named(names: Sequence[str], body: Sequence[Sequence[str]]) -> Iterator[str]:
    """A line for the names of columns that are empty, then one for each row."""
    used = {at for row in body for at, cell in enumerate(row) if cell}
    yield "; ".join(name for at, name in enumerate(names) if name and at not in used)
    for row in body:
        yield "; ".join(
            f"{names[at]}: {cell}" if at < len(names) and names[at] else cell
            for at, cell in enumerate(row)
            if cell
        )


class Grid:
    """A table in the making whose cells may span columns and rows, as in HTML and Word."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self._reaching: dict[int, tuple[int, str]] = {}

    def row(self) -> None:
        """Begin a row; cells that reach down from above are repeated in it."""
        self.rows.append([])
        self._repeat()

    def cell(self, text: str, *, columns: int = 1, rows: int = 1) -> None:
        """Add a cell to the row: its text stands in the first of the columns that it spans."""
        row = self.rows[-1]
        for at in range(max(1, min(columns, _MOST_SPAN))):
            shown = "" if at else text
            if rows > 1:
                self._reaching[len(row)] = (len(self.rows) - 1 + rows, shown)
            row.append(shown)
        self._repeat()

    def _repeat(self) -> None:
        row = self.rows[-1]
        while len(row) in self._reaching:
            end, text = self._reaching[len(row)]
            if len(self.rows) > end:
                del self._reaching[len(row)]
                return
            row.append(text)
