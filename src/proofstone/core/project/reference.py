"""The project file's keys as Markdown tables, for the documentation."""

from __future__ import annotations

import json
from typing import Any

from proofstone.core.project.json_schema import json_schema

_TYPES = {
    "array": "list",
    "boolean": "true or false",
    "integer": "whole number",
    "number": "number",
    "object": "mapping",
    "string": "text",
}
_KINDS = {
    "The whole file of a model that decides": "DecisionProject",
    "The whole file of an assistant": "AssistantProject",
}


def reference() -> str:
    """A table of keys for each section of `proofstone.yaml`, for both kinds of project."""
    schema = json_schema()
    parts = []
    told: set[str] = set()
    for title, kind in _KINDS.items():
        whole = schema["$defs"][kind]
        parts.append(_section(title, whole))
        for path, name in _sections(schema, whole, ""):
            if path not in told:
                parts.append(_section(f"`{path}`", schema["$defs"][name]))
            told.add(path)
    return "\n\n".join(parts)


def _sections(schema: dict[str, Any], part: dict[str, Any], prefix: str) -> list[tuple[str, str]]:
    """The path and definition of every section below `part`, in the order of the file."""
    found = []
    for key, value in part["properties"].items():
        for suffix, inner in (
            ("", value),
            ("[]", value.get("items", {})),
            (".NAME", value.get("additionalProperties", {})),
        ):
            if isinstance(inner, dict) and "$ref" in inner:
                name = inner["$ref"].rpartition("/")[2]
                path = f"{prefix}{key}{suffix}"
                found.append((path, name))
                found += _sections(schema, schema["$defs"][name], f"{path}.")
    return found


def _section(title: str, part: dict[str, Any]) -> str:
    rows = ["| key | what it is | default | meaning |", "| --- | --- | --- | --- |"]
    required = part.get("required", ())
    for key, value in part["properties"].items():
        default = "**required**" if key in required else _default(value)
        rows.append(f"| `{key}` | {_kind(value)} | {default} | {value['description']} |")
    return "\n".join([f"## {title}", "", part["description"], "", *rows])


def _default(value: dict[str, Any]) -> str:
    default = value.get("default")
    return "" if default in (None, "", [], {}) else f"`{json.dumps(default)}`"


def _kind(value: dict[str, Any]) -> str:
    if "anyOf" in value:
        kinds = [option for option in value["anyOf"] if option.get("type") != "null"]
        return " or ".join(_kind(option) for option in kinds)
    if "$ref" in value:
        return "section"
    if "enum" in value or "const" in value:
        choices = value.get("enum", [value.get("const")])
        return ", ".join(f"`{choice}`" for choice in choices)
    bounds = [
        f"{sign} {value[key]:g}"
        for key, sign in (
            ("exclusiveMinimum", ">"),
            ("minimum", "≥"),
            ("exclusiveMaximum", "<"),
            ("maximum", "≤"),
        )
        if key in value
    ]
    return " ".join([_TYPES.get(value.get("type", ""), "anything"), *bounds])
