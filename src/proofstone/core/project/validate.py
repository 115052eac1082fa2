"""A document against the schema: each of pydantic's errors as a problem with line and hint."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from proofstone.core.errors import Problem
from proofstone.core.project.document import Document, Path
from proofstone.core.project.nearest import nearest

Model = TypeVar("Model", bound=BaseModel)

_SHAPES = {
    "model_type": "a mapping of keys to values",
    "dict_type": "a mapping of keys to values",
    "list_type": "a list",
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
}
_BOUNDS = {
    "greater_than": ("greater than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}


def validate(document: Document, model: type[Model]) -> tuple[Model | None, list[Problem]]:
    """The `model` that `document` describes, or None and every problem with its shape."""
    try:
        return model.model_validate(document.value, strict=True), []
    except ValidationError as error:
        found = error.errors(include_url=False)
        return None, [_problem(item, document, model) for item in found]


def _problem(item: Mapping[str, Any], document: Document, model: type[BaseModel]) -> Problem:
    path: Path = tuple(item["loc"])
    kind, context = item["type"], item.get("ctx", {})
    if kind == "extra_forbidden":
        message, hint = f'unknown key "{path[-1]}"', nearest(path[-1], _allowed(path[:-1], model))
        return document.problem(path, message, hint, key=True)
    if kind == "missing":
        return document.problem(path, f'required key "{path[-1]}" is missing', key=True)
    if kind == "literal_error":
        return _literal(path, item["input"], document, model)
    if kind in _SHAPES:
        return _shape(path, kind, item["input"], document)
    if kind in _BOUNDS:
        words, bound = _BOUNDS[kind]
        message = f"{item['input']} must be {words} {context[bound]:g}"
        return document.problem(path, message)
    if kind == "string_pattern_mismatch":
        message = f'"{item["input"]}" is not a name: lower-case letters, digits, - and _'
        return document.problem(path, message, _slug(str(item["input"])))
    if kind == "too_short":
        return document.problem(path, "the list is empty", "give at least one")
    return document.problem(path, str(item["msg"]))


def _literal(path: Path, given: object, document: Document, model: type[BaseModel]) -> Problem:
    allowed = [str(value) for value in _choices(path, model)]
    if isinstance(given, bool) and (text := document.texts.get(path)) in allowed:
        return document.problem(path, f"{text} is read as {given}", f'quote it: "{text}"')
    message = f"{document.texts.get(path, given)!r} is not one of the allowed values"
    return document.problem(path, message, nearest(document.texts.get(path, given), allowed))


def _shape(path: Path, kind: str, given: object, document: Document) -> Problem:
    wanted = _SHAPES[kind]
    text = document.texts.get(path)
    if given is None:
        hint = f"give {wanted} or delete the line"
        return document.problem(path, f"is empty but must be {wanted}", hint)
    if kind == "string_type" and text is not None:
        word = "true or false" if isinstance(given, bool) else "a number"
        return document.problem(path, f"{text} is read as {word}, not text", f'quote it: "{text}"')
    hint = ""
    if kind == "list_type" and text is not None:
        hint = f"write [{text}]"
    elif kind in {"int_type", "float_type", "bool_type"} and isinstance(given, str):
        hint = "write it without quotes" if _plain_number(given) else ""
    shown = text if text is not None else f"a {'list' if isinstance(given, list) else 'mapping'}"
    return document.problem(path, f"must be {wanted}, not {shown[:60]}", hint)


def _plain_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return text in {"true", "false"}
    return True


def _slug(text: str) -> str:
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in text.lower())
    kept = kept.strip("-").lstrip("0123456789-")[:63]
    return f'such as "{kept}"' if kept else 'such as "my-project"'


def _allowed(path: Path, model: type[BaseModel]) -> Iterable[str]:
    for kind in _kinds_at(path, model):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind.model_fields
    return ()


def _choices(path: Path, model: type[BaseModel]) -> Iterator[object]:
    for kind in _kinds_at(path, model):
        if get_origin(kind) is Literal:
            yield from get_args(kind)


def _kinds_at(path: Path, model: type[BaseModel]) -> list[Any]:
    """The alternatives that the schema allows at `path`."""
    kinds: list[Any] = [model]
    for part in path:
        inner: list[Any] = []
        for kind in kinds:
            origin, arguments = get_origin(kind), get_args(kind)
            if isinstance(kind, type) and issubclass(kind, BaseModel) and part in kind.model_fields:
                inner += _alternatives(kind.model_fields[str(part)].annotation)
            elif origin is list or (origin is dict and len(arguments) == 2):
                inner += _alternatives(arguments[-1])
        kinds = inner
    return kinds


def _alternatives(annotation: Any) -> list[Any]:
    if get_origin(annotation) in {Union, types.UnionType}:
        return [*get_args(annotation)]
    return [annotation]
