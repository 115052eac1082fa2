"""What a model answers to rows it has never seen: recorded answers first, else its own."""

from __future__ import annotations

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

    @property
    def columns(self) -> list[str]:
        """The columns that rows must have: the model's inputs, and what its thresholds read."""
        own = self.model.decision.attribute
        read = [one.name for one in self.model.signature.inputs]
        return list(dict.fromkeys([*read, *([] if own is None else [own])]))


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


def unseen_answers(past: Past, table: pl.DataFrame, rows: np.ndarray, *, same: bool) -> Unseen:
    """Return what `past` answers to `rows`, int64 (n,), of `table`.

    `same` says that it is the very table that the model was made from. Else rows are the same
    where they are equal in `past.columns`, which both tables must have, whatever their labels; of
    equal rows the first has the answer of the first that was judged, and so on.

    Raises:
        RowError: the model refuses a row that is new to it.
    """
    known = _known(past, table, rows, same=same)
    recorded = known.filter(pl.col("score").is_not_null()).select("row", "score", "threshold")
    new = known.filter(pl.col("score").is_null() & ~pl.col("seen"))["row"].to_numpy()
    answers = pl.concat([recorded, _asked(past.model, table, new)]).sort("row")
    return Unseen(answers, recorded.height, len(new), len(rows) - answers.height)


def no_answers() -> pl.DataFrame:
    """Return answers to no row."""
    return pl.DataFrame(schema={"row": pl.Int64, "score": pl.Float64, "threshold": pl.Float64})


def _known(past: Past, table: pl.DataFrame, rows: np.ndarray, *, same: bool) -> pl.DataFrame:
    """Each row, its recorded answer (or null), and whether the model's table has it (`seen`)."""
    answers = past.answers.select(past="row", score="score", threshold="threshold")
    asked = pl.DataFrame({"row": rows.astype(np.int64)})
    if same:
        found = asked.join(answers, left_on="row", right_on="past", how="left")
        return found.with_columns(seen=pl.lit(True))
    now, before = fingerprints(table[rows], past.table, past.columns)
    own = pl.DataFrame({"print": before, "past": np.arange(len(before), dtype=np.int64)})
    judged = own.join(answers, on="past").sort("past").with_columns(_turn().alias("turn"))
    counts = judged.group_by("print").len("judged")
    asked = asked.with_columns(now.alias("print"), seen=now.is_in(before.implode()))
    asked = asked.join(counts, on="print", how="left", maintain_order="left")
    asked = asked.with_columns(turn=_turn() % pl.col("judged"))
    return asked.join(judged, on=["print", "turn"], how="left")


def _turn() -> pl.Expr:
    """The place of a row among those that are equal to it."""
    return pl.int_range(pl.len(), dtype=pl.Int64).over("print")


def _asked(model: TabularModel, table: pl.DataFrame, rows: np.ndarray) -> pl.DataFrame:
    """The released model's own answers to `rows` of the table."""
    if not len(rows):
        return no_answers()
    frame = table[rows]
    told = {"row": rows, "score": model.scores(frame), "threshold": model.thresholds(frame)}
    return pl.DataFrame(told, schema=no_answers().schema)
