"""Gates as JUnit XML, so that a CI system shows each as a test."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from proofstone.core.finding import Finding, Verdict
from proofstone.report.language import in_language
from proofstone.report.record import Gate, Record
from proofstone.report.sentences import judgement, rows_sentence, sentence

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(record: Mapping[str, Any]) -> str:
    """Return one test suite with a test case a gate, in English.

    `fail` and `inconclusive` are failures (a gate opens only on `pass`), `not_run` is an error,
    `not_applicable` is skipped.
    """
    return in_language("en", lambda: _suite(Record(record)))


def _suite(record: Record) -> str:
    verdicts = [gate.finding.verdict for gate in record.gates]
    suite = ElementTree.Element(
        "testsuite",
        name=_clean(f"proofstone.{record.name}" if record.name else "proofstone"),
        tests=str(len(verdicts)),
        failures=str(verdicts.count(Verdict.FAIL) + verdicts.count(Verdict.INCONCLUSIVE)),
        errors=str(verdicts.count(Verdict.NOT_RUN)),
        skipped=str(verdicts.count(Verdict.NOT_APPLICABLE)),
    )
    for gate in record.gates:
        _case(record, suite, gate)
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _case(record: Record, suite: ElementTree.Element, gate: Gate) -> None:
    finding = gate.finding
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=_clean(f"proofstone.gates.{finding.probe or 'none'}"),
        name=_clean(f"{finding.metric}[{finding.subject}]"),
    )
    tags = {
        Verdict.FAIL: "failure",
        Verdict.INCONCLUSIVE: "failure",
        Verdict.NOT_RUN: "error",
        Verdict.NOT_APPLICABLE: "skipped",
    }
    tag = tags.get(finding.verdict)
    if tag is None:
        return
    outcome = ElementTree.SubElement(case, tag, message=_clean(judgement(finding)))
    if tag != "skipped":
        outcome.set("type", str(finding.verdict))
        outcome.text = _clean(explain(record, finding))


def explain(record: Record, finding: Finding) -> str:
    """What was measured, how it was judged, and how many rows would decide."""
    texts = (sentence(record, finding), judgement(finding), rows_sentence(finding))
    return " ".join(text for text in texts if text)


def _clean(text: str) -> str:
    """Text without the control characters that XML 1.0 forbids."""
    return _FORBIDDEN.sub("�", text)
