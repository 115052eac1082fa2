"""What the parts of a project file say about each other: checks that need no network."""

from __future__ import annotations

import contextlib
import pathlib
from collections.abc import Callable, Iterator

from proofstone.core.errors import Problem
from proofstone.core.project.document import Document, Path
from proofstone.core.project.gates import gate_problems
from proofstone.core.project.known import Known
from proofstone.core.project.nearest import nearest

_ROLES = {"label": "task.label", "group": "split.group", "time": "split.time"}


def inconsistencies(document: Document, known: Known) -> Iterator[Problem]:
    """Every contradiction in the file; parts of the wrong shape are passed over."""
    for check in _CHECKS:
        yield from check(document, known)
    yield from gate_problems(document, known)


def _duplicate_names(document: Document, _: Known) -> Iterator[Problem]:
    for where in (("train", "candidates"), ("assistant", "candidates"), ("data", "rules")):
        first: dict[str, Path] = {}
        for path, _entry in document.items(*where):
            name = document.text(*path, "name")
            if name is None:
                continue
            if name in first:
                line = document.line((*first[name], "name"))
                message = f'the name "{name}" is taken on line {line}'
                yield document.problem((*path, "name"), message, f'such as "{name}_2"')
            first.setdefault(name, path)


def _undeclared_columns(document: Document, _: Known) -> Iterator[Problem]:
    columns = document.at("data", "columns")
    if not isinstance(columns, dict) or not columns:
        return
    named: list[Path] = [("task", "label"), ("split", "group"), ("split", "time")]
    named += [path for path, _entry in document.items("task", "protected")]
    for path in named:
        name = document.text(*path)
        if name is not None and name not in columns:
            message = f'the column "{name}" is not in data.columns'
            yield document.problem(path, message, nearest(name, columns))


def _task(document: Document, _: Known) -> Iterator[Problem]:
    label, positive = document.text("task", "label"), document.text("task", "positive")
    values = document.at("data", "columns", label, "values") if label is not None else None
    if positive is not None and isinstance(values, list) and positive not in values:
        message = f'"{positive}" is not among the values of {label}'
        known = [str(value) for value in values]
        yield document.problem(("task", "positive"), message, nearest(positive, known))
    for path, name in document.items("task", "protected"):
        if isinstance(name, str) and name == label:
            yield document.problem(path, "the label cannot be a protected column")
    uses = document.at("task", "use_protected") is True
    if uses and not (document.text("task", "use_protected_reason") or "").strip():
        message = "using protected columns when predicting needs a reason"
        hint = "add task.use_protected_reason"
        yield document.problem(("task", "use_protected"), message, hint)


def _roles(document: Document, _: Known) -> Iterator[Problem]:
    for path, _entry in document.items("data", "columns"):
        name, role = path[-1], document.text(*path, "role")
        if role in _ROLES:
            home = _ROLES[role]
            named = document.text(*home.split("."))
            if named != name:
                message = f"has the role {role}, but {home} is {named or 'not set'}"
                yield document.problem((*path, "role"), message, f"set {home}: {name}")
        elif role == "protected" and name not in (document.texts_in("task", "protected") or ()):
            message = "has the role protected, but task.protected does not name it"
            yield document.problem((*path, "role"), message, f"add {name} to task.protected")


def _columns(document: Document, _: Known) -> Iterator[Problem]:
    for path, _entry in document.items("data", "columns"):
        kind = document.text(*path, "type")
        low, high = document.at(*path, "min"), document.at(*path, "max")
        yield from _direction(document, path)
        for key in ("min", "max"):
            if kind not in {None, "number"} and document.at(*path, key) is not None:
                message = f"{key} is for numbers, but the type is {kind}"
                yield document.problem((*path, key), message, f"delete {key}")
        if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
            yield document.problem((*path, "min"), f"min {low:g} is above max {high:g}")
        values = document.at(*path, "values")
        if isinstance(values, list):
            if kind not in {None, "category", "boolean"}:
                message = f"values are for categories, but the type is {kind}"
                yield document.problem((*path, "values"), message, "set type: category")
            for at, value in enumerate(values):
                if value in values[:at]:
                    message = f'"{value}" stands twice'
                    yield document.problem((*path, "values", at), message, "delete one")


def _direction(document: Document, path: Path) -> Iterator[Problem]:
    """A change that only goes up or down, of a column whose values have no order."""
    kind, change = document.text(*path, "type"), document.text(*path, "change")
    if change not in {"up", "down"} or kind in {None, "number"}:
        return
    listed = isinstance(document.at(*path, "values"), list)
    if kind == "boolean" and not listed:
        return
    what = "a boolean with values is a category" if kind == "boolean" else f"the type is {kind}"
    message = f"{change} is for numbers and for true and false, but {what}"
    yield document.problem((*path, "change"), message, "set change: any or none")


def _rules(document: Document, _: Known) -> Iterator[Problem]:
    for path, _entry in document.items("data", "rules"):
        expression = document.text(*path, "expression")
        if expression is not None and not expression.strip():
            message, hint = "the expression is empty", "such as `debt <= income`"
            yield document.problem((*path, "expression"), message, hint)
    source = document.text("data", "source")
    if source is not None and not source.strip():
        yield document.problem(("data", "source"), "the source is empty", "name a file")


def _split(document: Document, _: Known) -> Iterator[Problem]:
    time = document.text("split", "time")
    if time is not None and document.at("split", "estimator") != "hold_out":
        message = "a split by time judges the latest rows, which cross-fitting does not"
        yield document.problem(("split", "time"), message, "set split.estimator: hold_out")


def _candidates(document: Document, known: Known) -> Iterator[Problem]:
    protected = document.texts_in("task", "protected")
    for path, _entry in document.items("train", "candidates"):
        family = document.text(*path, "family")
        if family is not None and family not in known.families:
            message = f'no family "{family}" is registered'
            yield document.problem((*path, "family"), message, nearest(family, known.families))
        for space, values in document.items(*path, "search", "space"):
            if values == []:
                yield document.problem(space, "no values to try", "list at least one")
        if protected is not None:
            yield from _mitigation(document, path, protected)


def _mitigation(document: Document, path: Path, protected: list[str]) -> Iterator[Problem]:
    mitigation = document.text(*path, "mitigation")
    attribute = document.text(*path, "attribute")
    if attribute is not None and attribute not in protected:
        message = f'the attribute "{attribute}" is not in task.protected'
        yield document.problem((*path, "attribute"), message, nearest(attribute, protected))
    if mitigation in {None, "none"}:
        return
    at = (*path, "mitigation")
    if not protected:
        message = f"{mitigation} needs a protected column"
        yield document.problem(at, message, "add it to task.protected")
    elif attribute is None and len(protected) > 1:
        message = f"{mitigation} does not say which protected column it is about"
        yield document.problem(at, message, f"add attribute: {' or '.join(protected)}")
    if mitigation == "thresholds" and document.at("task", "use_protected") is not True:
        message = "thresholds by group use the protected column when predicting"
        hint = "set task.use_protected: true and say why, or take another mitigation"
        yield document.problem(at, message, hint)


def _threshold(document: Document, _: Known) -> Iterator[Problem]:
    where = ("train", "threshold")
    rule, value = document.text(*where, "rule"), document.at(*where, "value")
    if rule == "fixed" and value is None:
        yield document.problem((*where, "rule"), "a fixed threshold needs a value", "add value")
    if rule != "fixed" and value is not None:
        message = f"the rule {rule or 'base_rate'} finds the threshold by itself"
        yield document.problem((*where, "value"), message, "set rule: fixed, or delete value")


def _responders(document: Document, _: Known) -> Iterator[Problem]:
    for path, _entry in document.items("assistant", "candidates"):
        if document.text(*path, "generator") is not None:
            if document.at(*path, "tune") is not None and document.text(*path, "adapter"):
                message = "an adapter is given and tuned at once"
                yield document.problem((*path, "tune"), message, "delete adapter or tune")
            yield from _adapter_of_folder(document, path)
            continue
        for key in ("adapter", "tune"):
            if document.at(*path, key) is not None:
                message = f"{key} is for a generator, and there is none"
                yield document.problem((*path, key), message, "add generator, or delete this")


def _adapter_of_folder(document: Document, path: Path) -> Iterator[Problem]:
    """An adapter for a generator that is a folder on this machine, as far as that can be seen."""
    address = (document.text(*path, "generator") or "").removeprefix("file://")
    folder = False
    with contextlib.suppress(OSError, RuntimeError):
        place = pathlib.Path(address).expanduser()
        folder = (pathlib.Path(document.file).parent / place).is_dir()
    for key in ("adapter", "tune"):
        if folder and document.at(*path, key) is not None:
            message = f"{key} is for a GGUF file, and the generator is a folder"
            hint = f"name the model's GGUF file as generator, or delete {key}"
            yield document.problem((*path, key), message, hint)


def _names(document: Document, known: Known) -> Iterator[Problem]:
    prefer = document.text("select", "prefer")
    if prefer is not None and prefer not in known.metrics:
        message = f'no metric "{prefer}" is measured'
        yield document.problem(("select", "prefer"), message, nearest(prefer, known.metrics))
    if known.probes is None:
        return
    listed = [*document.items("assess", "probes")]
    listed += [(path, path[-1]) for path, _entry in document.items("assess", "settings")]
    for path, name in listed:
        if isinstance(name, str) and name not in known.probes:
            message = f'no probe "{name}" is registered'
            yield document.problem(path, message, nearest(name, known.probes))


_CHECKS: tuple[Callable[[Document, Known], Iterator[Problem]], ...] = (
    _duplicate_names,
    _undeclared_columns,
    _task,
    _roles,
    _columns,
    _rules,
    _split,
    _candidates,
    _threshold,
    _responders,
    _names,
)
