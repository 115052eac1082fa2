"""Small models of every runtime over one table with missing values and categories."""

from __future__ import annotations

import lightgbm
import numpy as np
import polars as pl

from proofstone.core.project.schema import Prepare
from proofstone.models.calibration import Sigmoid
from proofstone.models.contract import Feature, Signature
from proofstone.models.decision import Decision
from proofstone.models.open import model_files, open_model
from proofstone.models.prepare.fit import fit_prepare
from proofstone.models.runtimes.ebm import Ebm, Term
from proofstone.models.runtimes.linear import Linear
from proofstone.models.runtimes.tree import Tree
from proofstone.models.tabular import TabularModel

RUNTIMES = ("linear", "tree", "lightgbm", "ebm")
FEATURES = (
    Feature("income", "number"),
    Feature("age", "number"),
    Feature("job", "category"),
    Feature("own", "boolean"),
)


def table(n: int = 400, seed: int = 0) -> tuple[pl.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    income, age = rng.normal(3, 1, n), rng.integers(18, 80, n)
    job = rng.choice(["clerk", "nurse", "smith"], n)
    own = rng.random(n) < 0.4
    risk = income - 3 + (job == "smith") * own + rng.normal(size=n)
    frame = pl.DataFrame({"income": income, "age": age, "job": job, "own": own})
    gone = pl.Series(rng.random(n) < 0.1)
    frame = frame.with_columns(income=pl.when(gone).then(None).otherwise(pl.col("income")))
    return frame, risk > 0


def made(runtime: str, frame: pl.DataFrame, target: np.ndarray) -> TabularModel:
    prepared = fit_prepare(
        frame, FEATURES, Prepare(), takes="one_hot" if runtime == "linear" else "codes"
    )
    matrix = prepared.apply(frame)
    signature = Signature(FEATURES, "probabilities", ("no", "yes"), "yes")
    files = model_files(
        runtime=runtime,
        weights=_weights(runtime, matrix, target),
        signature=signature,
        prepared=prepared,
        calibration=Sigmoid(-0.8, 0.1),
        decision=Decision("fixed", "yes", 0.5),
    )
    return open_model(files)


def _weights(runtime: str, matrix: np.ndarray, target: np.ndarray) -> bytes:
    rng = np.random.default_rng(1)
    width = matrix.shape[1]
    if runtime == "linear":
        return Linear(rng.normal(size=width), 0.3).to_weights()
    if runtime == "tree":
        return Tree(
            feature=np.array([0, 1, width - 1, -1, -1, -1, -1]),
            threshold=np.array([3.0, 40.0, 0.5, 0, 0, 0, 0]),
            left=np.array([1, 3, 5, -1, -1, -1, -1]),
            right=np.array([2, 4, 6, -1, -1, -1, -1]),
            value=np.array([0.5, 0.5, 0.5, 0.0, 0.3, 0.6, 1.0]),
            width=width,
        ).to_weights()
    if runtime == "ebm":
        cuts = [np.unique(np.quantile(column, [0.3, 0.6])) for column in matrix.T]
        pairs = [(i,) for i in range(width)] + [(0, 1), (0, width - 1)]
        terms = [
            Term(
                columns,
                tuple(cuts[c] for c in columns),
                rng.normal(size=[len(cuts[c]) + 1 for c in columns]),
            )
            for columns in pairs
        ]
        return Ebm(tuple(terms), -0.4, width).to_weights()
    data = lightgbm.Dataset(matrix, target.astype(int), params={"verbose": -1})
    settings = {"objective": "binary", "verbose": -1, "num_threads": 1, "num_leaves": 8}
    booster = lightgbm.train(settings, data, 20)
    text: str = booster.model_to_string()
    return text.encode()
