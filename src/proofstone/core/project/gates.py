"""Gates in a project file: each has one limit, a reason, a metric and a subject that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator

from proofstone.core.errors import Problem
from proofstone.core.project.assistant import AssistantProject
from proofstone.core.project.document import Document, Path, dotted
from proofstone.core.project.kinds import kind_of
from proofstone.core.project.known import Known
from proofstone.core.project.nearest import nearest

_CROSS = re.compile(r"\s×\s")


def columns_of(subject: str) -> list[str]:
    """The columns that a subject is about.

    >>> columns_of("sex × race"), columns_of("sex=female"), columns_of("all")
    (['sex', 'race'], ['sex'], [])
    """
    if subject == "all":
        return []
    return [part.partition("=")[0].strip() for part in _CROSS.split(subject)]


def gate_problems(document: Document, known: Known) -> Iterator[Problem]:
    """Every problem with the gates under `assess.gates`."""
    yield from limit_problems(document, known, "assess", "gates")
    if kind_of(document.value) is AssistantProject:
        return  # whom its findings are about is not said by columns
    for path, entry in document.items("assess", "gates"):
        metric = document.text(*path, "metric")
        if isinstance(entry, dict) and metric is not None:
            subject = document.text(*path, "subject") or "all"
            yield from _subject(document, path, metric, subject)


def limit_problems(document: Document, known: Known, *place: str) -> Iterator[Problem]:
    """Every problem with the gates at `place` but for whom they are about."""
    first: dict[tuple[str, str, bool], Path] = {}
    for path, entry in document.items(*place):
        if not isinstance(entry, dict):
            continue
        yield from _limit(document, path)
        metric = document.text(*path, "metric")
        subject = document.text(*path, "subject") or "all"
        if metric is None:
            continue
        if metric not in known.metrics:
            message = f'no metric "{metric}" is measured'
            yield document.problem((*path, "metric"), message, nearest(metric, known.metrics))
        key = (metric, subject, document.at(*path, "min") is None)
        if key in first:
            message = f"{metric} of {subject} has a gate already: {dotted(first[key])}"
            yield document.problem(path, message, "keep one of them")
        first.setdefault(key, path)


def _limit(document: Document, path: Path) -> Iterator[Problem]:
    set_keys = [key for key in ("min", "max") if document.at(*path, key) is not None]
    if (document.text(*path, "not_applicable") or "").strip():
        set_keys.append("not_applicable")
    if not set_keys:
        message = "the gate has no limit"
        yield document.problem(path, message, "give min or max, or not_applicable with its reason")
    if len(set_keys) > 1:
        message = f"the gate has {' and '.join(set_keys)}, but may have only one"
        yield document.problem((*path, set_keys[1]), message, "make two gates of it")
    reason = (document.text(*path, "reason") or "").strip()
    if not reason and "not_applicable" not in set_keys:
        message = "the gate gives no reason for its limit"
        yield document.problem(path, message, "add reason: it is shown in the report")


def _subject(document: Document, path: Path, metric: str, subject: str) -> Iterator[Problem]:
    protected = document.texts_in("task", "protected")
    if protected is None:
        return
    compares = metric.endswith(("_difference", "_ratio"))
    if compares and subject == "all":
        message = f"{metric} compares groups, so it needs a subject"
        hint = f"add subject: {' or '.join(protected)}" if protected else "set task.protected"
        yield document.problem((*path, "metric"), message, hint)
    columns = document.at("data", "columns")
    declared = [str(name) for name in columns] if isinstance(columns, dict) else []
    for name in columns_of(subject):
        if compares and name not in protected:
            message = f'the subject "{name}" is not in task.protected'
            yield document.problem((*path, "subject"), message, nearest(name, protected))
        elif declared and name not in declared:
            message = f'the subject "{name}" is not in data.columns'
            yield document.problem((*path, "subject"), message, nearest(name, declared))
