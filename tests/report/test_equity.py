"""The section on fairness beyond rates, and how its metrics are told."""

from __future__ import annotations

from typing import Any

import pytest

from proofstone.assess.probes.bias_sources import SOURCES, bias_sources
from proofstone.assess.probes.counterfactual_flip import counterfactual_flip
from proofstone.assess.probes.group_calibration import group_calibration
from proofstone.assess.probes.individual_fairness import individual_fairness
from proofstone.assess.probes.proxies import proxies
from proofstone.core.finding import Finding
from proofstone.report.language import in_language
from proofstone.report.measures import equity
from proofstone.report.record import Record
from proofstone.report.render import render
from proofstone.report.sections.equity import view
from proofstone.report.sentences import compares_groups, sentence

PROBES = (bias_sources, counterfactual_flip, group_calibration, individual_fairness, proxies)


def one(metric: str, subject: str = "sex", **rest: Any) -> dict[str, Any]:
    given = {"value": 0.12, "low": 0.04, "high": 0.2, "n": 400} | rest
    return Finding(probe="p", metric=metric, subject=subject, **given).to_json()


def told(record: dict[str, Any], *findings: dict[str, Any]) -> Any:
    shown = next(c for c in record["candidates"] if c["name"] == record["winner"])
    shown["findings"] += list(findings)
    return in_language("en", lambda: view(Record(record)))


def test_every_metric_of_the_probes_is_told() -> None:
    assert {metric for probe in PROBES for metric in probe.metrics} == set(equity.MEASURES)
    assert set(equity.SOURCES) == set(SOURCES)


def test_a_record_without_them_has_no_section(record: dict[str, Any]) -> None:
    assert in_language("en", lambda: view(Record(record))) is None


def test_sources_stand_in_order_and_what_is_beyond_chance_is_marked(record: dict[str, Any]) -> None:
    shown = told(
        record,
        one("added_gap", low=-0.01, details={"source": "algorithm"}),
        one("score_group_auc", value=0.61, low=0.55, high=0.7, details={"source": "model"}),
        one("base_rate_difference", details={"source": "data"}),
    )
    rows = shown["sources"]["rows"]
    assert [row["source"] for row in rows] == ["Data", "Model", "Algorithm"]
    assert [row["found"] for row in rows] == [True, True, False]
    assert rows[2]["value"] == "12.0 points"
    assert rows[1]["sentence"].startswith("Of 100 pairs of rows of one label")


def test_groups_flips_inputs_and_what_was_not_measured(record: dict[str, Any]) -> None:
    shown = told(
        record,
        one("calibration_gap", "sex=f", value=-0.06, low=-0.1, high=-0.02),
        one("calibration_gap_difference"),
        one("proxy_auc", value=0.7, details={"inputs": [{"input": "chist", "log_odds": 0.438}]}),
        one("decision_consistency", "all", value=0.93, low=0.9, high=0.95),
        one("counterfactual_flip_rate", value=None, low=None, high=None, reason="it is not read"),
    )
    assert shown["groups"]["rows"][0]["value"] == "−6.0 points"
    assert shown["spreads"] == [
        "Mean probabilities (sex) miss what happened by 12 points more in one group; the interval "
        "is 4 to 20."
    ]
    assert shown["inputs"] == [
        "sex is told most by: chist (0.44) (standard deviation of the log-odds)."
    ]
    assert "about 93 are that row's own" in shown["alike"][0]
    assert shown["absent"] == ["Decisions that hang on the attribute, sex: it is not read."]


@pytest.mark.parametrize("metric", equity.MEASURES)
def test_no_metric_is_taken_for_a_comparison_of_rates(metric: str) -> None:
    finding = Finding(probe="p", metric=metric, subject="sex", value=0.1, low=0.0, high=0.2)
    assert not compares_groups(finding)
    said = in_language("en", lambda: sentence(Record({}), finding))
    assert "(sex)" in said
    assert said.endswith(".")


def test_the_page_shows_it_and_stays_that_of_a_table(record: dict[str, Any]) -> None:
    told(record, one("base_rate_difference", details={"source": "data"}))
    page = render(record)
    assert "Five sources of bias" in page
    assert "Fairness beyond rates" in page
    assert not Record(record).speaks
