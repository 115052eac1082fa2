"""The names that a project file may use and that no type in the schema can list: the built-ins'."""

from __future__ import annotations

from dataclasses import dataclass

FAMILIES = frozenset({"logistic", "tree", "lightgbm", "ebm", "tfidf", "encoder"})

RATES = frozenset(
    {
        "accuracy",
        "false_negative_rate",
        "false_positive_rate",
        "precision",
        "selection_rate",
        "true_negative_rate",
        "true_positive_rate",
    }
)
SCORES = frozenset(
    {
        "average_precision",
        "brier_score",
        "decision_flip_rate",
        "expected_calibration_error",
        "log_loss",
        "roc_auc",
        "slice_log_loss",
    }
)
COMPARISONS = frozenset(
    {"decision_flip_rate_difference", "equalized_odds_difference"}
    | {
        f"{metric}_{kind}"
        for metric in RATES - {"true_negative_rate"}
        for kind in ("difference", "ratio")
    }
)
VIEWS = frozenset({"local_shapley", "mean_abs_shapley", "threshold_sweep"})
TABLE_METRICS = RATES | SCORES | COMPARISONS | VIEWS
LANGUAGE_METRICS = frozenset(
    {
        "answer_match_rate",
        "answer_quality",
        "handover_rate",
        "retrieval_ndcg",
        "retrieval_recall",
        "wrongly_answered_rate",
    }
)
METRICS = TABLE_METRICS | LANGUAGE_METRICS

LISTED_PROBES = frozenset({"generation"})
"""Probes that ask what a list of questions says, outside any project."""

LANGUAGE_PROBES = frozenset({"answers", "retrieval"})
"""Probes of an assistant; every other one that ships is about a table."""


@dataclass(frozen=True)
class Known:
    """Registered names; the pipeline passes those of installed plug-ins too.

    `probes` is None where they cannot be known, and is then not checked.
    """

    families: frozenset[str] = FAMILIES
    metrics: frozenset[str] = METRICS
    probes: frozenset[str] | None = None
