from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from proofstone.assess.probes.adversarial_detection import adversarial_detection
from proofstone.assess.probes.boundary_attack import boundary_attack
from proofstone.assess.probes.corruptions import corruptions
from proofstone.assess.probes.gradient_attacks import gradient_attacks
from proofstone.assess.probes.smoothing import smoothing
from proofstone.report.language import in_language
from proofstone.report.measures.robustness import MEASURES
from proofstone.report.record import Record
from proofstone.report.sections import robustness


def shown(record: dict[str, Any], findings: list[Any]) -> Any:
    record["candidates"][0]["findings"] = findings
    return in_language("en", lambda: robustness.view(Record(record)))


def test_every_metric_of_the_probes_is_told() -> None:
    probes = adversarial_detection, boundary_attack, corruptions, gradient_attacks, smoothing
    assert {metric for probe in probes for metric in probe.metrics} <= set(MEASURES)


def test_nothing_measured_is_no_section(record: dict[str, Any]) -> None:
    assert shown(record, []) is None


def test_each_kind_of_damage_stands_in_a_row_and_the_worst_is_marked(
    record: dict[str, Any], fake: SimpleNamespace
) -> None:
    view = shown(
        record,
        [
            fake.finding("corrupted_flip_rate", 0.3, 0.25, 0.35),
            fake.finding("corrupted_flip_rate", 0.3, 0.26, 0.34, subject="corruption=units_x10"),
            fake.finding("corrupted_flip_rate", 0.1, 0.08, 0.12, subject="corruption=shifted",
                         details={"column": "pirat +"}),
            fake.finding("corrupted_auc_drop", 0.02, 0.01, 0.03, subject="corruption=shifted"),
            fake.finding("corrupted_auc_drop", 0.01, 0.0, 0.02, subject="corruption=reweighted"),
        ],
    )  # fmt: skip
    units, shifted, reweighted = view["damage"]
    assert [one["worst"] for one in view["damage"]] == [True, False, False]
    assert (units["name"], units["area"]["value"]) == ("One number ten times too large", "–")
    assert (shifted["column"], shifted["flips"]["value"]) == ("pirat +", "10.0%")
    assert shifted["area"] == {"value": "2.0 points", "interval": "1.0 to 3.0"}
    assert reweighted["chart"] is None
    assert [row["name"] for row in view["table"]["rows"]] == ["Decisions that damage flips"]


def test_costs_radii_and_norms_are_words(record: dict[str, Any], fake: SimpleNamespace) -> None:
    details = {"pgd": 0.5, "clean": 0.9, "size": 0.1}
    view = shown(
        record,
        [
            fake.finding("boundary_flip_rate", 0.2, 0.1, 0.3),
            fake.finding("boundary_flip_rate", 0.1, 0.0, 0.2, subject="cost<=0.1"),
            fake.finding("certified_accuracy", 0.7, 0.6, 0.8, subject="radius=0.25"),
            fake.finding("robust_accuracy", 0.4, 0.3, 0.5, subject="norm=linf", details=details),
        ],
    )
    assert [row["name"] for row in view["table"]["rows"]] == [
        "Decisions that a small, sought change flips",
        "at a cost of at most 0.1",
        "within a radius of 0.25",
        "by the largest difference",
    ]
    (text,) = view["texts"]
    assert "90% are right" in text
    assert "(PGD) leaves 50%, the ensemble of attacks 40%, within 0.10" in text


@pytest.mark.parametrize("odd", [{}, {"examples": [None]}, {"examples": [{"changes": {"x": 3}}]}])
def test_examples_of_another_shape_are_no_trouble(
    record: dict[str, Any], fake: SimpleNamespace, odd: dict[str, Any]
) -> None:
    view = shown(record, [fake.finding("boundary_cost", 0.3, 0.2, 0.4, details=odd)])
    assert all(one["changes"] == [] for one in view["examples"])


def test_the_cheapest_changes_are_shown(record: dict[str, Any], fake: SimpleNamespace) -> None:
    example = {"row": 7, "cost": 0.0123, "changes": {"pirat": [0.31, 0.5], "phist": ["no", "yes"]}}
    view = shown(
        record, [fake.finding("boundary_cost", 0.3, 0.2, 0.4, details={"examples": [example]})]
    )
    assert view["examples"] == [
        {
            "row": "7",
            "cost": "0.012",
            "changes": [
                {"column": "pirat", "before": "0.31", "after": "0.5"},
                {"column": "phist", "before": "no", "after": "yes"},
            ],
        }
    ]
