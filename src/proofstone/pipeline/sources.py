"""What a project file names outside itself: problems that show before anything runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from proofstone.core.errors import InputError, Problem, ProjectFileError
from proofstone.core.project.document import Document, read_document
from proofstone.core.project.kinds import Project
from proofstone.core.project.schema import DecisionProject


def source_problems(project: Project, file: Path) -> list[Problem]:
    """Return what is wrong with documents, questions and guards that an assistant's file names.

    Problems within the file of questions have that file's lines. A table is checked when it is
    read.
    """
    if isinstance(project, DecisionProject):
        return []
    from proofstone.data.knowledge.questions import parse_questions
    from proofstone.data.knowledge.sources import documents_in
    from proofstone.data.sources.files import locate
    from proofstone.pipeline.plans.assistant import check_guards

    home = file.parent
    document = read_document(file.read_bytes(), str(file))
    source = project.questions.source
    found: list[Problem] = []
    tries: tuple[tuple[tuple[str, ...], Callable[[], Any]], ...] = (
        (("knowledge", "source"), lambda: documents_in(project.knowledge.source, home)),
        (("questions", "source"), lambda: parse_questions(locate(source, home))),
        (("assistant", "guards"), lambda: check_guards(project)),
    )
    for path, attempt in tries:
        found += _problems(document, path, attempt)
    return found


def _problems(
    document: Document, path: tuple[str, ...], attempt: Callable[[], Any]
) -> list[Problem]:
    try:
        attempt()
    except ProjectFileError as error:
        return list(error.problems)
    except InputError as error:
        return [document.problem(path, str(error), error.hint)]
    return []
