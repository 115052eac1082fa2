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


def reference() -> str:
    """A table of keys for each section of `proofstone.yaml`, the whole file first."""
    schema = json_schema()
    parts = [_section("", schema)]
    for path, name in _sections(schema, schema, ""):
        parts.append(_section(path, schema["$defs"][name]))
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


def _section(path: str, part: dict[str, Any]) -> str:
    heading = f"## `{path}`" if path else "## The whole file"
    rows = ["| key | what it is | default | meaning |", "| --- | --- | --- | --- |"]
    required = part.get("required", ())
    for key, value in part["properties"].items():
        default = "**required**" if key in required else _default(value)
        rows.append(f"| `{key}` | {_kind(value)} | {default} | {value['description']} |")
    return "\n".join([heading, "", part["description"], "", *rows])


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
