"""Writing a project file: tidy YAML, in the schema's order, with a comment to each section."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from proofstone.core.durable import write_file
from proofstone.core.errors import InputError, ProjectFileError, StoreError
from proofstone.core.i18n import _
from proofstone.core.project.consistency import inconsistencies
from proofstone.core.project.document import RESOLVERS, read_document
from proofstone.core.project.json_schema import POINTER, write_schema
from proofstone.core.project.known import Known
from proofstone.core.project.schema import DecisionProject
from proofstone.core.project.validate import validate


class Line(dict[str, Any]):
    """A mapping that is written on one line."""


class Writer(yaml.SafeDumper):
    """Quotes whatever a reader could take for something else, and never writes an alias."""

    def ignore_aliases(self, data: Any) -> bool:
        """Say of every value that it is to be written out."""
        return True


for _tag, _pattern, _first in RESOLVERS:
    Writer.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(_pattern, re.IGNORECASE), [*_first]
    )
Writer.add_representer(
    Line,
    lambda writer, data: writer.represent_mapping(
        "tag:yaml.org,2002:map", data.items(), flow_style=True
    ),
)


def _quoted(writer: Writer, text: str) -> yaml.ScalarNode:
    resolved = writer.resolve(  # type: ignore[no-untyped-call]
        yaml.ScalarNode, text, (True, False)
    )
    style = None if resolved == "tag:yaml.org,2002:str" else '"'
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


Writer.add_representer(str, _quoted)


def project_text(draft: Mapping[str, Any]) -> str:
    """The text of a project file that says what `draft` says.

    Raises:
        ProjectFileError: the draft itself does not hold; lines are those of the text.
    """
    parts = [f"# yaml-language-server: $schema={POINTER}"]
    ordered = _ordered(DecisionProject, {"version": 1, **draft})
    for key, value in ordered.items():
        if isinstance(value, dict):
            about = _("{summary}.").format(
                summary=_(DecisionProject.model_fields[key].description or key)
            )
            parts.append("\n" + textwrap.fill(about, 98, initial_indent="# "))
        parts.append(_dump({key: _tidy(value)}))
    text = "\n".join(parts) + "\n"
    document = read_document(text.encode(), "draft")
    _project, problems = validate(document, DecisionProject)
    problems = [*document.problems, *problems, *inconsistencies(document, Known())]
    if problems:
        raise ProjectFileError(problems)
    return text


def write_project(draft: Mapping[str, Any], path: Path) -> None:
    """Write `draft` as a new project file at `path`, and the schema that editors read beside it.

    Raises:
        ProjectFileError: the draft does not hold; nothing is written.
        InputError: there is a file at `path` already.
        StoreError: the folder cannot be written to.
    """
    text = project_text(draft)
    if path.exists():
        hint = "choose another folder, or edit the file that is there"
        raise InputError(f"{path}: there is a project file already", hint=hint)
    try:
        write_file(path, text.encode())
    except OSError as error:
        hint = "choose another folder, or make this one writable"
        raise StoreError(f"{path}: {error.strerror}", hint=hint) from error
    write_schema(path.parent)


def _dump(value: Mapping[str, Any]) -> str:
    text: str = yaml.dump(
        value, Dumper=Writer, sort_keys=False, allow_unicode=True, width=98, indent=2
    )
    return text.rstrip("\n")


def _ordered(model: type[BaseModel], draft: Mapping[str, Any]) -> dict[str, Any]:
    known = {key: draft[key] for key in model.model_fields if key in draft}
    for key, value in known.items():
        inner = model.model_fields[key].annotation
        if isinstance(value, Mapping) and isinstance(inner, type) and issubclass(inner, BaseModel):
            known[key] = _ordered(inner, value)
    return known | {key: draft[key] for key in draft if key not in known}


def _tidy(value: Any, depth: int = 0) -> Any:
    """Mappings deep inside on one line each: a column, a candidate, a gate."""
    if isinstance(value, Mapping):
        built = {key: _tidy(inner, depth + 1) for key, inner in value.items()}
        return Line(built) if depth >= 2 else built
    if isinstance(value, list):
        return [Line(item) if isinstance(item, Mapping) else item for item in value]
    return value
