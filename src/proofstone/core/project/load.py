"""Reading a project file: the project, or every problem in it at once."""

from __future__ import annotations

from pathlib import Path

from proofstone.core.errors import InputError, Problem, ProjectFileError
from proofstone.core.project.consistency import inconsistencies
from proofstone.core.project.document import read_document
from proofstone.core.project.kinds import Project, kind_of
from proofstone.core.project.known import Known
from proofstone.core.project.schema import DecisionProject
from proofstone.core.project.validate import validate

FILE = "proofstone.yaml"


def load_project(path: Path, known: Known | None = None) -> Project:
    """The project in the file at `path`, or in the folder's `proofstone.yaml`.

    A mitigation that does not name its attribute gets the only protected column.

    Raises:
        ProjectFileError: the file does not hold; `problems` lists all of them.
        InputError: there is no such file, or it cannot be read.
    """
    project, problems = _read(path, known or Known())
    if project is None or problems:
        raise ProjectFileError(problems)
    return _with_attributes(project) if isinstance(project, DecisionProject) else project


def check_project(path: Path, known: Known | None = None) -> list[Problem]:
    """Every problem in the file, in the order of its lines; empty where it holds.

    Raises:
        InputError: there is no such file, or it cannot be read.
    """
    return _read(path, known or Known())[1]


def _read(path: Path, known: Known) -> tuple[Project | None, list[Problem]]:
    path = path / FILE if path.is_dir() else path
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        hint = "`proofstone init` writes one"
        raise InputError(f"{path}: there is no project file", hint=hint) from error
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}", hint="make it readable") from error
    document = read_document(data, str(path))
    if not isinstance(document.value, dict):
        return None, document.problems
    project, problems = validate(document, kind_of(document.value))
    found = [*document.problems, *problems, *inconsistencies(document, known)]
    return project, sorted(found, key=lambda problem: problem.line)


def _with_attributes(project: DecisionProject) -> DecisionProject:
    if len(project.task.protected) != 1:
        return project
    only = project.task.protected[0]
    candidates = [
        candidate
        if candidate.mitigation == "none" or candidate.attribute is not None
        else candidate.model_copy(update={"attribute": only})
        for candidate in project.train.candidates
    ]
    train = project.train.model_copy(update={"candidates": candidates})
    return project.model_copy(update={"train": train})
