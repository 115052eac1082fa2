"""Gates that did not pass as SARIF 2.1.0 results (OASIS 2020), for code-scanning views."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from proofstone.core.canonical import digest_json
from proofstone.core.finding import Finding, Verdict
from proofstone.report.junit import explain
from proofstone.report.language import in_language
from proofstone.report.record import Record
from proofstone.report.terms import meaning, metric_name

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_OUTCOME = {
    Verdict.FAIL: ("fail", "error"),
    Verdict.INCONCLUSIVE: ("review", "none"),
    Verdict.NOT_RUN: ("open", "none"),
}


def sarif_log(
    record: Mapping[str, Any], *, file: str = "proofstone.yaml", lines: Sequence[int] = ()
) -> str:
    """Return a SARIF log (JSON text): one result for each gate that neither passed nor was excused.

    A broken limit has kind `fail` and level `error`; an undecided one kind `review`, one that was
    not measured kind `open` (SARIF 2.1.0, section 3.27.9). Results point at the URI `file`, each at
    the line in `lines` of its gate, line 1 where there is none.
    """
    log = in_language("en", lambda: _log(Record(record), file, lines))
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _log(record: Record, file: str, lines: Sequence[int]) -> dict[str, Any]:
    places = [*lines, *[1] * (len(record.gates) - len(lines))]
    shut = [
        (gate.finding, _place(file, line))
        for gate, line in zip(record.gates, places, strict=True)
        if gate.finding.verdict in _OUTCOME
    ]
    rules = list(dict.fromkeys(finding.metric for finding, _at in shut))
    results = [_result(record, one, rules.index(one.metric), place) for one, place in shut]
    driver = {"name": "Proofstone", "rules": [_rule(metric) for metric in rules]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _place(file: str, line: int) -> dict[str, Any]:
    where = {"artifactLocation": {"uri": file}, "region": {"startLine": line}}
    return {"physicalLocation": where}


def _rule(metric: str) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": metric, "shortDescription": {"text": metric_name(metric)}}
    if meaning(metric):
        rule["fullDescription"] = {"text": meaning(metric)}
    return rule


def _result(
    record: Record, finding: Finding, index: int, place: Mapping[str, Any]
) -> dict[str, Any]:
    kind, level = _OUTCOME[finding.verdict]
    measured = ("subject", "value", "low", "high", "limit", "direction", "n", "level")
    return {
        "ruleId": finding.metric,
        "ruleIndex": index,
        "kind": kind,
        "level": level,
        "message": {"text": explain(record, finding)},
        "locations": [dict(place)],
        "partialFingerprints": {
            "gate/v1": digest_json([record.name, finding.metric, finding.subject])
        },
        "properties": {name: getattr(finding, name) for name in measured}
        | {"verdict": str(finding.verdict)},
    }
