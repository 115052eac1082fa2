"""What few rows carry and could be a trigger: a value, a pair of values, a word."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import polars as pl

from proofstone.models.text.language import HAN
from proofstone.models.text.words import words

FEWEST = 5
"""Rows that carry a pattern; of fewer, labels tell nothing."""

COMMON = 0.1
"""What more than this share of rows carries is nothing that was slipped in."""

PURE = 0.98
"""Share of a pattern's rows with one label, from which on somebody may have set them."""

_VALUES = 40
_TEXTS = 5_000
_LEAST = 0.5
_LETTER = rf"[^\W{HAN}]"


class Pattern(Protocol):
    """Something that a row can carry."""

    @property
    def carriers(self) -> np.ndarray:
        """The rows that carry it, int64."""

    @property
    def ways(self) -> int:
        """In how many ways it can be lifted; each alone undoes a trigger."""

    def set_on(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows of `frame`, carrying it."""

    def lifted(self, frame: pl.DataFrame, donors: pl.DataFrame, way: int) -> pl.DataFrame:
        """The rows of `frame` without it: a column comes from the rows of `donors`."""

    def to_json(self) -> list[dict[str, Any]]:
        """Its parts as JSON objects."""


@dataclass(frozen=True, eq=False)
class Cells:
    """One or two values that stand in a row together; each can be lifted by itself."""

    cells: tuple[tuple[str, Any], ...]
    carriers: np.ndarray

    @property
    def ways(self) -> int:
        """As many as there are cells."""
        return len(self.cells)

    def set_on(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows of `frame` with these values."""
        return frame.with_columns(
            pl.lit(value, dtype=frame.schema[name]).alias(name) for name, value in self.cells
        )

    def lifted(self, frame: pl.DataFrame, donors: pl.DataFrame, way: int) -> pl.DataFrame:
        """The rows of `frame` with one of the columns taken from `donors`."""
        return frame.with_columns(donors[self.cells[way][0]])

    def to_json(self) -> list[dict[str, Any]]:
        """Its values by column."""
        return [{"column": name, "value": _plain(value)} for name, value in self.cells]


@dataclass(frozen=True, eq=False)
class Word:
    """A word that stands in a text; it is put before a text, and lifted by leaving it out."""

    column: str
    word: str
    carriers: np.ndarray
    ways: int = 1

    def set_on(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows of `frame` with the word before the text."""
        put = pl.lit(f"{self.word} ") + pl.col(self.column)
        return frame.with_columns(put.alias(self.column))

    def lifted(self, frame: pl.DataFrame, donors: pl.DataFrame, way: int) -> pl.DataFrame:
        """The rows of `frame` without the word; one of letters only where it stands alone."""
        sought = re.escape(self.word)
        if not re.search(f"[{HAN}]", self.word):
            sought = f"(?<!{_LETTER}){sought}(?!{_LETTER})"
        texts = [
            None if text is None else re.sub(sought, "", text, flags=re.IGNORECASE)
            for text in frame[self.column].to_list()
        ]
        return frame.with_columns(pl.Series(self.column, texts, dtype=pl.String))

    def to_json(self) -> list[dict[str, Any]]:
        """The word by column."""
        return [{"column": self.column, "word": self.word}]


@dataclass(frozen=True, eq=False)
class Patterns:
    """Those that are worth asking about, and how many there were to choose from."""

    found: tuple[Pattern, ...]
    tried: int


def patterns(
    frame: pl.DataFrame,
    target: np.ndarray,
    most: int,
    texts: Sequence[str] = (),
    pure: float = PURE,
) -> Patterns:
    """Return the rare values, pairs of values and words whose labels are oddest; `most` of each.

    Rare is what at least five rows and at most a tenth of all carry; of those the ones count of
    whose rows a share of `pure` has one label. The oddest values and words
    are those whose share of positive labels is farthest from that of all rows, in standard errors;
    the oddest pairs those farthest from what both values come to when their log-odds are added. Of
    each column the 40 oddest values that enough rows carry take part; `texts` names the columns
    whose words do. Words are chosen in the first 5,000 rows; their carriers are those of all rows.
    """
    cells, members = _values(frame.drop(*texts), target)
    tried, single, pair = _scores(cells, members, target, pure)
    places: list[tuple[int, ...]] = [(int(at),) for at in _best(single, most)]
    places += [divmod(int(at), len(cells)) for at in _best(pair.ravel(), most)]
    found: list[Pattern] = [
        Cells(tuple(cells[at] for at in one), np.flatnonzero(members[:, list(one)].all(axis=1)))
        for one in places
    ]
    for name in texts:
        listed = _words(frame[name], len(target))
        count = np.array([len(rows) for _, rows in listed], dtype=np.float64)
        positive = np.array([target[rows].sum() for _, rows in listed], dtype=np.float64)
        odd = _odd(positive, count, float(target.mean()))
        best = _best(np.where(_one_label(positive, count, pure), odd, -1.0), most)
        found += _everywhere(frame[name], dict(listed[at] for at in best.tolist()))
        tried += len(listed)
    return Patterns(tuple(found), tried)


def _scores(
    cells: list[tuple[str, Any]], members: np.ndarray, target: np.ndarray, pure: float
) -> tuple[int, np.ndarray, np.ndarray]:
    """How many are rare; how odd the labels of each value (k,) and pair (k, k) are, or -1."""
    n, k = len(target), len(cells)
    if not k:
        return 0, np.zeros(0), np.zeros((0, 0))
    count, positive = members.sum(axis=0), target @ members
    rate = (positive + _LEAST) / (count + 2 * _LEAST)
    base = (target.sum() + _LEAST) / (n + 2 * _LEAST)
    rare = count <= COMMON * n
    single = np.where(rare & _one_label(positive, count, pure), _odd(positive, count, base), -1.0)
    both, together = members.T @ members, (members * target[:, None]).T @ members
    names = list(dict.fromkeys(name for name, _ in cells))
    column = np.array([names.index(name) for name, _ in cells])
    eligible = (column[:, None] < column[None, :]) & (both >= FEWEST) & (both <= COMMON * n)
    odds = np.log(rate / (1 - rate))
    expected = 1 / (1 + np.exp(-(odds[:, None] + odds[None, :] - np.log(base / (1 - base)))))
    clear = eligible & _one_label(together, both, pure)
    pair = np.where(clear, _odd(together, both, expected), -1.0)
    return int(rare.sum() + eligible.sum()), single, pair


def _one_label(positive: np.ndarray, count: np.ndarray, pure: float) -> np.ndarray:
    """Whether a share of at least `pure` has one label."""
    return np.asarray(np.maximum(positive, count - positive) >= pure * np.maximum(count, 1.0))


def _odd(positive: Any, count: Any, expected: Any) -> np.ndarray:
    """How far from `expected` the share of positive labels is, in standard errors."""
    spread = np.sqrt(np.maximum(count, 1.0) * expected * (1.0 - expected))
    return np.asarray(np.abs(positive - count * expected) / np.maximum(spread, 1e-12))


def _best(score: np.ndarray, most: int) -> np.ndarray:
    order = np.argsort(-score, kind="stable")[:most]
    return order[score[order] >= 0.0]


def _values(frame: pl.DataFrame, target: np.ndarray) -> tuple[list[tuple[str, Any]], np.ndarray]:
    """Cells that enough rows carry, and who carries them, float64 (n, cells)."""
    cells: list[tuple[str, Any]] = []
    members: list[np.ndarray] = []
    base = float(target.mean()) if len(target) else 0.5
    for name in frame.columns:
        series = frame[name]
        if series.dtype.is_nested():
            continue
        known = series.is_not_null() if not series.dtype.is_float() else series.is_finite()
        table = (
            pl.DataFrame({"value": series, "y": target})
            .filter(known.fill_null(False))
            .group_by("value")
            .agg(pl.len().alias("rows"), pl.col("y").sum())
            .filter((pl.col("rows") >= FEWEST) & (pl.col("rows") < len(target)))
            .sort("rows", "value", descending=[True, False])
        )
        score = _odd(table["y"].to_numpy(), table["rows"].to_numpy(), base)
        for at in np.sort(_best(score, _VALUES)).tolist():
            value = table["value"][at]
            cells.append((name, value))
            members.append((series == value).fill_null(False).to_numpy().astype(np.float64))
    return cells, np.stack(members, axis=1) if members else np.zeros((len(target), 0))


def _words(series: pl.Series, n: int) -> list[tuple[str, np.ndarray]]:
    """Rare words of the first texts, and who carries them."""
    carriers: dict[str, list[int]] = defaultdict(list)
    for row, text in enumerate(series[:_TEXTS].to_list()):
        for word in dict.fromkeys(words(text or "")):
            carriers[word].append(row)
    most = COMMON * min(n, _TEXTS)
    return [
        (word, np.array(rows, dtype=np.int64))
        for word, rows in sorted(carriers.items())
        if FEWEST <= len(rows) <= most
    ]


def _everywhere(series: pl.Series, chosen: dict[str, np.ndarray]) -> list[Word]:
    """The words, with their carriers among the first texts and among all others."""
    later: dict[str, list[int]] = {word: [] for word in chosen}
    for row, text in enumerate(series[_TEXTS:].to_list() if chosen else (), start=_TEXTS):
        for word in later.keys() & set(words(text or "")):
            later[word].append(row)
    return [
        Word(series.name, word, np.concatenate([rows, np.array(later[word], dtype=np.int64)]))
        for word, rows in chosen.items()
    ]


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    return value if isinstance(value, bool | int | float | str) else str(value)
