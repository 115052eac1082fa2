"""Answers that are known, by the key of their row."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

_KEYS = ["a", "b"]


def distinct(keys: np.ndarray) -> tuple[pl.DataFrame, np.ndarray]:
    """The distinct keys in order with the first row of each, and which of them each row has.

    `keys` is uint64 (n, 2); the frame has the columns `a`, `b` and `row`, the array shape (n,).
    """
    order = np.lexsort((keys[:, 1], keys[:, 0]))
    ranked = keys[order]
    starts = np.append(True, (ranked[1:] != ranked[:-1]).any(axis=1))
    place = np.empty(len(keys), dtype=np.int64)
    place[order] = np.cumsum(starts) - 1
    columns = {"a": ranked[starts, 0], "b": ranked[starts, 1], "row": order[starts]}
    return pl.DataFrame(columns), place


def _empty() -> pl.DataFrame:
    return pl.DataFrame(schema={"a": pl.UInt64, "b": pl.UInt64, "at": pl.Int64})


@dataclass(eq=False)
class Shelf:
    """Known answers of one operation and draw: `index` maps row keys to rows of `values`."""

    index: pl.DataFrame = field(default_factory=_empty)
    chunks: list[np.ndarray] = field(default_factory=list)

    @property
    def values(self) -> np.ndarray:
        """All answers, in the order in which they came."""
        if len(self.chunks) > 1:
            self.chunks = [np.concatenate(self.chunks)]
        return self.chunks[0]

    def find(self, keys: pl.DataFrame) -> np.ndarray:
        """Where in `values` the answer of each key is, int64 (n,); -1 where it is not known."""
        found = keys.join(self.index, on=_KEYS, how="left", maintain_order="left")["at"]
        return found.fill_null(-1).to_numpy().copy()

    def learn(self, keys: pl.DataFrame, values: np.ndarray) -> None:
        """Put answers on the shelf; none of the keys may be known yet."""
        if not len(values):
            return
        start = self.index.height
        self.chunks.append(values)
        at = pl.Series("at", np.arange(start, start + len(values)))
        self.index = pl.concat([self.index, keys.select(*_KEYS, at)])
