from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from proofstone.core.artifact import Artifact, Blob, Draft
from proofstone.core.project.schema import DecisionProject
from proofstone.core.step import Step

TEMPLATE = Path(__file__).parents[2] / "src/proofstone/templates/credit/proofstone.yaml"


@dataclass(frozen=True)
class Kept:
    """A draft as the store would give it back."""

    draft: Draft

    @property
    def artifact(self) -> Artifact:
        files = {
            name: Blob(hashlib.sha256(self.read(name)).hexdigest(), len(self.read(name)))
            for name in self.draft.files
        }
        return Artifact(self.draft.kind, files, self.draft.meta)

    def read(self, name: str) -> bytes:
        held = self.draft.files[name]
        if isinstance(held, bytes):
            return held
        with held.open("rb") as file:
            return file.read()

    def path(self, name: str) -> Path:
        raise NotImplementedError


@dataclass
class Here:
    """A context that runs in this process."""

    settings: Mapping[str, Any]
    inputs: Mapping[str, Kept] = field(default_factory=dict)
    plugins: Mapping[str, Any] = field(default_factory=dict)
    directory: Path = Path()
    scratch: Path = Path()
    seed: int = 0

    def map(self, function: Callable[[Any], Any], parts: Iterable[Any]) -> list[Any]:
        return [function(part) for part in parts]

    def progress(self, note: str) -> None:
        assert note


Run = Callable[..., dict[str, Kept]]


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    def run(step: Step, settings: Mapping[str, Any], **rest: Any) -> dict[str, Kept]:
        scratch = tmp_path_factory.mktemp("scratch")
        drafts = step.function(Here(settings, scratch=scratch, **rest))
        assert set(drafts) == set(step.outputs)
        return {role: Kept(draft) for role, draft in drafts.items()}

    return run


@pytest.fixture(scope="session")
def credit() -> DecisionProject:
    return DecisionProject.model_validate(yaml.safe_load(TEMPLATE.read_text("utf-8")))


@pytest.fixture
def loans() -> pl.DataFrame:
    """Forty rows of which nothing is wrong."""
    rows = range(40)
    return pl.DataFrame(
        {
            "income": [1000.0 + 37.0 * (row * 7 % 40) for row in rows],
            "debt": [10.0 * (row * 11 % 40) for row in rows],
            "sex": ["f" if row % 3 else "m" for row in rows],
            "deny": ["yes" if row % 4 == 0 else "no" for row in rows],
        }
    )
