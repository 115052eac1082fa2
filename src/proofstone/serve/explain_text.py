"""What each word of a text added to its score, for releases that read text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from proofstone.explain.text.explainer import heats
from proofstone.explain.text.heat import Heat
from proofstone.registry.verify import VerifiedModel
from proofstone.serve.columns import frame_of
from proofstone.serve.table import read_columns


def reads_text(verified: VerifiedModel) -> bool:
    """Whether the release decides about texts alone."""
    if verified.answers:
        return False
    return all(feature.kind == "text" for feature in verified.model.signature.inputs)


def explain_texts(verified: VerifiedModel, path: Path, *, limit: int = 5) -> dict[str, Any]:
    """Return what the words of the first `limit` texts of a CSV, Parquet or JSONL file added.

    Each row has its `score`, `contributions` (to the log-odds before calibration, largest first)
    and `heat`, the parts in order with their places in the text.

    Raises:
        DataError: the file or a row does not fit; the message names it.
        MissingExtra: an encoder's gradients need torch and onnx.
    """
    model = verified.model
    columns = next(read_columns(path, model.signature, batch=limit), None)
    if columns is None:
        return {"release": verified.release, "rows": []}
    frame: pl.DataFrame = frame_of([columns], model.signature)
    found = heats(model, frame)
    scores = model.scores(frame).tolist()
    rows = [_row(place, *cells) for place, cells in enumerate(zip(scores, found, strict=True))]
    method = found[0].method if found else ""
    return {"release": verified.release, "method": method, "rows": rows}


def _row(place: int, score: float, heat: Heat) -> dict[str, Any]:
    ranked = sorted(heat.parts, key=lambda part: (-abs(part.value), part.start))
    return {
        "row": place,
        "score": score,
        "base": heat.base,
        "contributions": [
            {
                "feature": heat.text[part.start : part.end],
                "value": None,
                "contribution": part.value,
            }
            for part in ranked
        ],
        "heat": heat.to_json(),
    }
