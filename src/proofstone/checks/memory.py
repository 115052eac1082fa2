"""What a model has answered: asked once, known by a 128-bit row key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Protocol

import numpy as np
import polars as pl

from proofstone.checks.probe import Ask
from proofstone.core.canonical import digest_json
from proofstone.core.step import Recall
from proofstone.models.contract import Model, Operation, Predict
from proofstone.models.rows import Rows

_KEYS = ["a", "b"]


class Counter(Protocol):
    """What the memory counts as it works."""

    asked: int
    answered: int
    calls: int


@dataclass(eq=False)
class _Shelf:
    """Known answers of one operation and draw: `index` maps row keys to rows of `values`."""

    index: pl.DataFrame
    chunks: list[np.ndarray] = field(default_factory=list)
    passing: bool = False

    @property
    def values(self) -> np.ndarray:
        """All answers, in the order in which they came."""
        if len(self.chunks) > 1:
            self.chunks = [np.concatenate(self.chunks)]
        return self.chunks[0]


def _empty() -> _Shelf:
    return _Shelf(pl.DataFrame(schema={"a": pl.UInt64, "b": pl.UInt64, "at": pl.Int64}))


def _distinct(keys: np.ndarray) -> tuple[pl.DataFrame, np.ndarray]:
    """The distinct keys in order with the first row of each, and which of them each row has."""
    order = np.lexsort((keys[:, 1], keys[:, 0]))
    ranked = keys[order]
    starts = np.append(True, (ranked[1:] != ranked[:-1]).any(axis=1))
    place = np.empty(len(keys), dtype=np.int64)
    place[order] = np.cumsum(starts) - 1
    columns = {"a": ranked[starts, 0], "b": ranked[starts, 1], "row": order[starts]}
    return pl.DataFrame(columns), place


class Memory:
    """Answers asks for one model, calling it only for rows that are not known yet."""

    def __init__(self, model: Model, counter: Counter, recall: Recall | None) -> None:
        self._model = model
        self._counter = counter
        self._recall = recall
        self._shelves: dict[tuple[Operation, int], _Shelf] = {}

    def answer(self, asks: Sequence[Ask]) -> list[np.ndarray]:
        """Return one array an ask, in order; equal rows are put to the model once."""
        answers: dict[int, np.ndarray] = {}
        order = sorted(range(len(asks)), key=lambda i: (repr(asks[i].operation), asks[i].draw))
        for (operation, draw), places in groupby(
            order, key=lambda i: (asks[i].operation, asks[i].draw)
        ):
            window = list(places)
            found = self._window(operation, draw, [asks[i] for i in window])
            answers.update(zip(window, found, strict=True))
        return [answers[i] for i in range(len(asks))]

    def forget(self) -> None:
        """Drop what was asked with `keep=False` alone."""
        self._shelves = {key: shelf for key, shelf in self._shelves.items() if not shelf.passing}

    def _window(self, operation: Operation, draw: int, asks: Sequence[Ask]) -> list[np.ndarray]:
        shelf = self._shelves.setdefault((operation, draw), _empty())
        shelf.passing = not any(ask.keep for ask in asks) and (shelf.passing or not shelf.chunks)
        parts = {id(ask.rows): ask.rows for ask in asks}
        rows = Rows.concat(list(parts.values()))
        self._counter.asked += sum(len(ask.rows) for ask in asks)
        if not len(rows):
            return [np.empty((0, 0)) for _ in asks]
        first, place = _distinct(rows.keys(by_origin=self._model.by_origin))
        at = self._locate(shelf, operation, draw, rows, first)
        values = shelf.values[at[place]]
        values.setflags(write=False)
        ends = np.cumsum([len(part) for part in parts.values()])[:-1]
        found = dict(zip(parts, np.split(values, ends), strict=True))
        return [found[id(ask.rows)] for ask in asks]

    def _locate(
        self, shelf: _Shelf, operation: Operation, draw: int, rows: Rows, first: pl.DataFrame
    ) -> np.ndarray:
        """Where on the shelf each distinct row is, asking the model for those not there yet."""
        known = first.join(shelf.index, on=_KEYS, how="left", maintain_order="left")["at"]
        at = known.fill_null(-1).to_numpy().copy()
        fresh = np.flatnonzero(at < 0)
        if len(fresh):
            start = sum(len(chunk) for chunk in shelf.chunks)
            asked = rows.take(first["row"].to_numpy()[fresh])
            values = self._dear(operation, draw, asked) if operation.costly else None
            if values is None:
                values = self._call(operation, draw, asked)
            at[fresh] = np.arange(start, start + len(fresh))
            shelf.chunks.append(values)
            learned = first[fresh].select(*_KEYS, pl.Series("at", at[fresh]))
            shelf.index = pl.concat([shelf.index, learned])
        return at

    def _call(self, operation: Operation, draw: int, rows: Rows) -> np.ndarray:
        size = max(1, self._model.batch_size)
        parts = []
        for start in range(0, len(rows), size):
            batch = rows.take(np.arange(start, min(start + size, len(rows))))
            parts.append(_checked(operation, self._model.answer(operation, batch, draw), batch))
            self._counter.calls += 1
            self._counter.answered += len(batch)
        return np.concatenate(parts)

    def _dear(self, operation: Operation, draw: int, rows: Rows) -> np.ndarray | None:
        """Answer from what was kept; ask and keep the rest one batch at a time."""
        if self._recall is None:
            return None
        asked = {"model": self._model.id, "operation": repr(operation), "draw": draw}
        keys = [digest_json({**asked, "row": row}) for row in rows.frame.to_dicts()]
        known = dict(self._recall.get(keys))
        missing = np.array([i for i, key in enumerate(keys) if key not in known], dtype=np.int64)
        size = max(1, self._model.batch_size)
        for start in range(0, len(missing), size):
            part = missing[start : start + size]
            values = self._call(operation, draw, rows.take(part))
            fresh = {keys[i]: value for i, value in zip(part, values.tolist(), strict=True)}
            self._recall.put(fresh)
            known |= fresh
        return _together([known[key] for key in keys])


def _together(answers: Sequence[Any]) -> np.ndarray:
    """Answers as the model gives them: numbers, or an object array of texts and the like."""
    if answers and isinstance(answers[0], list | float):
        return np.array(answers, dtype=np.float64)
    found = np.empty(len(answers), dtype=object)
    found[:] = answers
    return found


def _checked(operation: Operation, values: np.ndarray, rows: Rows) -> np.ndarray:
    """Refuse answers of the wrong shape, and predictions that are not finite."""
    if len(values) != len(rows):
        raise ValueError(f"the model answered {len(values)} of {len(rows)} rows")
    if isinstance(operation, Predict) and not np.isfinite(values).all():
        bad = int(np.flatnonzero(~np.isfinite(values).reshape(len(rows), -1).all(axis=1))[0])
        raise ValueError(f"the model answered NaN or infinity for row {rows.origin[bad]}")
    return values
