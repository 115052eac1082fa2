"""Predictions for every row of a file."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from proofstone.core.durable import write_file
from proofstone.core.errors import InputError
from proofstone.models.errors import RowError
from proofstone.registry.verify import VerifiedModel
from proofstone.serve.columns import Columns, height
from proofstone.serve.server import predict_columns
from proofstone.serve.table import read_columns

_FORMATS = (".csv", ".parquet", ".jsonl")
_ROW = re.compile(r"row (\d+)")


def predict_file(verified: VerifiedModel, path: Path, output: Path) -> int:
    """Predict every row of `path` and write `output`; return the number of rows.

    Both are CSV, Parquet or JSONL, told by their names. The output has one row a row of the
    input, in its order: `row` (from 0), `label`, `score` (the probability of the positive class)
    and `decision`. It appears whole or not at all. The input is read in batches.

    Raises:
        DataError: the input cannot be read, or a row does not fit; the message names file, row
            and field, and nothing is written.
        InputError: the output's name has no known ending, or it is the input.
        StoreError: the output cannot be written.
    """
    if output.suffix.lower() not in _FORMATS:
        hint = f"end it with one of {', '.join(_FORMATS)}"
        raise InputError(f"{output}: the name does not say what to write", hint=hint)
    if output.exists() and path.exists() and output.samefile(path):
        raise InputError(f"{output}: would overwrite its own input", hint="name another file")
    frame = pl.concat(_predicted(verified, path))
    write_file(output, _encoded(frame, output.suffix.lower()))
    return frame.height


def _predicted(verified: VerifiedModel, path: Path) -> Iterator[pl.DataFrame]:
    start = 0
    for columns in read_columns(path, verified.model.signature):
        yield _frame(verified, columns, path, start)
        start += height(columns)


def _frame(verified: VerifiedModel, columns: Columns, path: Path, start: int) -> pl.DataFrame:
    try:
        [answers] = predict_columns(verified, [columns])
    except RowError as error:
        # The model counts rows of this batch only.
        place = _ROW.sub(lambda found: f"row {start + int(found[1])}", str(error), count=1)
        raise RowError(f"{path}: {place}", hint=error.hint) from error
    rows = pl.int_range(start, start + height(columns), eager=True)
    return pl.DataFrame(
        {
            "row": rows,
            "label": list(answers.label),
            "score": answers.score,
            "decision": answers.decision,
        }
    )


def _encoded(frame: pl.DataFrame, suffix: str) -> bytes:
    stream = io.BytesIO()
    if suffix == ".csv":
        frame.write_csv(stream)
    elif suffix == ".parquet":
        frame.write_parquet(stream)
    else:
        frame.write_ndjson(stream)
    return stream.getvalue()
