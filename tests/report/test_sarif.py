"""SARIF 2.1.0 against a schema of our own: the parts of the standard that we write."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from proofstone.report.sarif import sarif_log

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
RULE = {
    "type": "object",
    "required": ["id"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string"},
        "shortDescription": TEXT,
        "fullDescription": TEXT,
    },
}
RESULT = {
    "type": "object",
    "required": ["message"],
    "additionalProperties": False,
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": -1},
        "kind": {"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": TEXT,
        "locations": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["physicalLocation"],
                "properties": {
                    "physicalLocation": {
                        "type": "object",
                        "required": ["artifactLocation"],
                        "properties": {
                            "artifactLocation": {
                                "type": "object",
                                "properties": {"uri": {"type": "string"}},
                            },
                            "region": {
                                "type": "object",
                                "properties": {"startLine": {"type": "integer", "minimum": 1}},
                            },
                        },
                    }
                },
            },
        },
        "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
        "properties": {"type": "object"},
    },
    "if": {"properties": {"kind": {"const": "fail"}}},
    "else": {"properties": {"level": {"const": "none"}}},
}
LOG = {
    "type": "object",
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool"],
                "additionalProperties": False,
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],
                                "additionalProperties": False,
                                "properties": {
                                    "name": {"type": "string"},
                                    "rules": {
                                        "type": "array",
                                        "items": RULE,
                                        "uniqueItems": True,
                                    },
                                },
                            }
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {"type": "array", "items": RESULT},
                },
            },
        },
    },
}


SHUT = ("fail", "inconclusive", "not_run")


def read(record: dict[str, Any], **settings: Any) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(sarif_log(record, **settings))
    jsonschema.validate(log, LOG)
    return log


def test_a_result_for_each_gate_that_is_not_open(record: dict[str, Any]) -> None:
    run = read(record)["runs"][0]
    results = run["results"]
    assert [(one["kind"], one["level"]) for one in results] == [
        ("fail", "error"), ("review", "none"), ("open", "none"),
    ]  # fmt: skip
    rules = run["tool"]["driver"]["rules"]
    assert [rules[one["ruleIndex"]]["id"] for one in results] == [one["ruleId"] for one in results]
    assert "a gap of 13.2 points" in results[0]["message"]["text"]
    assert results[0]["properties"]["limit"] == 0.10


def test_the_place_is_the_callers(record: dict[str, Any]) -> None:
    lines = range(12, 12 + len(record["gates"]))
    results = read(record, file="ml/gates.yaml", lines=lines)["runs"][0]["results"]
    places = [one["locations"][0]["physicalLocation"] for one in results]
    shut = [at for at, one in zip(lines, record["gates"], strict=True) if one["verdict"] in SHUT]
    assert [one["region"]["startLine"] for one in places] == shut
    assert {one["artifactLocation"]["uri"] for one in places} == {"ml/gates.yaml"}
    plain = read(record)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert plain == {
        "artifactLocation": {"uri": "proofstone.yaml"}, "region": {"startLine": 1},
    }  # fmt: skip


def test_fingerprints_tell_gates_apart_and_last(record: dict[str, Any]) -> None:
    def marks() -> list[str]:
        return [one["partialFingerprints"]["gate/v1"] for one in read(record)["runs"][0]["results"]]

    before = marks()
    record["gates"][1]["value"] = 0.2
    assert marks() == before
    assert len(set(before)) == 3


@pytest.mark.parametrize("record_", [{}, {"gates": [{"metric": "m", "verdict": "pass"}]}])
def test_nothing_shut_gives_no_result(record_: dict[str, Any]) -> None:
    assert read(record_)["runs"][0]["results"] == []
