from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from proofstone.report.junit import junit_xml


def test_a_test_case_for_each_gate(record: dict[str, Any]) -> None:
    suite = ElementTree.fromstring(junit_xml(record))[0]
    assert suite.attrib == {
        "name": "proofstone.credit", "tests": "5", "failures": "2", "errors": "1", "skipped": "0",
    }  # fmt: skip
    outcomes = [[child.tag for child in case] for case in suite]
    assert outcomes == [[], ["failure"], ["failure"], [], ["error"]]
    assert suite[1].attrib["name"] == "false_positive_rate_difference[afam]"
    assert "breaks it" in suite[1][0].attrib["message"]
    assert suite[2][0].attrib["type"] == "inconclusive"
    assert "About 5,200 judged rows would decide" in (suite[2][0].text or "")


def test_a_gate_that_does_not_apply_is_skipped(record: dict[str, Any]) -> None:
    record["gates"] = [record["gates"][4] | {"verdict": "not_applicable", "reason": "no rounding"}]
    suite = ElementTree.fromstring(junit_xml(record))[0]
    assert (suite.attrib["skipped"], suite.attrib["errors"]) == ("1", "0")
    assert "no rounding" in suite[0][0].attrib["message"]


def test_without_gates_there_is_an_empty_suite() -> None:
    assert ElementTree.fromstring(junit_xml({}))[0].attrib["tests"] == "0"


@given(st.text(), st.text())
def test_any_text_gives_xml(name: str, subject: str) -> None:
    gate = {"metric": "m", "subject": subject, "verdict": "not_run", "reason": name}
    text = junit_xml({"name": name, "gates": [gate]})
    assert len(ElementTree.fromstring(text.encode("utf-8", "strict"))[0]) == 1
