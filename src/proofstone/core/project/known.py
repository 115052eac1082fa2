"""The names that a project file may use and that no type in the schema can list: the built-ins'."""

from __future__ import annotations

from dataclasses import dataclass

FAMILIES = frozenset({"logistic", "tree", "lightgbm", "ebm"})

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
        "answer_match_rate",
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
METRICS = RATES | SCORES | COMPARISONS | VIEWS


@dataclass(frozen=True)
class Known:
    """Registered names; the pipeline passes those of installed plug-ins too.

    `probes` is None where they cannot be known, and is then not checked.
    """

    families: frozenset[str] = FAMILIES
    metrics: frozenset[str] = METRICS
    probes: frozenset[str] | None = None
