"""What each feature added to a score, for requests and for files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from proofstone.explain.attributions import Attributions
from proofstone.explain.shapley import Explainer, explainer
from proofstone.models.contract import Predict
from proofstone.models.rows import Rows
from proofstone.registry.verify import VerifiedModel
from proofstone.serve.columns import Columns, columns_of_rows, frame_of
from proofstone.serve.errors import NotServed
from proofstone.serve.table import read_columns

BACKGROUND = "background.json"


@dataclass(frozen=True, eq=False)
class Explanation:
    """Attributions of n rows, their values, and the scores that they add up to."""

    frame: pl.DataFrame
    attributions: Attributions
    score: np.ndarray

    def to_json(self) -> dict[str, Any]:
        """Base and method, and for each row its score and the contributions, largest first."""
        rows = [self._row(place, row) for place, row in enumerate(self.frame.iter_rows(named=True))]
        return {"base": self.attributions.base, "method": self.attributions.method, "rows": rows}

    def _row(self, place: int, row: dict[str, Any]) -> dict[str, Any]:
        values = self.attributions.values[place].tolist()
        named = zip(self.attributions.features, values, strict=True)
        ranked = sorted(named, key=lambda one: (-abs(one[1]), one[0]))
        return {
            "row": place,
            "score": float(self.score[place]),
            "contributions": [
                {"feature": name, "value": row[name], "contribution": contribution}
                for name, contribution in ranked
            ],
        }


class ReleaseExplainer:
    """Explains a verified model's margin (log-odds before calibration) against training rows.

    The contributions of a row and `base`, the mean margin of the training rows that the release
    carries, add up to the row's margin (interventional Shapley values, Lundberg and Lee 2017).

    Not covered: what would change a decision; causes in the world.
    """

    def __init__(self, verified: VerifiedModel) -> None:
        self._verified = verified

    def explain(self, columns: Columns) -> Explanation:
        """Return the explanation of checked `columns`.

        Raises:
            NotServed: the release carries no background rows.
            RowError: a row does not fit.
        """
        model = self._verified.model
        frame = frame_of([columns], model.signature)
        rows = Rows.of(frame)
        positive = model.signature.classes.index(str(model.signature.positive))
        score = model.answer(Predict(), rows)[:, positive]
        return Explanation(frame, self._explainer.explain(rows), score)

    @cached_property
    def _explainer(self) -> Explainer:
        data = self._verified.files.get(BACKGROUND)
        if data is None:
            raise NotServed(
                f"release {self._verified.release[:12]} carries no training rows to explain with",
                hint="models of text keep none, since those would be people's texts; train any "
                "other model again with this version, which keeps some",
            )
        model = self._verified.model
        columns = columns_of_rows(json.loads(data), model.signature)
        return explainer(model, Rows.of(frame_of([columns], model.signature)))


def explain_file(verified: VerifiedModel, path: Path, *, limit: int = 5) -> dict[str, Any]:
    """Return the explanation of the first `limit` rows of a CSV, Parquet or JSONL file as JSON.

    Raises:
        DataError: the file or a row does not fit; the message names it.
    """
    signature = verified.model.signature
    columns = next(read_columns(path, signature, batch=limit), None)
    if columns is None:
        return {"release": verified.release, "rows": []}
    document = ReleaseExplainer(verified).explain(columns).to_json()
    return {"release": verified.release, **document}
