"""A small real project: a table of loans, two logistic candidates, a few seconds to run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml

from proofstone.core.project.load import load_project
from proofstone.core.project.schema import DecisionProject
from proofstone.pipeline.journey import Journey, Outcome
from proofstone.pipeline.known import known_names
from proofstone.store.store import Store
from proofstone.vault.keys import SigningKey

FILE = "proofstone.yaml"
REASON = "wide on purpose: what is tested is the pipeline, not the model"
DOCUMENT: dict[str, Any] = {
    "version": 1,
    "name": "loans",
    "task": {"label": "repaid", "positive": "no", "protected": ["sex"]},
    "data": {
        "source": "loans.csv",
        "columns": {
            "income": {"type": "number"},
            "debt": {"type": "number", "min": 0},
            "sex": {"type": "category", "role": "protected"},
            "repaid": {"type": "category", "role": "label"},
        },
    },
    "split": {"folds": 2},
    "train": {
        "candidates": [
            {"name": "plain", "family": "logistic"},
            {"name": "weighed", "family": "logistic", "mitigation": "reweighing"},
        ]
    },
    "assess": {
        "probes": ["discrimination", "decision_rates", "group_fairness", "threshold_sweep"],
        "gates": [
            {"metric": "roc_auc", "min": 0.6, "reason": REASON},
            {"metric": "accuracy", "min": 0.99, "reason": "shut on purpose"},
            {"metric": "selection_rate_difference", "subject": "sex", "max": 0.9, "reason": REASON},
        ],
    },
}


@dataclass(frozen=True)
class Ran:
    """A project that ran: what came of it, and the store that holds it."""

    directory: Path
    store: Store
    journey: Journey
    outcome: Outcome


def table(rows: int = 240) -> pl.DataFrame:
    rng = np.random.default_rng(7)
    income, debt = rng.normal(50, 15, rows).round(1), rng.exponential(10, rows).round(1)
    sex = rng.choice(["f", "m"], rows)
    late = rng.random(rows) < 1 / (1 + np.exp(0.12 * (income - 42) - 0.1 * debt + (sex == "m")))
    debt[3] = -1.0
    return pl.DataFrame(
        {"income": income, "debt": debt, "sex": sex, "repaid": np.where(late, "no", "yes")}
    )


def write(directory: Path, **sections: Any) -> None:
    """Write the project and its table; `sections` take the place of the usual ones."""
    directory.mkdir(parents=True)
    table().write_csv(directory / "loans.csv")
    (directory / FILE).write_text(yaml.safe_dump({**DOCUMENT, **sections}))


def project_in(directory: Path) -> DecisionProject:
    return load_project(directory / FILE, known_names())


def run(directory: Path, *, workers: int, who: str = "a tester") -> Ran:
    """Run the project in `directory`; the store is left open."""
    store = Store(directory / ".proofstone")
    journey = Journey(project_in(directory), directory, store, who=who)
    outcome = journey.run(SigningKey.generate(), workers=workers, wait=0.0)
    return Ran(directory, store, journey, outcome)
