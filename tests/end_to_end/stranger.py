"""A stranger's table, a small project made from it, and the command line to drive it with."""

from __future__ import annotations

import contextlib
import contextvars
import io
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import polars as pl
import yaml

from proofstone.interfaces.cli import main

ROWS = 600
LABEL = "repaid"
FILE = "proofstone.yaml"
TABLE = "loans.csv"
ENVIRONMENT = {
    "PROOFSTONE_USER": "a tester",
    "PROOFSTONE_LANGUAGE": "en",
    "PROOFSTONE_WORKERS": "2",
    "COLUMNS": "200",
}


@dataclass(frozen=True)
class Answer:
    """What a command said and how it ended."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document that it must be."""
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        """The error that was printed with `--json`."""
        assert list(self.document) == ["error"], self.out
        error: dict[str, Any] = self.document["error"]
        return error


def environment(**more: str) -> dict[str, str]:
    """The variables that a command sees: none of the machine's own settings."""
    own = {k: v for k, v in os.environ.items() if not k.startswith("PROOFSTONE_")}
    return own | ENVIRONMENT | more


def proofstone(*arguments: str | Path, **variables: str) -> Answer:
    """Run one command in this process; `variables` are set in its environment."""
    words = ["proofstone", *(str(one) for one in arguments)]
    out, err = io.StringIO(), io.StringIO()
    with (
        mock.patch.object(sys, "argv", words),
        mock.patch.dict(os.environ, environment(**variables), clear=True),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            contextvars.copy_context().run(main)
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1
        else:
            raise AssertionError("the command line returned without a status")
    return Answer(status, out.getvalue(), err.getvalue())


def table(rows: int = ROWS, seed: int = 5) -> pl.DataFrame:
    """A table of loans: numbers, categories, missing values, a column named in Chinese."""
    rng = np.random.default_rng(seed)
    age = rng.integers(18, 80, rows)
    income = np.round(rng.lognormal(8, 0.5, rows), 2)
    city = rng.choice(["北京", "上海", "广州"], rows)
    job = rng.choice(["clerk", "driver", "teacher"], rows)
    merit = (age - 45) / 12 + 1.6 * (np.log(income) - 8) + 0.8 * (city == "上海")
    repaid = rng.random(rows) < 1 / (1 + np.exp(0.5 - 1.8 * (merit - 0.4 * (job == "driver"))))
    return pl.DataFrame(
        {
            "age": age,
            "income": [None if rng.random() < 0.06 else float(one) for one in income],
            "城市": [None if rng.random() < 0.04 else str(one) for one in city],
            "job": job,
            "sex": rng.choice(["female", "male"], rows),
            LABEL: np.where(repaid, "yes", "no"),
        }
    )


def gates(auc: float = 0.6, gap: float = 0.6) -> list[dict[str, Any]]:
    """Two gates, by default as wide as a table of this size can open."""
    reason = "wide on purpose: what is tested is the gate, not the model"
    return [
        {"metric": "roc_auc", "min": auc, "reason": reason},
        {"metric": "equalized_odds_difference", "subject": "sex", "max": gap, "reason": reason},
    ]


def edit(directory: Path, **sections: Mapping[str, Any]) -> None:
    """Change sections of a project file: mappings are merged in, anything else is put there."""
    path = directory / FILE
    document = yaml.safe_load(path.read_text())
    for name, section in sections.items():
        document[name] = (document.get(name) or {}) | dict(section)
    path.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False))


def fresh(directory: Path, source: Path, *, label: str = LABEL) -> Path:
    """A project about `source`, quick to run: two families and three folds."""
    made = proofstone("init", directory, "--from", source, "--label", label)
    assert made.status == 0, made.err
    edit(
        directory,
        train={"candidates": [{"name": one, "family": one} for one in ("logistic", "tree")]},
        split={"estimator": "cross_fitted", "folds": 3},
        assess={"gates": gates()},
    )
    return directory


@cache
def finished(base: Path) -> Path:
    """A project below `base` whose one run is over, with its gates open. Not to be changed."""
    folder = base / "stranger"
    folder.mkdir()
    table().write_csv(folder / TABLE)
    directory = fresh(folder / "project", folder / TABLE)
    run = proofstone("run", "-C", directory, "--json")
    assert run.status == 0, run.out + run.err
    (folder / "run.json").write_text(run.out)
    return directory


def copy(project: Path, to: Path) -> Path:
    """A copy of a finished project, its table beside it as before, that a test may change."""
    shutil.copytree(project, to)
    shutil.copy(project.parent / TABLE, to.parent)
    return to


def tree(directory: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes; what a failed command must not change."""
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def statuses(document: Mapping[str, Any]) -> dict[str, str]:
    """How each step of a run fared."""
    return {one["name"]: one["status"] for one in document["steps"]}


@contextlib.contextmanager
def as_found(directory: Path) -> Iterator[None]:
    """Assert that nothing below `directory` changes meanwhile."""
    before = tree(directory)
    yield
    assert tree(directory) == before
