"""What rows have in common that other rows have not: values of columns, words of texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from proofstone.models.text.words import words

_APART = 0.25
_ALL_BUT = 0.95
_HARDLY = 0.02


class Marks:
    """Tells what some rows of `frame` share; the columns `texts` are read as words, once."""

    def __init__(self, frame: pl.DataFrame, texts: Sequence[str]) -> None:
        self._table = frame.drop(*texts)
        self._texts = {
            name: [frozenset(words(text or "")) for text in frame[name].to_list()] for name in texts
        }
        self._total = {
            name: Counter(word for one in said for word in one)
            for name, said in self._texts.items()
        }

    def of(self, inside: np.ndarray, most: int = 3) -> list[dict[str, Any]]:
        """Return what tells the rows `inside` (bool, (n,)) most, as JSON objects.

        Of each column the commonest value inside, of each text the words whose shares differ most;
        `inside` and `outside` are the shares of rows with it. What differs by less than a quarter
        is left out.
        """
        mask = pl.Series(inside)
        found = [
            one
            for name, kind in self._table.schema.items()
            if not kind.is_nested()
            for one in _value(self._table[name], mask)
        ]
        for name in self._texts:
            found += self._words(name, inside)
        found = [one for one in found if one["inside"] - one["outside"] >= _APART]
        return sorted(found, key=lambda one: one["outside"] - one["inside"])[:most]

    def sign(self, inside: np.ndarray) -> np.ndarray | None:
        """Return all rows with what 95 % of those `inside` share and at most 2 % of others have.

        Bool, (n,); None where there is no such thing. It knows nothing of labels.
        """
        for one in self.of(inside):
            if one["inside"] >= _ALL_BUT and one["outside"] <= _HARDLY:
                return self._with(one, pl.Series(inside))
        return None

    def _with(self, one: dict[str, Any], mask: pl.Series) -> np.ndarray:
        """The rows with the word, or with the column's commonest value of those in `mask`."""
        if "word" in one:
            return np.array([one["word"] in said for said in self._texts[one["column"]]])
        series = self._table[one["column"]]
        return _having(series, _commonest(series, mask)).to_numpy()

    def _words(self, name: str, inside: np.ndarray) -> list[dict[str, Any]]:
        said = self._texts[name]
        within = Counter(word for row in np.flatnonzero(inside).tolist() for word in said[row])
        m, n = max(1, int(inside.sum())), max(1, int((~inside).sum()))
        return [
            {
                "column": name,
                "word": word,
                "inside": k / m,
                "outside": (self._total[name][word] - k) / n,
            }
            for word, k in sorted(within.items())
            if k >= _APART * m
        ]


def _value(series: pl.Series, mask: pl.Series) -> list[dict[str, Any]]:
    value = _commonest(series, mask)
    told = value if isinstance(value, bool | int | float | str) else str(value)
    if value is None or (isinstance(told, float) and not np.isfinite(told)):
        return []
    return [{"column": series.name, "value": told, **_shares(_having(series, value), mask)}]


def _commonest(series: pl.Series, mask: pl.Series) -> Any:
    """The commonest known value in `mask`, the least of equal ones; None where there is none."""
    known = series.filter(mask).drop_nulls()
    return known.mode().sort()[0] if len(known) else None


def _having(series: pl.Series, value: Any) -> pl.Series:
    return series.eq_missing(pl.Series([value], dtype=series.dtype))


def _shares(has: pl.Series, mask: pl.Series) -> dict[str, float]:
    within, without = has.filter(mask), has.filter(~mask)
    return {
        "inside": int(within.sum()) / max(1, len(within)),
        "outside": int(without.sum()) / max(1, len(without)),
    }
