"""The published schema agrees with what is loaded."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from proofstone.core.errors import StoreError
from proofstone.core.project.json_schema import POINTER, json_schema, write_schema

TEMPLATE = files("proofstone") / "templates" / "credit" / "proofstone.yaml"


def document() -> Any:
    return yaml.safe_load(TEMPLATE.read_text("utf-8"))


def validator() -> jsonschema.Draft202012Validator:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_schema_accepts_the_template() -> None:
    assert [error.message for error in validator().iter_errors(document())] == []


def test_the_schema_rejects_typing_errors() -> None:
    wrong = document()
    wrong["train"]["candidates"][0]["famly"] = "logistic"
    wrong["split"]["estimator"] = "crossfitted"
    wrong["assess"]["gates"][0]["max"] = 1
    del wrong["task"]["label"]
    paths = sorted(error.json_path for error in validator().iter_errors(wrong))
    assert paths == ["$.assess.gates[0]", "$.split.estimator", "$.task", "$.train.candidates[0]"]


def test_every_key_has_a_description() -> None:
    schema = json_schema()
    objects = schema["$defs"]
    silent = [
        f"{name}.{key}"
        for name, section in objects.items()
        for key, value in section["properties"].items()
        if not value.get("description")
    ]
    assert silent == []


def test_the_schema_is_written_where_the_template_points(tmp_path: Path) -> None:
    path = write_schema(tmp_path)
    assert path == tmp_path / POINTER
    assert TEMPLATE.read_text("utf-8").startswith(f"# yaml-language-server: $schema={POINTER}\n")
    assert json.loads(path.read_text("utf-8")) == json_schema()
    before = path.stat().st_mtime_ns
    assert write_schema(tmp_path).stat().st_mtime_ns == before


def test_a_folder_that_cannot_be_written_to_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / ".proofstone").write_text("in the way")
    with pytest.raises(StoreError):
        write_schema(tmp_path)
