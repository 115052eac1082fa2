from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from proofstone.assess.assess import assess_candidate
from proofstone.assess.predictions import PROBES
from proofstone.assess.probes.membership_rows import membership_rows
from proofstone.core.artifact import Artifact, Blob
from proofstone.core.canonical import digest
from proofstone.core.errors import Cancelled
from proofstone.core.finding import Finding, Verdict
from proofstone.core.project.schema import Prepare
from proofstone.models.calibration import Uncalibrated
from proofstone.models.contract import Feature, Signature
from proofstone.models.decision import Decision
from proofstone.models.open import model_files, open_model
from proofstone.models.prepare.fit import fit_prepare
from proofstone.models.runtimes.linear import Linear

from .probes.cases import by

FEATURES = (Feature("income", "number"), Feature("job", "category"))
SIGNATURE = Signature(FEATURES, "probabilities", ("no", "yes"), "yes")


@dataclass
class Held:
    artifact: Artifact
    contents: Mapping[str, bytes]

    def read(self, name: str) -> bytes:
        return self.contents[name]

    def path(self, name: str) -> Path:
        raise NotImplementedError


def held(kind: str, contents: Mapping[str, bytes]) -> Held:
    blobs = {name: Blob(digest(data), len(data)) for name, data in contents.items()}
    return Held(Artifact(kind, blobs), contents)


def parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


@dataclass
class World:
    settings: Mapping[str, Any]
    inputs: Mapping[str, Held]
    plugins: Mapping[str, Any] = field(default_factory=lambda: {p.name: p for p in PROBES})
    seed: int = 7
    stopped: bool = False

    def progress(self, note: str) -> None:
        pass

    def cancelled(self) -> bool:
        return self.stopped

    def map(self, function: Callable[[Any], Any], parts: Iterable[Any]) -> list[Any]:
        return [function(part) for part in parts]


def fitted(frame: pl.DataFrame, rows: np.ndarray) -> dict[str, bytes]:
    """A logistic regression of these rows."""
    part = frame[rows]
    prepared = fit_prepare(part, FEATURES, Prepare(), takes="one_hot")
    model = LogisticRegression().fit(prepared.apply(part), part["label"] == "yes")
    return model_files(
        runtime="linear",
        weights=Linear(model.coef_[0], float(model.intercept_[0])).to_weights(),
        signature=SIGNATURE,
        prepared=prepared,
        calibration=Uncalibrated(),
        decision=Decision("fixed", "yes", 0.4),
    )


def table(n: int = 600) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    income = rng.normal(size=n)
    sex = pl.Series("sex", rng.choice(["f", "m"], n)).scatter(3, None)
    label = np.where(income + rng.normal(size=n) > 0.5, "yes", "no")
    frame = pl.DataFrame({"income": income, "job": rng.choice(["a", "b"], n), "label": label})
    return frame.with_columns(sex)


def world(estimator: str, **assess: Any) -> World:
    frame = table()
    number = np.arange(len(frame))
    fold = number % 2 if estimator == "cross_fitted" else np.where(number % 4 == 0, 0, -1)
    folds = {f: fitted(frame, np.flatnonzero(fold != f)) for f in np.unique(fold[fold >= 0])}
    whole = fitted(frame, number if estimator == "cross_fitted" else np.flatnonzero(fold < 0))
    judged = np.flatnonzero(fold >= 0)
    score = np.empty(len(frame))
    for f, files in folds.items():
        score[fold == f] = open_model(files).scores(frame.filter(pl.Series(fold == f)))
    predictions = pl.DataFrame(
        {
            "row": judged,
            "fold": fold[judged].astype(np.int32),
            "score": score[judged],
            "threshold": np.where(fold[judged] == 0, 0.4, 0.45),
            "label": (frame["label"] == "yes").to_numpy()[judged],
        }
    )
    split = pl.DataFrame({"row": number, "fold": fold.astype(np.int32)})
    inputs = {
        "table": held("table", {"table.parquet": parquet(frame)}),
        "split": held("split", {"split.parquet": parquet(split)}),
        "predictions": held("predictions", {"predictions.parquet": parquet(predictions)}),
        "model": held("model", whole),
        "fold_models": held(
            "fold_models",
            {f"{f}/{name}": data for f, files in folds.items() for name, data in files.items()},
        ),
    }
    settings = {
        "task": {"label": "label", "positive": "yes", "protected": ["sex"]},
        "data": {"source": "-"},
        "assess": {
            "level": 0.9,
            "gates": [{"metric": "roc_auc", "min": 0.5, "reason": "chance"}],
        }
        | assess,
        "candidates": 4,
        "candidate": "logistic",
    }
    return World(settings, inputs)


def findings(here: World) -> list[Finding]:
    (draft,) = assess_candidate.function(here).values()  # type: ignore[arg-type]
    assert draft.kind == "findings"
    return [Finding.from_json(one) for one in json.loads(draft.files["findings.json"])]


@pytest.mark.parametrize("estimator", ["cross_fitted", "hold_out"])
def test_each_row_is_judged_by_the_model_that_never_saw_it(estimator: str) -> None:
    here = world(estimator)
    found = by(findings(here))
    stored = here.inputs["predictions"].contents["predictions.parquet"]
    known = pl.read_parquet(io.BytesIO(stored))
    auc = found["roc_auc", "all"]
    assert auc.value == pytest.approx(roc_auc_score(known["label"], known["score"]), abs=1e-12)
    assert auc.n == len(known) == (600 if estimator == "cross_fitted" else 150)
    decided = known["score"] >= known["threshold"]
    assert found["selection_rate", "all"].value == pytest.approx(decided.mean())
    judges = {"cross_fitted": "procedure", "hold_out": "bytes"}
    assert auc.evidence == found["decision_flip_rate", "all"].evidence == judges[estimator]
    assert found["mean_abs_shapley", "income"].evidence == "bytes"
    assert not [one for one in found.values() if one.verdict is Verdict.NOT_RUN]


def test_levels_and_groups_come_from_the_plan_and_the_table() -> None:
    found = by(findings(world("cross_fitted")))
    assert found["roc_auc", "all"].level == pytest.approx(1 - 0.1 / 4)
    assert found["log_loss", "all"].level == 0.9
    assert found["selection_rate", "sex=(missing)"].n == 1
    assert "sex" not in {subject for metric, subject in found if metric == "mean_abs_shapley"}


def test_attributions_name_rows_of_the_table() -> None:
    here = world("hold_out")
    local = by(findings(here))["local_shapley", "examples"]
    frame = table()
    assert all(row["row"] % 4 == 0 for row in local.details["rows"])
    assert all(
        row["values"]["income"] == frame["income"][row["row"]] for row in local.details["rows"]
    )


def test_the_same_inputs_and_seed_give_the_same_bytes() -> None:
    here = world("cross_fitted")
    first, second = (assess_candidate.function(here)["findings"].files for _ in range(2))  # type: ignore[arg-type]
    assert first == second


def test_a_probe_gets_its_settings() -> None:
    here = world("cross_fitted", settings={"consistency": {"draws": 3}})
    assert by(findings(here))["decision_flip_rate", "all"].details["draws"] == 3


@pytest.mark.parametrize("estimator", ["cross_fitted", "hold_out"])
def test_shadow_models_are_those_that_the_plan_made(estimator: str) -> None:
    here = world(estimator)
    rows = pl.read_parquet(here.inputs["predictions"].read("predictions.parquet"))["row"]
    member = np.arange(8)[:, None] % 2 == np.arange(len(rows)) % 2
    files = {
        "shadows.json": json.dumps({"shadows": 8, "reason": "", "together": False}).encode(),
        "row.npy": npy(rows.to_numpy().astype(np.int64)),
        "member.npy": npy(np.packbits(member, axis=1)),
        "score.npy": npy(np.where(member, 0.9, 0.1).astype(np.float32)),
    }
    here.plugins = {"membership_rows": membership_rows}
    without = by(findings(here))["row_membership_auc", "all"]
    assert without.verdict is Verdict.NOT_APPLICABLE
    here.settings = {**here.settings, "without_shadows": "none were wanted"}
    assert by(findings(here))["row_membership_auc", "all"].reason == "none were wanted"
    here.inputs = {**here.inputs, "shadows": held("shadows", files)}
    assert by(findings(here))["row_membership_auc", "loss"].details["shadows"] == 8


def npy(values: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, values, allow_pickle=False)
    return buffer.getvalue()


def test_what_is_stopped_gives_no_findings() -> None:
    here = world("hold_out")
    here.stopped = True
    with pytest.raises(Cancelled):
        assess_candidate.function(here)  # type: ignore[arg-type]
