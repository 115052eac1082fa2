"""Written project files read back as what was meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.core.errors import InputError, ProjectFileError, StoreError
from proofstone.core.project.document import read_document
from proofstone.core.project.json_schema import POINTER
from proofstone.core.project.load import load_project
from proofstone.core.project.schema import DecisionProject
from proofstone.core.project.write import project_text, write_project

DRAFT: dict[str, Any] = {
    "train": {"candidates": [{"name": "plain", "family": "logistic", "settings": {"c": 1e-5}}]},
    "data": {
        "source": "loans.csv",
        "columns": {
            "bad": {"type": "category", "values": ["no", "yes"]},
            "no": {"type": "number", "min": 0, "meaning": "收入"},
        },
    },
    "task": {"label": "bad", "positive": "yes"},
    "name": "loans",
}


def test_a_draft_reads_back_as_the_same_project(tmp_path: Path) -> None:
    path = tmp_path / "new" / "proofstone.yaml"
    write_project(DRAFT, path)
    assert load_project(path) == DecisionProject.model_validate(DRAFT)
    assert (path.parent / POINTER).is_file()


def test_the_text_is_tidy() -> None:
    lines = project_text(DRAFT).splitlines()
    assert lines[0] == f"# yaml-language-server: $schema={POINTER}"
    assert [line.split(":")[0] for line in lines if line[:1].isalpha()] == [
        "version",
        "name",
        "task",
        "data",
        "train",
    ]
    assert '    bad: {type: category, values: ["no", "yes"]}' in lines
    assert '    "no": {type: number, min: 0, meaning: 收入}' in lines
    assert "# Where the table comes from and what it must satisfy." in lines


def test_a_draft_that_does_not_hold_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "proofstone.yaml"
    with pytest.raises(ProjectFileError, match=r"not in data\.columns"):
        write_project({**DRAFT, "task": {"label": "bda", "positive": "yes"}}, path)
    assert not path.exists()


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "proofstone.yaml"
    path.write_text("mine")
    with pytest.raises(InputError, match="already"):
        write_project(DRAFT, path)
    assert path.read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError):
        write_project(DRAFT, tmp_path / "file" / "proofstone.yaml")


PRINTED = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Co", "Cn"])
TEXTS = st.text(PRINTED, min_size=1)
TRAPS = st.sampled_from(
    ["no", "Yes", "1e5", "010", "~", "1:30", ".5", "2020-01-01", "-", "#", "a: b"]
)


@given(st.lists(TEXTS | TRAPS, min_size=1, unique=True))
def test_any_text_survives_writing(values: list[str]) -> None:
    columns = {"bad": {"type": "category", "values": values}}
    columns |= {f"c{value}": {"type": "text"} for value in values}
    draft = {
        **DRAFT,
        "description": values[0],
        "task": {"label": "bad", "positive": values[0]},
        "data": {"source": "f.csv", "columns": columns},
    }
    document = read_document(project_text(draft).encode(), "f")
    assert document.problems == []
    assert DecisionProject.model_validate(document.value) == DecisionProject.model_validate(draft)
