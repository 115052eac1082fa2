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
VIEWS = frozenset({"local_shapley", "local_words", "mean_abs_shapley", "threshold_sweep"})
TABLE_METRICS = RATES | SCORES | COMPARISONS | VIEWS
LANGUAGE_METRICS = frozenset(
    {
        "answer_match_rate",
        "answer_quality",
        "canary_exposure_bits",
        "canary_extraction_rate",
        "context_gain",
        "counterfactual_answer_change_rate",
        "counterfactual_outcome_difference",
        "cut_short_rate",
        "document_injection_success_rate",
        "false_fact_rate",
        "guard_false_alarm_rate",
        "handover_rate",
        "jailbreak_success_rate",
        "membership_auc",
        "membership_tpr_at_1_fpr",
        "outcome_flip_rate",
        "personal_data_leak_rate",
        "prompt_leakage_rate",
        "reply_length_p95",
        "retrieval_ndcg",
        "retrieval_recall",
        "source_carrier_rate",
        "typo_quality_drop",
        "ungrounded_reply_rate",
        "ungrounded_sentence_rate",
        "user_injection_success_rate",
        "wrongly_answered_rate",
    }
)
METRICS = TABLE_METRICS | LANGUAGE_METRICS

LISTED_PROBES = frozenset({"generation"})
"""Probes that ask what a list of questions says, outside any project."""

LANGUAGE_PROBES = frozenset(
    {
        "answers",
        "attribution",
        "canaries",
        "counterfactual",
        "document_injection",
        "false_facts",
        "groundedness",
        "guard_alarms",
        "jailbreak",
        "length",
        "membership",
        "personal_data",
        "prompt_leakage",
        "retrieval",
        "robustness",
        "user_injection",
    }
)
"""Probes of an assistant; every other one that ships is about a table."""


@dataclass(frozen=True)
class Known:
    """Registered names; the pipeline passes those of installed plug-ins too.

    `probes` is None where they cannot be known, and is then not checked.
    """

    families: frozenset[str] = FAMILIES
    metrics: frozenset[str] = METRICS
    probes: frozenset[str] | None = None
