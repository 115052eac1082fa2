"""The names that a project file may use and that no type in the schema can list: the built-ins'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

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
REASONS = frozenset(
    {
        "accumulated_effect_range",
        "attribution_background_agreement",
        "attribution_noise_agreement",
        "estimate_dependence_range",
        "estimate_effect_range",
        "partial_dependence_range",
        "recourse_changes",
        "recourse_cost",
        "recourse_cost_difference",
        "recourse_rate",
        "refit_disagreement",
        "refit_score_deviation",
        "surrogate_fidelity",
        "surrogate_r_squared",
    }
)
"""What explains a decision, and how far that explanation holds."""
VIEWS = frozenset({"local_shapley", "local_words", "mean_abs_shapley", "threshold_sweep"})
BEYOND_TWO_CLASSES = frozenset(
    {
        "absolute_error_quantile",
        "adaptive_coverage",
        "adaptive_set_size",
        "balanced_accuracy",
        "class_precision",
        "class_recall",
        "class_recall_difference",
        "classwise_calibration_error",
        "conformal_coverage",
        "conformal_group_coverage",
        "conformal_set_size",
        "conformal_width",
        "exposure_per_relevance_ratio",
        "exposure_ratio",
        "hamming_loss",
        "hamming_loss_difference",
        "label_f1",
        "macro_f1",
        "macro_roc_auc",
        "mean_absolute_error",
        "mean_absolute_error_difference",
        "mean_absolute_percentage_error",
        "mean_average_precision",
        "mean_error",
        "mean_error_difference",
        "mean_reciprocal_rank",
        "micro_f1",
        "multiclass_brier_score",
        "ndcg",
        "ndcg_difference",
        "precision_at_k",
        "r_squared",
        "ranking_average_precision",
        "root_mean_squared_error",
        "slice_absolute_error",
        "slice_error",
        "subset_accuracy",
        "top_k_accuracy",
        "weighted_f1",
    }
)
PRIVACY = frozenset(
    {
        "attribute_inference_gain",
        "epsilon_lower_bound",
        "row_membership_auc",
        "row_membership_tpr_at_01_fpr",
        "row_membership_tpr_at_1_fpr",
    }
)
FAIRNESS = frozenset(
    {
        "added_gap",
        "base_rate_difference",
        "between_group_entropy",
        "calibration_gap",
        "calibration_gap_difference",
        "counterfactual_flip_rate",
        "counterfactual_score_change",
        "decision_consistency",
        "generalized_entropy_index",
        "group_calibration_error",
        "group_calibration_error_difference",
        "intersectional_excess",
        "missingness_difference",
        "proxy_auc",
        "representation_difference",
        "score_group_auc",
        "threshold_gap_shift",
    }
)
POISON = frozenset(
    {
        "even_flip_bound",
        "label_flip_rate",
        "spectral_signature_rows",
        "suspected_cluster_rows",
        "suspected_label_rate",
        "suspected_trigger_rows",
        "trigger_success_rate",
    }
)
ROBUSTNESS = frozenset(
    {
        "abstention_rate",
        "adaptive_detection_rate",
        "answer_change_rate",
        "attack_detection_rate",
        "boundary_cost",
        "boundary_flip_rate",
        "certified_accuracy",
        "corrupted_auc_drop",
        "corrupted_flip_rate",
        "corrupted_log_loss_rise",
        "detector_false_alarm_rate",
        "robust_accuracy",
    }
)
CHANGES = frozenset(
    {
        "accuracy_change",
        "brier_score_change",
        "decision_change_rate",
        "false_negative_rate_change",
        "false_positive_rate_change",
        "false_positive_rate_difference_change",
        "log_loss_change",
        "roc_auc_change",
        "selection_rate_change",
        "selection_rate_difference_change",
        "true_positive_rate_difference_change",
    }
)
"""What a challenger changes on the rows that the champion was asked about."""
TABLE_METRICS = (
    RATES
    | SCORES
    | COMPARISONS
    | VIEWS
    | REASONS
    | BEYOND_TWO_CLASSES
    | PRIVACY
    | FAIRNESS
    | POISON
    | ROBUSTNESS
    | CHANGES
)
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
"""Probes of an assistant."""

Kind = Literal["decision", "classes", "labels", "number", "ranking", "conversation"]
"""Kinds of task: one of two classes, one or any of several, a number, an order, a reply."""

FITTING: Mapping[Kind, frozenset[str]] = {
    "conversation": LANGUAGE_PROBES,
    "decision": frozenset(
        {
            "conformal",
            "dependence",
            "explanation_stability",
            "gradient_attacks",
            "nondeterminism",
            "rules",
            "shapley",
            "weak_slices",
        }
    ),
    "classes": frozenset(
        {
            "class_probabilities",
            "class_quality",
            "conformal",
            "dependence",
            "explanation_stability",
            "gradient_attacks",
            "group_quality",
            "nondeterminism",
            "rules",
            "shapley",
            "weak_slices",
        }
    ),
    "labels": frozenset(
        {
            "dependence",
            "explanation_stability",
            "group_quality",
            "label_quality",
            "nondeterminism",
            "shapley",
        }
    ),
    "number": frozenset(
        {
            "conformal",
            "dependence",
            "explanation_stability",
            "group_quality",
            "nondeterminism",
            "number_error",
            "rules",
            "shapley",
            "weak_slices",
        }
    ),
    "ranking": frozenset(
        {
            "dependence",
            "explanation_stability",
            "exposure",
            "group_quality",
            "nondeterminism",
            "ranking_quality",
            "rules",
            "shapley",
        }
    ),
}
"""Probes that ship, by the kind of task; those that stand nowhere here are about decisions."""


@dataclass(frozen=True)
class Known:
    """Registered names; the pipeline passes those of installed plug-ins too.

    `probes` is None where they cannot be known, and is then not checked.
    """

    families: frozenset[str] = FAMILIES
    metrics: frozenset[str] = METRICS
    probes: frozenset[str] | None = None
