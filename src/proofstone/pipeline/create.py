"""New projects: from a template that ships, or from a stranger's table."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from proofstone.core.durable import write_file
from proofstone.core.errors import InputError
from proofstone.core.project.json_schema import write_schema
from proofstone.core.project.load import FILE
from proofstone.core.project.write import write_project
from proofstone.data.infer import draft_project, project_name

_TEMPLATES = files("proofstone") / "templates"


def templates() -> list[str]:
    """The names of the templates that ship."""
    return sorted(one.name for one in _TEMPLATES.iterdir() if (one / FILE).is_file())


def create_from_template(directory: Path, template: str) -> dict[str, Any]:
    """Create the project folder from a template; return where its file is.

    Raises:
        InputError: there is no such template, or the folder holds a project already.
    """
    if template not in templates():
        raise InputError(
            f"there is no template {template!r}", hint=f"known: {', '.join(templates())}"
        )
    path = _fresh(directory)
    home = _TEMPLATES / template
    files = sorted(_files(home), key=lambda one: one[0] == FILE)
    for name, _content in files:
        if (directory / name).exists():
            raise InputError(f"{directory / name}: is there already", hint="name another folder")
    # The project file last: a folder that holds it is whole.
    for name, content in files:
        write_file(directory / name, content)
    write_schema(path.parent)
    return {"file": str(path), "template": template}


def _files(folder: Traversable, below: str = "") -> Iterator[tuple[str, bytes]]:
    """Every file of a template by its path in the project, with its bytes."""
    for one in folder.iterdir():
        name = f"{below}{one.name}"
        if one.is_dir():
            yield from _files(one, f"{name}/")
        else:
            yield name, one.read_bytes()


def create_from_table(
    directory: Path, source: Path, label: str, encoding: str | None = None
) -> dict[str, Any]:
    """Create a project about a table: its dictionary, gates and candidates are drafted.

    The project is named after its folder, and finds the table from there. `encoding` is the
    text's; it is found by itself where that is certain.

    Raises:
        DataError: the table cannot be read, or has no such label.
        InputError: the folder holds a project already.
    """
    path = _fresh(directory)
    home = directory.resolve()
    draft = draft_project(source.resolve(), label, encoding=encoding)
    draft["name"] = project_name(home.name)
    draft["data"]["source"] = os.path.relpath(source.resolve(), home)
    write_project(draft, path)
    return {"file": str(path), "source": str(source), "label": label}


def _fresh(directory: Path) -> Path:
    path = directory / FILE
    if path.exists():
        raise InputError(
            f"{path}: is there already", hint="name another folder, or delete it first"
        )
    return path
