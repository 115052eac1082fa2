from __future__ import annotations

import json

import pytest

from proofstone.checks.gate import judge_all
from proofstone.core.errors import VerificationError
from proofstone.core.finding import Finding
from proofstone.core.project.schema import Gate
from proofstone.registry.statement import PREDICATE_TYPE, compare, findings_statement
from proofstone.vault.manifest import Manifest

MANIFEST = Manifest("loans", {"a": "0" * 64})
OPENING = judge_all(
    [Finding(probe="quality", metric="roc_auc", value=0.8, low=0.75, high=0.85, n=100)],
    [Gate(metric="roc_auc", min=0.7)],
)
STATEMENT = findings_statement(MANIFEST, "1" * 64, OPENING, "2" * 64, {"who": "ada"})


def test_the_statement_is_in_toto_v1_about_the_manifest() -> None:
    assert STATEMENT["_type"] == "https://in-toto.io/Statement/v1"
    assert STATEMENT["subject"] == [{"name": "loans", "digest": {"sha256": MANIFEST.root}}]
    assert STATEMENT["predicateType"] == PREDICATE_TYPE
    predicate = STATEMENT["predicate"]
    assert predicate["verdict"] == "pass"
    assert predicate["gates"][0] == {
        "metric": "roc_auc", "subject": "all", "limit": 0.7, "direction": "min", "verdict": "pass",
        "value": 0.8, "low": 0.75, "high": 0.85, "level": 0.95, "n": 100,
    }  # fmt: skip


def test_the_name_of_the_subject_only_informs() -> None:
    other = json.loads(json.dumps(STATEMENT))
    other["subject"][0]["name"] = "elsewhere"
    compare(other, STATEMENT)


def test_each_difference_is_named() -> None:
    other = json.loads(json.dumps(STATEMENT))
    other["predicate"]["verdict"] = "fail"
    del other["predicate"]["decided"]
    with pytest.raises(VerificationError, match="disagree about: decided, verdict"):
        compare(other, STATEMENT)
    with pytest.raises(VerificationError, match="disagree about: its form"):
        compare({**STATEMENT, "note": ""}, STATEMENT)
    with pytest.raises(VerificationError, match="another release"):
        compare({**STATEMENT, "subject": [{"digest": {"sha256": "0"}}]}, STATEMENT)
