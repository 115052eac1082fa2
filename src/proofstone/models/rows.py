"""Rows: a batch of model inputs, with the row of the case that each was derived from."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from proofstone.core.artifact import Stored

_SEEDS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F)


@dataclass(frozen=True, eq=False)
class Rows:
    """A table of inputs, shape (n, columns).

    `origin` (int64, shape (n,)) is the index in the case of the row that each was derived from:
    a cross-fitted model answers a perturbed row by the fold that never saw its original.
    """

    frame: pl.DataFrame
    origin: np.ndarray

    @classmethod
    def of(cls, frame: pl.DataFrame) -> Rows:
        """Rows of a fresh case: each is its own origin."""
        return cls(frame, np.arange(frame.height, dtype=np.int64))

    @classmethod
    def concat(cls, parts: Sequence[Rows]) -> Rows:
        """The rows of all parts, in order."""
        frames = [part.frame for part in parts]
        return cls(pl.concat(frames), np.concatenate([part.origin for part in parts]))

    def __len__(self) -> int:
        return self.frame.height

    def take(self, index: np.ndarray) -> Rows:
        """The rows at `index` (integers or a boolean mask)."""
        if index.dtype == np.bool_:
            index = np.flatnonzero(index)
        return Rows(self.frame[index], self.origin[index])

    def replaced(self, column: str, values: Sequence[object] | np.ndarray | pl.Series) -> Rows:
        """The same rows with one column's values replaced; its type stays."""
        kind = self.frame.schema[column]
        series = pl.Series(column, values).cast(kind)
        return Rows(self.frame.with_columns(series), self.origin)

    def swapped(self, column: str) -> Rows:
        """The same rows with a two-valued column's values exchanged."""
        first, second = self.frame[column].drop_nulls().unique().sort().to_list()
        swap = pl.col(column).replace({first: second, second: first})
        return Rows(self.frame.with_columns(swap), self.origin)

    def keys(self, *, by_origin: bool) -> np.ndarray:
        """A 128-bit key a row, shape (n, 2) uint64; equal rows (of equal origin) have equal keys.

        Keys hold within one process only: polars does not promise its hash across versions.
        """
        frame = self.frame
        if by_origin:
            frame = frame.with_columns(pl.Series("\0origin", self.origin))
        return np.stack([frame.hash_rows(seed).to_numpy() for seed in _SEEDS], axis=1)


def stored_table(stored: Stored, name: str) -> pl.DataFrame:
    """Return a table that an artifact holds as Parquet, under `name`.

    Raises:
        StoreError: the file is damaged or missing.
    """
    return pl.read_parquet(io.BytesIO(stored.read(name)))
