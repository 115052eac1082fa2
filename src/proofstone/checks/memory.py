"""What a model has answered: asked once, known by a 128-bit row key."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Protocol, runtime_checkable

import numpy as np
import polars as pl

from proofstone.checks.answers import broken, fault, shaped, together
from proofstone.checks.probe import Ask
from proofstone.checks.shelf import Shelf, distinct
from proofstone.core.budget import OverBudget
from proofstone.core.canonical import digest_json
from proofstone.core.errors import Cancelled, InputError
from proofstone.core.step import Recall
from proofstone.models.contract import Model, Operation
from proofstone.models.endpoint.errors import EndpointError
from proofstone.models.errors import RowError
from proofstone.models.rows import Rows

ROOM = 256 << 20
"""Bytes of rows that are sorted at once; a batch for the model is a quarter of that at most."""

_OWN = 128
"""Bytes a row for its key, its place, and sorting them."""


class Counter(Protocol):
    """What counts as the memory works."""

    def ask(self, asks: Sequence[Ask]) -> None:
        """These were asked."""

    def answer(self, operation: Operation, rows: int, seconds: float) -> None:
        """The model answered so many rows in one call, which took so long."""


@runtime_checkable
class Partly(Protocol):
    """A model that answers a batch in several requests, some of which may fail."""

    def partly(
        self, operation: Operation, rows: Rows, draw: int = 0
    ) -> tuple[np.ndarray, np.ndarray]:
        """Of a batch that failed: the places of rows that were answered, and their answers."""


def never() -> bool:
    """Nobody asks to stop."""
    return False


class Memory:
    """Answers asks for one model, calling it only for rows that are not known yet.

    At most `room` bytes of rows are sorted at once, and a batch is at most a quarter of that,
    whatever the size of an ask: what is not kept then takes no more memory than its answers do.
    `cancelled` is asked before each batch. Answers that cost more than keeping them are kept in
    `recall`: those of an operation, or of a model, whose attribute `costly` is true.
    """

    def __init__(
        self,
        model: Model,
        counter: Counter,
        recall: Recall | None,
        *,
        room: int = ROOM,
        cancelled: Callable[[], bool] = never,
    ) -> None:
        self._model = model
        self._counter = counter
        self._recall = recall
        self._room = room
        self._cancelled = cancelled
        self._shelves: dict[tuple[Operation, int], Shelf] = {}
        self._hopeless: Exception | None = None

    def answer(self, asks: Sequence[Ask]) -> list[np.ndarray]:
        """Return one array an ask, in order: a turn by itself. Equal rows are asked once.

        Raises:
            ValueError: an answer has another shape than the signature says, or cannot be used.
            Cancelled: somebody asked to stop.
        """
        self.forget()
        found = []
        for one in self.answers(asks):
            if isinstance(one, Exception):
                raise one
            found.append(one)
        return found

    def answers(self, asks: Sequence[Ask]) -> list[np.ndarray | Exception]:
        """Return for each ask its array, or what is wrong with the answer of one of its rows.

        Where a call fails nothing is returned, but what was answered before stays known.

        Raises:
            ValueError: an answer has another shape than the signature says.
            Cancelled: somebody asked to stop.
        """
        answers: dict[int, np.ndarray | Exception] = {}
        order = sorted(range(len(asks)), key=lambda i: (repr(asks[i].operation), asks[i].draw))
        for (operation, draw), places in groupby(
            order, key=lambda i: (asks[i].operation, asks[i].draw)
        ):
            window = list(places)
            found = self._window(operation, draw, [asks[i] for i in window])
            answers.update(zip(window, found, strict=True))
        return [answers[i] for i in range(len(asks))]

    def straight(self, ask: Ask) -> np.ndarray:
        """Answer in batches without looking for rows that are known: quicker for a cheap model.

        Raises:
            ValueError, Cancelled: as `answer`.
        """
        self._counter.ask([ask])
        operation, draw, rows = ask.operation, ask.draw, ask.rows
        places = np.arange(len(rows))
        if not len(rows):
            return np.empty((0, max(1, len(self._model.signature.classes))))
        done = [
            self._call(operation, draw, rows.take(part)) for part in self._batches(rows, places)
        ]
        values = _joined(done)
        wrong = fault(operation, self._model.signature, values, rows)
        if wrong is not None:
            raise wrong
        return values

    def forget(self) -> None:
        """End a turn: an endpoint that could not be reached in it is tried again in the next."""
        self._hopeless = None

    def _window(
        self, operation: Operation, draw: int, asks: Sequence[Ask]
    ) -> list[np.ndarray | Exception]:
        self._counter.ask(asks)
        parts = {id(ask.rows): ask.rows for ask in asks}
        kept = {id(ask.rows) for ask in asks if ask.keep}
        shelf = self._shelves.setdefault((operation, draw), Shelf())
        pieces: dict[int, list[np.ndarray]] = {one: [] for one in parts}
        for bundle in _bundles(parts, self._room):
            rows = Rows.concat([rows for _, rows in bundle])
            keep = np.repeat([one in kept for one, _ in bundle], [len(r) for _, r in bundle])
            values = self._known(shelf, operation, draw, rows, keep)
            ends = np.cumsum([len(rows) for _, rows in bundle])[:-1]
            for (one, _), piece in zip(bundle, np.split(values, ends), strict=True):
                pieces[one].append(piece)
        found: dict[int, np.ndarray | Exception] = {}
        for one, rows in parts.items():
            values = _joined(pieces.pop(one))
            values.setflags(write=False)
            found[one] = fault(operation, self._model.signature, values, rows) or values
        return [found[id(ask.rows)] for ask in asks]

    def _known(
        self, shelf: Shelf, operation: Operation, draw: int, rows: Rows, keep: np.ndarray
    ) -> np.ndarray:
        """Each row's answer, asking the model for those that are not on the shelf yet."""
        first, place = distinct(rows.keys(by_origin=self._model.by_origin))
        at = shelf.find(first)
        fresh = np.flatnonzero(at < 0)
        if not len(fresh):
            return np.asarray(shelf.values[at[place]])
        places = first["row"].to_numpy()[fresh]
        dear = operation.costly or getattr(self._model, "costly", False)
        if dear and self._recall is not None:
            asked = self._dear(self._recall, operation, draw, rows.take(places))
        else:
            asked = self._asked(shelf, operation, draw, rows, places, first[fresh])
        if len(fresh) == len(at):
            values = asked
        else:
            values = np.empty((len(at), *asked.shape[1:]), dtype=asked.dtype)
            values[fresh] = asked
            values[at >= 0] = shelf.values[at[at >= 0]]
        wanted = np.zeros(len(at), dtype=bool)
        wanted[place[keep]] = True
        new = fresh[wanted[fresh]]
        shelf.learn(first[new], values[new])
        return np.asarray(values[place])

    def _asked(
        self,
        shelf: Shelf,
        operation: Operation,
        draw: int,
        rows: Rows,
        places: np.ndarray,
        keys: pl.DataFrame,
    ) -> np.ndarray:
        """Ask for the rows at `places`; where a batch fails, keep what those before it brought."""
        done: list[np.ndarray] = []
        try:
            done.extend(
                self._call(operation, draw, rows.take(batch))
                for batch in self._batches(rows, places)
            )
        except Exception:
            if done:
                values = np.concatenate(done)
                shelf.learn(keys[: len(values)], values)
            raise
        return np.concatenate(done)

    def _batches(self, rows: Rows, places: np.ndarray) -> Iterator[np.ndarray]:
        """The places in batches that suit the model and the room."""
        size = batch_size(self._model, rows, self._room)
        for start in range(0, len(places), size):
            yield places[start : start + size]

    def _call(self, operation: Operation, draw: int, rows: Rows) -> np.ndarray:
        if self._cancelled():
            raise Cancelled
        if self._hopeless is not None:
            raise self._hopeless
        begun = time.perf_counter()
        try:
            values = self._model.answer(operation, rows, draw)
        except (EndpointError, OverBudget) as error:
            self._hopeless = error
            raise
        except RowError as error:
            raise error.placed(rows.origin) from error
        self._counter.answer(operation, len(rows), time.perf_counter() - begun)
        return shaped(operation, self._model.signature, values, rows)

    def _dear(self, recall: Recall, operation: Operation, draw: int, rows: Rows) -> np.ndarray:
        """Answer from what was kept; ask and keep the rest one batch at a time."""
        asked = {"model": self._model.id, "operation": repr(operation), "draw": draw}
        told = rows.frame.to_dicts()
        if self._model.by_origin:
            told = [
                {"row": row, "origin": int(at)} for row, at in zip(told, rows.origin, strict=True)
            ]
        keys = [digest_json({**asked, "row": row}) for row in told]
        known = dict(recall.get(keys))
        missing = np.array([i for i, key in enumerate(keys) if key not in known], dtype=np.int64)
        for part in self._batches(rows, missing):
            try:
                values = self._call(operation, draw, rows.take(part))
            except BaseException:
                self._saved(recall, operation, draw, rows.take(part), [keys[i] for i in part])
                raise
            usable = ~broken(operation, self._model.signature, values)
            fresh = {keys[i]: value for i, value in zip(part, values.tolist(), strict=True)}
            recall.put({keys[i]: fresh[keys[i]] for i in part[usable]})
            known |= fresh
        return together([known[key] for key in keys])

    def _saved(
        self, recall: Recall, operation: Operation, draw: int, rows: Rows, keys: Sequence[str]
    ) -> None:
        """Keep what of a batch was answered, and paid, before it failed or was broken off."""
        if not isinstance(self._model, Partly):
            return
        signature = self._model.signature
        try:
            places, values = self._model.partly(operation, rows, draw)
            shaped(operation, signature, values, rows.take(places))
        except InputError:  # what was answered cannot be used; the error under way says more
            return
        usable = ~broken(operation, signature, values)
        pairs = zip(places[usable], values[usable].tolist(), strict=True)
        recall.put({keys[place]: value for place, value in pairs})


def batch_size(model: Model, rows: Rows, room: int) -> int:
    """How many of `rows` a call takes: as many as suit the model, and a quarter of the room."""
    return min(max(1, model.batch_size), max(1, int(room / 4 / _bytes(rows))))


def _bundles(parts: dict[int, Rows], room: int) -> Iterator[list[tuple[int, Rows]]]:
    """The parts in bundles of at most `room` bytes; what is larger alone is cut into slices."""
    bundle: list[tuple[int, Rows]] = []
    left = float(room)
    for one, rows in parts.items():
        each, start = _bytes(rows) + _OWN, 0
        while start < len(rows):
            size = min(len(rows) - start, int(left / each))
            if size < 1 and bundle:
                yield bundle
                bundle, left = [], float(room)
                continue
            size = max(1, size)
            whole = size == len(rows)
            piece = rows if whole else rows.take(np.arange(start, start + size))
            bundle.append((one, piece))
            start, left = start + size, left - size * each
    if bundle:
        yield bundle


def _bytes(rows: Rows) -> float:
    """Bytes of an average row."""
    return 1.0 + float(rows.frame.estimated_size()) / max(1, len(rows))


def _joined(pieces: list[np.ndarray]) -> np.ndarray:
    if not pieces:
        return np.empty((0, 0))
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
