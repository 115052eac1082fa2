"""How well items are ranked within queries."""

from __future__ import annotations

from functools import partial

import numpy as np

from proofstone.assess.measured import measured, settings
from proofstone.checks.cases import RankingCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.i18n import message
from proofstone.measures.delta import bounded_mean_interval
from proofstone.measures.queries import per_query
from proofstone.models.contract import Predict

PLACES = 10
"""How many of the best ranked count unless told otherwise."""


@probe(
    needs=Predict,
    rows=len,
    family="quality",
    metrics=("ndcg", "mean_average_precision", "mean_reciprocal_rank", "precision_at_k"),
    about=RankingCase,
)
def ranking_quality(case: RankingCase, rng: np.random.Generator) -> Probing:
    """NDCG and precision of the best `k` (10), average precision, reciprocal rank, over queries.

    NDCG: Järvelin and Kekäläinen (2002), gains linear in relevance. What is more than 0 is
    relevant. Queries with nothing relevant say nothing and are left out.

    Not covered: items that nobody judged count as not relevant.
    """
    score = (yield Ask(case.rows, Predict()))[:, 0]
    k = int(settings(case, "ranking_quality").get("k", PLACES))
    found = per_query(case.target, score, case.query, k)
    metrics = ("ndcg", "mean_average_precision", "mean_reciprocal_rank", "precision_at_k")
    findings = []
    for metric, every in zip(metrics, found, strict=True):
        values = every[~np.isnan(every)]
        findings.append(
            measured(
                case, "ranking_quality", metric,
                float(values.mean()) if len(values) else np.nan,
                partial(bounded_mean_interval, values), n=len(values),
                method=message("t interval of the mean over queries"),
                absent=message("no query has anything relevant"),
                details={"k": k, "queries": len(every), "left_out": len(every) - len(values)},
            )
        )  # fmt: skip
    return findings
