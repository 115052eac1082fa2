"""The winner follows from the declared rule over measured bounds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from proofstone.checks.gate import judge_all
from proofstone.core.artifact import Draft
from proofstone.core.canonical import canonical_json
from proofstone.core.finding import Finding, Verdict
from proofstone.core.project.schema import Gate, Select
from proofstone.core.step import Context, step

_RANK = {Verdict.PASS: 0, Verdict.INCONCLUSIVE: 1, Verdict.NOT_RUN: 2, Verdict.FAIL: 3}


@step("select", outputs=("choice",))
def select(context: Context) -> Mapping[str, Draft]:
    """Rank the candidates and name the winner.

    By verdict first: pass, inconclusive, not run, fail; then the fewer gates not passed; then the
    better end of the preferred metric's interval; then the order of the project file.
    """
    gates = [Gate.model_validate(gate) for gate in context.settings["gates"]]
    rule = Select.model_validate(context.settings["select"])
    ranking = []
    for name in context.settings["candidates"]:
        inputs = [context.inputs[one] for one in (name, f"change/{name}") if one in context.inputs]
        documents = [json.loads(one.read("findings.json")) for one in inputs]
        findings = [Finding.from_json(one) for document in documents for one in document]
        ranking.append(_entry(name, findings, gates, rule))
    ranking.sort(key=_order)
    document = {"winner": ranking[0]["name"], "rule": rule_text(rule), "ranking": ranking}
    return {"choice": Draft("choice", {"choice.json": canonical_json(document)})}


def rule_text(rule: Select) -> str:
    """The rule as one English sentence, as it stands in the record."""
    way = "greatest" if rule.greatest else "least"
    return (
        "candidates whose gates all pass come first, then inconclusive ones, then those with a "
        "gate not run, then those with a failed one; within each, the fewest gates not passed; "
        f"then the {way} {rule.bound} bound of {rule.prefer}"
    )


def _entry(name: str, findings: list[Finding], gates: list[Gate], rule: Select) -> dict[str, Any]:
    opening = judge_all(findings, gates)
    preferred = next(
        (one for one in findings if one.metric == rule.prefer and one.subject == "all"), None
    )
    bound = getattr(preferred, rule.bound) if preferred is not None else None
    better = None if bound is None else (bound if rule.greatest else -bound)
    return {
        "name": name,
        "verdict": str(opening.verdict),
        "not_passed": sum(
            one.verdict not in (Verdict.PASS, Verdict.NOT_APPLICABLE) for one in opening.gates
        ),
        "preferred": better,
        "gates": [finding.to_json() | {"details": {}} for finding in opening.gates],
    }


def _order(entry: Mapping[str, Any]) -> tuple[int, int, float]:
    preferred = entry["preferred"]
    last = float("inf") if preferred is None else -float(preferred)
    return _RANK[Verdict(entry["verdict"])], int(entry["not_passed"]), last
