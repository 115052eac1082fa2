"""A side of a challenge: a candidate of a run that came to a release, read out of the store."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from proofstone.core.artifact import Artifact, Stored
from proofstone.core.errors import InputError, StoreError
from proofstone.core.project.nearest import nearest
from proofstone.registry.bundle import MODEL, PROJECT, PROVENANCE
from proofstone.registry.shelf import known, stored
from proofstone.store.actions import Action
from proofstone.store.store import Store

if TYPE_CHECKING:
    import polars as pl

    from proofstone.models.tabular import TabularModel


@dataclass(frozen=True, eq=False)
class Contender:
    """A candidate of a run that came to a release; `name` is the candidate's.

    `held` are the files of the release; the candidate is its winner unless it says otherwise.
    """

    store: Store
    release: str
    held: Stored
    name: str

    @property
    def provenance(self) -> Mapping[str, Any]:
        """The steps of the run, by name."""
        found: Mapping[str, Any] = json.loads(self.held.read(PROVENANCE))
        return found

    @property
    def project(self) -> Mapping[str, Any]:
        """The project file that it was made from."""
        found: Mapping[str, Any] = json.loads(self.held.read(PROJECT))
        return found

    @property
    def winner(self) -> bool:
        """Whether it is the release's own model."""
        return bool(self.provenance["winner"] == self.name)

    @property
    def task(self) -> Mapping[str, Any]:
        """The task of its project.

        Raises:
            InputError: it is an assistant.
        """
        if "task" not in self.project:
            raise InputError(
                f"release {self.release[:12]} is an assistant",
                hint="a challenge is about decisions; `proofstone compare` puts two side by side",
            )
        task: Mapping[str, Any] = self.project["task"]
        return task

    @property
    def evidence(self) -> Literal["procedure", "bytes"]:
        """What its recorded answers judge: cross-fitted ones a procedure."""
        split = self.project["split"]
        return "procedure" if split["estimator"] == "cross_fitted" else "bytes"

    def to_json(self) -> dict[str, Any]:
        """The side as a JSON object."""
        kind = "release" if self.winner else "candidate"
        return {"kind": kind, "name": self.name, "release": self.release}

    def answers(self) -> pl.DataFrame | None:
        """Recorded answers to judged rows (row, label, score, threshold); None where gone."""
        found = self._read(f"train.fit/{self.name}", "predictions", "predictions.parquet")
        return None if found is None else _parquet(found)

    def table(self) -> pl.DataFrame | None:
        """The table that it was trained and judged on; None where it is gone."""
        found = self._read("data.check", "table", "table.parquet")
        return None if found is None else _parquet(found)

    def model(self) -> TabularModel:
        """The model itself.

        Raises:
            InputError: it is none of the release, and the store has it no more.
        """
        from proofstone.models.open import open_model

        if self.winner:
            names = [name for name in self.held.artifact.files if name.startswith(MODEL)]
            return open_model({name[len(MODEL) :]: self.held.read(name) for name in names})
        action = self._action(f"train.fit/{self.name}")
        if action is None:
            raise InputError(
                f"candidate {self.name}: its model is no longer kept",
                hint="`proofstone run` makes it again",
            )
        files = self.store.open(action.outputs["model"])
        return open_model({name: files.read(name) for name in files.artifact.files})

    def output(self, step: str, role: str) -> Artifact | None:
        """What a step of the run gave; None where it is forgotten."""
        action = self._action(step)
        return None if action is None else action.outputs.get(role)

    def _action(self, step: str) -> Action | None:
        told = self.provenance["steps"].get(step)
        return None if told is None else self.store.actions.get(told["key"])

    def _read(self, step: str, role: str, name: str) -> bytes | None:
        artifact = self.output(step, role)
        if artifact is None:
            return None
        try:
            return self.store.open(artifact).read(name)
        except StoreError:
            return None


def release_of(store: Store, name: str) -> Contender:
    """Return the winner of a release: by id, its beginning, stage, or `latest`.

    Raises:
        InputError: there is no such release.
    """
    row, held = stored(store, name)
    return Contender(store, row.id, held, str(json.loads(held.read(PROVENANCE))["winner"]))


def contender_of(store: Store, name: str) -> Contender:
    """Return a release, or a candidate of the last run.

    Raises:
        InputError: there is neither of that name.
    """
    if known(store, name):
        return release_of(store, name)
    last = release_of(store, "latest")
    steps = last.provenance["steps"]
    names = [one.partition("/")[2] for one in steps if one.startswith("train.fit/")]
    if name not in names:
        raise InputError(
            f"{name!r} is neither a release nor a candidate of the last run",
            hint=nearest(name, [*names, "latest"]),
        )
    return Contender(store, last.release, last.held, name)


def _parquet(data: bytes) -> pl.DataFrame:
    import polars as pl

    return pl.read_parquet(io.BytesIO(data))
