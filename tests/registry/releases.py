"""Small releases for tests: files as a finished run leaves them, a record, and a key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from proofstone.checks.gate import judge_all, merge
from proofstone.core.artifact import Draft
from proofstone.core.canonical import canonical_json
from proofstone.core.finding import Finding
from proofstone.core.project.schema import DecisionProject, Prepare
from proofstone.models.calibration import Uncalibrated
from proofstone.models.contract import Feature, Signature
from proofstone.models.decision import Decision
from proofstone.models.open import model_files
from proofstone.models.prepare.fit import fit_prepare
from proofstone.registry.bundle import release_id
from proofstone.registry.register import sign_release
from proofstone.registry.verify import VerifiedModel, verify
from proofstone.vault.keys import SigningKey

PAGE = b"<!doctype html><title>report</title>"
PROJECT: dict[str, Any] = {
    "name": "loans",
    "task": {"label": "denied", "positive": "yes", "protected": ["group"]},
    "data": {"source": "loans.csv"},
    "train": {"candidates": [{"name": "plain", "family": "logistic"}]},
    "assess": {
        "gates": [
            {"metric": "roc_auc", "min": 0.7, "reason": "better than today's rule"},
            {"metric": "selection_rate_difference", "subject": "group", "max": 0.2},
            {"metric": "privacy_risk", "not_applicable": "no personal data"},
        ]
    },
}


def findings(*, gap: float = 0.05) -> list[Finding]:
    """What was measured; a `gap` above 0.2 shuts the second gate."""
    return [
        Finding(probe="quality", metric="roc_auc", value=0.81, low=0.78, high=0.84, n=900),
        Finding(
            probe="group_fairness",
            metric="selection_rate_difference",
            subject="group",
            value=gap,
            low=gap - 0.03,
            high=gap + 0.03,
            n=900,
        ),
        Finding(probe="quality", metric="accuracy", value=0.9, low=0.88, high=0.92, n=900),
    ]


def release_files(model: dict[str, bytes], *, gap: float = 0.05, seed: int = 0) -> dict[str, bytes]:
    """The files that a run hands to `register`."""
    project = DecisionProject.model_validate(PROJECT | {"seed": seed})
    measured = findings(gap=gap)
    judged = merge(measured, judge_all(measured, project.assess.gates).gates)
    return {f"model/{name}": data for name, data in model.items()} | {
        "project.json": canonical_json(project.model_dump(mode="json")),
        "findings.json": canonical_json([one.to_json() for one in judged]),
        "provenance.json": canonical_json({"format": 1, "seed": seed}),
        "croissant.json": canonical_json({"name": "loans"}),
    }


def record_of(files: dict[str, bytes], *, who: str = "ada") -> dict[str, Any]:
    """The run's record."""
    project = DecisionProject.model_validate_json(files["project.json"])
    measured = [Finding.from_json(one) for one in json.loads(files["findings.json"])]
    return {
        "format": 1,
        "name": project.name,
        "verdict": str(judge_all(measured, project.assess.gates).verdict),
        "release": release_id(files),
        "decisions": [
            {
                "action": "register",
                "who": who,
                "why": "the best of its kind",
                "at": "2025-01-01T00:00:00+00:00",
            }
        ],
    }


def signed(model: dict[str, bytes], key: SigningKey, **changes: Any) -> Draft:
    """A signed release around `model`; `gap=0.5` shuts a gate."""
    files = release_files(model, **changes)
    return sign_release(files, record_of(files), PAGE, key)


def write(draft: Draft, directory: Path) -> Path:
    """Write a release to disk, as `export` would."""
    for name, data in draft.files.items():
        assert isinstance(data, bytes)
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_bytes(data)
    return directory


def verified(directory: Path, **options: Any) -> VerifiedModel:
    """The model `scorer(**options)`, signed, written to `directory` and verified."""
    key = SigningKey.generate()
    return verify(write(signed(scorer(**options), key), directory), key.public)


INPUTS = (
    Feature("income", "number"),
    Feature("purpose", "category", ("car", "home", "trip")),
    Feature("employed", "boolean"),
)
ROWS = pl.DataFrame(
    {
        "income": [10.0, 20.0, 30.0, 40.0],
        "purpose": ["car", "home", "trip", "car"],
        "employed": [True, False, True, True],
    }
)
COEFFICIENTS = {
    "income": -0.1, "purpose=car": 0.5, "purpose=home": -0.5, "purpose=trip": 1.0, "employed": -1.0,
}  # fmt: skip
INTERCEPT = 2.0
THRESHOLD = 0.4


def scorer(*, missing: str = "median", background: bool = True) -> dict[str, bytes]:
    """The files of a linear model: log-odds are 2 - income / 10 + (a share of purpose) - employed.

    A missing income counts as 25. `missing="refuse"` refuses such rows.
    """
    settings = Prepare(missing=missing, indicator=False, scaling="none")
    prepared = fit_prepare(ROWS, INPUTS, settings, takes="one_hot")
    weights = {"coef": [COEFFICIENTS[name] for name in prepared.names], "intercept": INTERCEPT}
    files = model_files(
        runtime="linear",
        weights=canonical_json(weights),
        signature=Signature(INPUTS, "probabilities", ("no", "yes"), "yes"),
        prepared=prepared,
        calibration=Uncalibrated(),
        decision=Decision("fixed", "yes", THRESHOLD),
    )
    return files | ({"background.json": canonical_json(ROWS.to_dicts())} if background else {})
