"""The step data.questions: questions whose right answers are known, from a YAML list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from proofstone.core.artifact import Draft
from proofstone.core.canonical import canonical_json
from proofstone.core.errors import Problem, ProjectFileError
from proofstone.core.project.document import Document, Form, read_document
from proofstone.core.project.schema import Name, Section
from proofstone.core.project.validate import validate
from proofstone.core.step import Context, step
from proofstone.data.sources.files import locate

LANGUAGES: tuple[Literal["en", "zh"], ...] = ("en", "zh")
_EXAMPLE = (
    '- {id: hours, kind: answerable, use: judge, expect: answer, en: {turns: ["When are you '
    'open?"], accept: [["9"]], sources: ["contact#hours"], reference: "From 9 to 5."}}'
)
_FORM = Form(list, "the file is not a list of questions", _EXAMPLE, _EXAMPLE)


class Asked(Section):
    """A question in one language, and what a right answer would be."""

    turns: list[str] = Field(min_length=1, description="User and assistant by turns; user last")
    accept: list[list[str]] = Field(
        default_factory=list, description="A right answer holds one text of each inner list"
    )
    must_not: list[str] = Field(default_factory=list, description="What it never says")
    sources: list[str] = Field(
        default_factory=list, description="Sections that answer it: document#anchor"
    )
    reference: str = Field("", description="A right answer")


class Entry(Section):
    """One question in one or two languages."""

    id: Name = Field(description="Its name")
    kind: Literal["answerable", "unanswerable", "multi_turn", "adversarial"] = Field(
        description="What it tries"
    )
    use: Literal["calibrate", "judge"] = Field(description="What it is for: never both")
    expect: Literal["answer", "handover"] = Field(description="What should happen")
    en: Asked | None = Field(None, description="In English")
    zh: Asked | None = Field(None, description="In Chinese")


class _File(Section):
    questions: list[Entry] = Field(min_length=1, description="The questions")


@step("data.questions", outputs=("questions",))
def read_questions(context: Context) -> Mapping[str, Draft]:
    """Return every question in each of its languages.

    Raises:
        ProjectFileError: the file does not hold; every problem with its line.
    """
    path = locate(context.settings["questions"]["source"], context.directory)
    asked = parse_questions(path)
    return {"questions": Draft("questions", {"questions.json": canonical_json(asked)})}


def parse_questions(path: Path) -> list[dict[str, Any]]:
    """Return the questions in the file at `path`, one object a question and language.

    Raises:
        ProjectFileError: it does not hold; every problem with its line.
    """
    found = read_document(path.read_bytes(), str(path), _FORM)
    listed = found.listed_under("questions")
    file, problems = validate(listed, _File)
    problems = [*listed.problems, *problems, *([] if file is None else _problems(file, listed))]
    if file is None or problems:
        raise ProjectFileError(sorted(problems, key=lambda one: one.line))
    return [one for entry in file.questions for one in _flat(entry)]


def _problems(file: _File, document: Document) -> Iterator[Problem]:
    seen: set[str] = set()
    for at, entry in enumerate(file.questions):
        path = ("questions", at)
        if entry.id in seen:
            yield document.problem((*path, "id"), f'the id "{entry.id}" stands twice')
        seen.add(entry.id)
        if entry.en is None and entry.zh is None:
            yield document.problem(path, "the question has no language", "add en or zh")
        for language in LANGUAGES:
            side: Asked | None = getattr(entry, language)
            if side is None:
                continue
            if len(side.turns) % 2 == 0:
                message = "the last turn is the assistant's"
                yield document.problem((*path, language, "turns"), message, "end with the user's")
            if entry.expect == "answer" and not side.sources:
                message = "a question that has an answer needs its sources"
                yield document.problem((*path, language), message, "add sources: [document#anchor]")


def _flat(entry: Entry) -> Iterator[dict[str, Any]]:
    for language in LANGUAGES:
        side: Asked | None = getattr(entry, language)
        if side is not None:
            yield {
                "topic": entry.id,
                "language": language,
                "kind": entry.kind,
                "use": entry.use,
                "expect": entry.expect,
                **side.model_dump(mode="json"),
            }
