"""The project file's JSON Schema, for editors: completion, meanings and typing errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from proofstone.core.durable import write_file
from proofstone.core.errors import StoreError
from proofstone.core.project.assistant import AssistantProject
from proofstone.core.project.kinds import MARK
from proofstone.core.project.schema import DecisionProject

POINTER = ".proofstone/schema.json"
"""Where the schema stands beside the project file; made anew by any command, never committed."""

_LIMITS = [
    {"required": [key], "properties": {key: {"type": kind}}}
    for key, kind in (("min", "number"), ("max", "number"), ("not_applicable", "string"))
]


def json_schema() -> dict[str, Any]:
    """The schema of `proofstone.yaml` as JSON Schema, draft 2020-12."""
    kinds, schema = models_json_schema(
        [(AssistantProject, "validation"), (DecisionProject, "validation")]
    )
    schema["$defs"]["Gate"]["oneOf"] = _LIMITS
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "proofstone.yaml",
        "if": {"required": [MARK]},
        "then": kinds[AssistantProject, "validation"],
        "else": kinds[DecisionProject, "validation"],
        **schema,
    }


def write_schema(directory: Path) -> Path:
    """Write the schema under `directory` where its project file points, and return its path.

    Raises:
        StoreError: the folder cannot be written to.
    """
    path = directory / POINTER
    data = (json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n").encode()
    try:
        if not path.is_file() or path.read_bytes() != data:
            write_file(path, data)
    except OSError as error:
        hint = "free some space, or make the folder writable"
        raise StoreError(f"{path}: {error.strerror}", hint=hint) from error
    return path
