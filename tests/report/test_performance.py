"""The section on classes, labels, numbers, rankings and coverage."""

from __future__ import annotations

import importlib
import re
from typing import Any

import numpy as np
import polars as pl
import pytest

from proofstone.assess.predictions import assess_predictions
from proofstone.core.finding import Finding
from proofstone.core.project.known import FITTING, Kind
from proofstone.pipeline.known import fitting_probes
from proofstone.pipeline.record import record_of
from proofstone.report.language import in_language
from proofstone.report.measures.performance import MEASURES, PLAIN
from proofstone.report.record import Record
from proofstone.report.render import render
from proofstone.report.sections.performance import view
from proofstone.report.sentences import sentence

PROBES = (
    "class_quality",
    "class_probabilities",
    "label_quality",
    "number_error",
    "ranking_quality",
    "exposure",
    "conformal",
)


def record(kind: Kind) -> dict[str, Any]:
    """The record of made-up predictions of one kind."""
    rng = np.random.default_rng(0)
    answers = rng.dirichlet(np.ones(3), 200)
    target = (answers.cumsum(axis=1) < rng.random((200, 1))).sum(axis=1)
    money = rng.normal(200, 50, 200)
    frame = pl.DataFrame(
        {
            "kind": np.array(["loan", "card", "<b>"])[target],
            "p_loan": answers[:, 0], "p_card": answers[:, 1], "p_<b>": answers[:, 2],
            "y_loan": target == 0, "y_card": target == 1, "y_<b>": target == 2,
            "money": money, "guess": money + rng.normal(0, 30, 200),
            "relevance": rng.integers(0, 3, 200), "q": np.arange(200) // 10,
            "sex": rng.choice(["f", "m"], 200),
        }
    )  # fmt: skip
    named: dict[Kind, dict[str, str]] = {
        "classes": {"label": "kind", "score": "p_*"},
        "labels": {"label": "y_*", "score": "p_*"},
        "number": {"label": "money", "score": "guess"},
        "ranking": {"label": "relevance", "score": "guess", "query": "q"},
    }
    probes = [one.load() for name, one in fitting_probes(kind).items() if name in FITTING[kind]]
    found = assess_predictions(frame, protected=["sex"], probes=probes, **named[kind])
    return record_of("made up", found.findings, [], task={"label": found.label})


def shown(kind: Kind, spoken: str = "en") -> Any:
    return in_language(spoken, lambda: view(Record(record(kind))))


def test_every_metric_of_these_probes_is_told() -> None:
    metrics = {
        metric
        for name in PROBES
        for metric in vars(importlib.import_module(f"proofstone.assess.probes.{name}"))[
            name
        ].metrics
    }
    elsewhere = {"accuracy", "log_loss", "expected_calibration_error"}
    assert metrics - elsewhere == set(MEASURES) - {"slice_absolute_error"}
    assert set(MEASURES) >= PLAIN


@pytest.mark.parametrize("metric", MEASURES)
def test_each_has_a_sentence_that_names_its_subject(metric: str) -> None:
    found = Finding(probe="p", metric=metric, subject="sex=f", value=0.25, low=0.2, high=0.3)
    told = in_language("en", lambda: sentence(Record({}), found))
    assert "sex=f" in told
    assert "{" not in told
    assert re.search(r"25|0\.25", told), told


def test_classes_have_a_table_and_their_confusions() -> None:
    found = shown("classes")
    assert [row["name"] for row in found["classes"]] == ["loan", "card", "<b>"]
    assert sum(int(row["n"]) for row in found["classes"]) == 200
    cells = [int(cell) for row in found["confusion"]["rows"] for cell in row["cells"]]
    assert sum(cells) == 200
    names = [row["name"] for row in found["table"]["rows"]]
    assert "Balanced accuracy" in names
    assert "Least coverage of a group" not in names
    assert any("covered least" in text for text in found["texts"])
    assert any("differs most for “" in text for text in found["texts"])
    assert found["bins"] == []


def test_numbers_stand_on_no_scale_from_0_to_1() -> None:
    found = shown("number")
    names = [row["name"] for row in found["numbers"]]
    assert names[:2] == ["Mean absolute error", "Root mean squared error"]
    assert 15 < float(found["numbers"][0]["value"]) < 35
    assert len(found["bins"]) == 10
    assert all(row["chart"] for row in found["bins"])
    charted = {row["name"] for row in found["table"]["rows"] if row["chart"]}
    assert "Mean error in percent" in charted
    assert not charted & set(names)


@pytest.mark.parametrize("kind", ["classes", "labels", "number", "ranking"])
def test_the_page_holds_the_section_and_escapes_names(kind: Kind) -> None:
    page = render(record(kind))
    assert 'id="en-performance"' in page
    assert 'id="zh-performance"' in page
    assert "<b>loan" not in page
    if kind in ("classes", "labels"):
        assert "&lt;b&gt;" in page


def test_nothing_measured_is_no_section() -> None:
    assert view(Record({})) is None
