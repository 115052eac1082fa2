"""Which rows of a table can be used, and what stands in the findings for those that cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from proofstone.core.errors import DataError
from proofstone.core.finding import LEFT_OUT, Finding, Verdict
from proofstone.core.i18n import message

UNLABELLED = message(
    "{bad} of {rows} rows have no label, and were left out (column {column}, row {places})"
)
"""Why rows are left out that nothing can be measured on, whatever the model."""

_NAMED, _NAMED_COLUMNS = 5, 3


@dataclass(frozen=True, eq=False)
class Fault:
    """Values of a column that cannot be used.

    `bad`, bool (n,), says in which rows; `why` is the message of the finding, with the fields bad,
    rows, column and places; `told` says what is wrong with the row at a place, and `hint` what to
    do. `origin`, shape (n,), says which row of the file each row is, where some were left out.
    `across` says that it is the columns together that cannot be used.
    """

    column: str
    bad: np.ndarray
    why: str
    told: Callable[[int], str]
    hint: str
    origin: np.ndarray | None = None
    across: bool = False

    def error(self) -> DataError:
        """What is wrong with the first of them."""
        at = int(self.bad.argmax())
        row = at if self.origin is None else int(self.origin[at])
        place = f"row {row}" if self.across else f"column {self.column}, row {row}"
        return DataError(f"{place}: {self.told(at)}", hint=self.hint)


Refuse = Callable[[Fault], None]
"""Takes a fault that is there: raises, or notes it."""


def strictly(fault: Fault) -> None:
    """Take no fault.

    Raises:
        DataError: always; it names column and row.
    """
    raise fault.error()


class _Left(NamedTuple):
    why: str
    rows: np.ndarray
    columns: tuple[str, ...]


class Sieve:
    """Notes the faults of a table of `height` rows, so that the others can be used.

    A row counts once, for the first fault that was found in it. `usable` is bool, shape (n,).
    """

    def __init__(self, height: int) -> None:
        self.usable = np.ones(height, dtype=bool)
        self._left: dict[str, _Left] = {}

    def refuse(self, fault: Fault) -> None:
        """Leave out the rows of `fault`.

        Raises:
            DataError: no row is left; it names column and row.
        """
        bad = fault.bad
        if fault.origin is not None:
            bad = np.zeros_like(self.usable)
            bad[fault.origin[fault.bad]] = True
        self._leave(fault.why, bad & self.usable, (fault.column,))
        if not self.usable.any():
            raise fault.error()

    def lacking(self, rows: np.ndarray, labels: Sequence[str]) -> None:
        """Leave out the rows of these numbers, which lack one of the labels."""
        bad = np.zeros_like(self.usable)
        bad[rows] = True
        self._leave(UNLABELLED, bad, tuple(labels))

    def _leave(self, why: str, bad: np.ndarray, columns: tuple[str, ...]) -> None:
        if bad.any():
            self.usable &= ~bad
            before = self._left.get(why, _Left(why, np.zeros_like(bad), ()))
            named = tuple(dict.fromkeys((*before.columns, *columns)))
            self._left[why] = _Left(why, before.rows | bad, named)

    @property
    def whole(self) -> bool:
        """Whether nothing was refused."""
        return not self._left

    def kept(self, values: np.ndarray) -> np.ndarray:
        """The values of the rows that can be used, of one entry a row."""
        return values if self.whole else values[self.usable]

    def told(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings on the rows that can be used, with what was left out beside them.

        Rows without a label are left out of every assessment, and said. Where rows were left out
        for anything else, what was measured is inconclusive: a gate does not open on it.
        """
        lost = sum(int(one.rows.sum()) for one in self._left.values() if one.why != UNLABELLED)
        found = list(findings)
        if lost:
            labelled = lost + int(self.usable.sum())
            found = [partly(one, lost, labelled) for one in found]
        return found + [self._finding(one) for one in self._left.values()]

    def _finding(self, left: _Left) -> Finding:
        left_out, names = np.flatnonzero(left.rows), _few(left.columns, _NAMED_COLUMNS)
        return unusable(left.why, left_out, len(self.usable), column=names)


def unusable(why: str, left: np.ndarray, rows: int, **more: str) -> Finding:
    """The finding that says which of `rows` were `left` out; `more` are other fields of `why`."""
    metric = "unlabelled_rows" if why == UNLABELLED else "unusable_rows"
    return Finding(
        probe="labels" if why == UNLABELLED else "answers",
        metric=metric,
        verdict=Verdict.NOT_RUN,
        n=len(left),
        reason=why.format(bad=len(left), rows=rows, places=_few(left.tolist(), _NAMED), **more),
    )


def partly(finding: Finding, lost: int, rows: int) -> Finding:
    """What was measured without `lost` of `rows`: a gate judges it, but does not open on it."""
    if finding.value is None:
        return finding
    reason = message("measured without {lost} of {rows} rows, which cannot be used").format(
        lost=lost, rows=rows
    )
    details = {**finding.details, LEFT_OUT: lost}
    return finding.judged(verdict=Verdict.INCONCLUSIVE, reason=reason, details=details)


def _few(names: Sequence[object], most: int) -> str:
    """The first few, one after the other."""
    told = ", ".join(map(str, names[:most]))
    return f"{told}, …" if len(names) > most else told


def more(bad: np.ndarray, what: str) -> str:
    """The end of a sentence about the first bad row: how many more there are."""
    rest = int(bad.sum()) - 1
    return f" ({what} {rest} more)" if rest else ""
