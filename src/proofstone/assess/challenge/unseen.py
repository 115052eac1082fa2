"""What a model answers to rows it has never seen: recorded answers first, else its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from proofstone.assess.challenge.equal_rows import fingerprints
from proofstone.models.tabular import TabularModel


@dataclass(frozen=True, eq=False)
class Past:
    """A released model, the `table` that it was made from, and its `answers` when it was judged.

    `answers` has row (of `table`), score and threshold: of each row that was judged, by a model
    that had not seen it.
    """

    model: TabularModel
    table: pl.DataFrame
    answers: pl.DataFrame

    def columns(self, label: str) -> list[str]:
        """The columns that rows must have: the model's inputs, what its thresholds read, label."""
        own = self.model.decision.attribute
        read = [one.name for one in self.model.signature.inputs]
        return list(dict.fromkeys([*read, *([] if own is None else [own]), label]))


@dataclass(frozen=True, eq=False)
class Unseen:
    """Answers to rows that the model had not seen: row, score, threshold, sorted by row.

    `recorded` rows have an answer of when it was judged, `asked` ones are new to it; `left_out`
    are those that it was trained on.
    """

    answers: pl.DataFrame
    recorded: int
    asked: int
    left_out: int


def unseen_answers(
    past: Past, table: pl.DataFrame, rows: np.ndarray, label: str, *, same: bool
) -> Unseen:
    """Return what `past` answers to `rows`, int64 (n,), of `table`.

    `same` says that it is the very table that the model was made from. Else rows are the same
    where they are equal in `past.columns(label)`, which both tables must have; of equal rows of
    the model's table one that was judged stands for all.

    Raises:
        RowError: the model refuses a row that is new to it.
    """
    known = _known(past, table, rows, past.columns(label), same=same)
    new = known.filter(pl.col("past").is_null())["row"].to_numpy()
    recorded = known.filter(pl.col("score").is_not_null()).select("row", "score", "threshold")
    answers = pl.concat([recorded, _asked(past.model, table, new)]).sort("row")
    return Unseen(answers, recorded.height, len(new), len(rows) - answers.height)


def no_answers() -> pl.DataFrame:
    """Return answers to no row."""
    return pl.DataFrame(schema={"row": pl.Int64, "score": pl.Float64, "threshold": pl.Float64})


def _known(
    past: Past, table: pl.DataFrame, rows: np.ndarray, columns: Sequence[str], *, same: bool
) -> pl.DataFrame:
    """Each row, its row in the model's own table (or null), and its answer there (or null)."""
    answers = past.answers.select(past="row", score="score", threshold="threshold")
    asked = pl.DataFrame({"row": rows.astype(np.int64)})
    if same:
        return asked.with_columns(past="row").join(answers, on="past", how="left")
    now, before = fingerprints(table[rows], past.table, columns)
    known = pl.DataFrame({"print": before, "past": np.arange(len(before), dtype=np.int64)})
    known = known.join(answers, on="past", how="left").sort("score", nulls_last=True)
    known = known.unique("print", keep="first", maintain_order=True)
    return asked.with_columns(now.alias("print")).join(known, on="print", how="left").drop("print")


def _asked(model: TabularModel, table: pl.DataFrame, rows: np.ndarray) -> pl.DataFrame:
    """The released model's own answers to `rows` of the table."""
    if not len(rows):
        return no_answers()
    frame = table[rows]
    told = {"row": rows, "score": model.scores(frame), "threshold": model.thresholds(frame)}
    return pl.DataFrame(told, schema=no_answers().schema)
