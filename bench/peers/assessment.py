"""What a team would run one after the other: fairlearn, shap, ART, and a LiRA script.

Run as `python assessment.py FOLDER ATTACKED`; prints seconds of each part and its numbers as JSON.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Given = dict[str, Any]


def main() -> None:
    """Load, run each part in turn, and print what it took."""
    warnings.simplefilter("ignore")
    folder, attacked = Path(sys.argv[1]), int(sys.argv[2])
    given: Given = dict(np.load(folder / "given.npz", allow_pickle=False))
    given |= json.loads((folder / "given.json").read_text("utf-8"))
    given["attacked"] = attacked
    took: dict[str, float] = {}
    numbers: dict[str, Any] = {}
    parts: dict[str, Callable[[Given], Any]] = {
        "fairlearn": groups, "shap": shapley, "ART": attack, "LiRA": membership,
    }  # fmt: skip
    for name, part in parts.items():
        started = time.perf_counter()
        numbers[name] = part(given)
        took[name] = time.perf_counter() - started
    print(json.dumps({"seconds": took, "numbers": numbers}))


def groups(given: Given) -> dict[str, float]:
    """Six rates of each protected column and of both together, 100 bootstrap resamples each."""
    from fairlearn import metrics
    from sklearn.metrics import accuracy_score, precision_score

    rates = {
        "selection_rate": metrics.selection_rate,
        "true_positive_rate": metrics.true_positive_rate,
        "false_positive_rate": metrics.false_positive_rate,
        "false_negative_rate": metrics.false_negative_rate,
        "precision": precision_score,
        "accuracy": accuracy_score,
    }
    decided = (given["score"] >= given["threshold"]).astype(int)
    columns = {name: given[f"group:{name}"] for name in given["protected"]}
    both = np.array([" ".join(parts) for parts in zip(*columns.values(), strict=True)])
    found: dict[str, float] = {}
    for name, column in {**columns, "all of them": both}.items():
        frame = metrics.MetricFrame(
            metrics=rates, y_true=given["target"], y_pred=decided, sensitive_features=column,
            n_boot=given["resamples"], ci_quantiles=[0.025, 0.975], random_state=0,
        )  # fmt: skip
        apart = frame.difference()
        _ = frame.ratio(), frame.difference_ci(), frame.ratio_ci(), frame.by_group_ci
        found |= {f"{metric}_difference of {name}": float(apart[metric]) for metric in rates}
    return found


def shapley(given: Given) -> list[float]:
    """Mean absolute interventional Shapley value of each column of the matrix's inputs."""
    import lightgbm
    import shap

    booster = lightgbm.Booster(model_str=given["booster"])
    # A plain array of more than 100 rows would quietly be sampled down to 100.
    rows = shap.maskers.Independent(given["background"], max_samples=len(given["background"]))
    explainer = shap.TreeExplainer(
        booster, rows, feature_perturbation="interventional", model_output="raw"
    )
    values = np.asarray(explainer.shap_values(given["matrix"], check_additivity=False))
    inputs = np.asarray(given["inputs"])
    summed = [values[:, inputs == one].sum(axis=1) for one in range(given["features"])]
    return [float(np.abs(one).mean()) for one in summed]


def attack(given: Given) -> dict[str, float]:
    """Share of some rows that HopSkipJump flips with its usual settings, and its seconds."""
    import lightgbm
    from art.attacks.evasion import HopSkipJump
    from art.estimators.classification import BlackBoxClassifier

    booster = lightgbm.Booster(model_str=given["booster"])
    matrix = np.asarray(given["matrix"], dtype=np.float32)

    def both(rows: np.ndarray) -> np.ndarray:
        score = np.asarray(booster.predict(rows, num_threads=1))
        return np.stack([1 - score, score], axis=1)

    limits = matrix.min(axis=0), matrix.max(axis=0)
    model = BlackBoxClassifier(both, matrix[0].shape, 2, clip_values=limits)
    rows = matrix[: given["attacked"]]
    started = time.perf_counter()
    moved = HopSkipJump(model, targeted=False, verbose=False).generate(rows)
    took = time.perf_counter() - started
    flipped = both(moved).argmax(axis=1) != both(rows).argmax(axis=1)
    return {"flipped": float(flipped.mean()), "seconds": took}


def membership(given: Given) -> float:
    """AUC of LiRA (online) over shadow models that are fitted one after the other."""
    import lightgbm
    from sklearn.metrics import roc_auc_score

    matrix, target = np.asarray(given["matrix"]), given["target"]
    rng = np.random.default_rng(0)
    member = rng.random((given["shadows"], len(matrix))) < 0.5
    sign = np.where(target == 1, 1.0, -1.0)
    logits = np.empty(member.shape)
    for place, kept in enumerate(member):
        data = lightgbm.Dataset(matrix[kept], target[kept])
        booster = lightgbm.train(given["params"], data, given["trees"])
        logits[place] = sign * booster.predict(matrix, raw_score=True, num_threads=1)
    ratios = np.empty(member.shape)
    for place in range(len(member)):
        others = np.arange(len(member)) != place
        laws = []
        for saw in (True, False):
            seen = np.where(member[others] == saw, logits[others], np.nan)
            mean, spread = np.nanmean(seen, axis=0), np.nanstd(seen, axis=0) + 1e-6
            laws.append(-0.5 * ((logits[place] - mean) / spread) ** 2 - np.log(spread))
        ratios[place] = laws[0] - laws[1]
    return float(roc_auc_score(member.ravel(), np.nan_to_num(ratios).ravel()))


if __name__ == "__main__":
    main()
