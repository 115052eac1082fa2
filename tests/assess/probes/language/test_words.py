from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
from tests.assess.probes.cases import recorded

from proofstone.assess.probes.language.words import words
from proofstone.checks.cases import DecisionCase
from proofstone.checks.oracle import Oracle
from proofstone.core.finding import Finding
from proofstone.models.calibration import Uncalibrated
from proofstone.models.contract import Feature, Signature
from proofstone.models.decision import Decision
from proofstone.models.prepare.texts import Texts
from proofstone.models.rows import Rows
from proofstone.models.runtimes.tfidf import Tfidf
from proofstone.models.tabular import TabularModel

TEXTS = ("good good tea", "awful tea", "awful, yet good: mail ann@example.com", "good tea")
KNOWN = ("awful", "good", "tea")


def model() -> TabularModel:
    runtime = Tfidf("words", 1, 9, KNOWN, np.array([2, 2, 5]), np.array([-4.0, 3.0, 0.1]), 0.2)
    signature = Signature((Feature("text", "text"),), "probabilities", ("no", "yes"), "yes")
    decision = Decision("fixed", "yes", 0.5)
    return TabularModel("m", signature, Texts(("text",)), runtime, Uncalibrated(), decision)


def run(*texts: str) -> list[Finding]:
    made = model()
    case = DecisionCase(
        rows=Rows.of(pl.DataFrame({"text": texts})),
        model=made,
        target=np.arange(len(texts)) % 2,
        threshold=np.full(len(texts), 0.5),
    )
    return Oracle(made).run([words], case)


def test_three_texts_and_what_their_words_added() -> None:
    (found,) = run(*TEXTS)
    rows = found.details["rows"]
    assert [row["row"] for row in rows] == [0, 1, 2]
    for row in rows:
        text = TEXTS[row["row"]]
        margin = float(model().runtime.margin(np.array([[text]], dtype=object))[0])
        total = row["base"] + row["rest"] + sum(value for _start, _end, value in row["parts"])
        assert total == pytest.approx(margin, abs=1e-5)
    first = rows[1]
    assert {first["text"][start:end]: value < 0 for start, end, value in first["parts"]} == {
        "awful": True, "tea": False,
    }  # fmt: skip


def test_personal_data_is_blacked_out_and_places_stay() -> None:
    (found,) = run(*TEXTS)
    text = found.details["rows"][2]["text"]
    assert "ann@example.com" not in json.dumps(found.to_json())
    assert len(text) == len(TEXTS[2])
    assert text.startswith("awful, yet good: mail █")


def test_long_texts_are_cut_and_the_rest_is_added_up() -> None:
    (found,) = run("good " * 100 + "awful", "tea", "awful")
    row = found.details["rows"][0]
    assert len(row["text"]) == 400
    assert len(row["parts"]) == 80
    margin = float(model().runtime.margin(np.array([["good " * 100 + "awful"]], dtype=object))[0])
    parts = sum(value for _start, _end, value in row["parts"])
    assert row["base"] + parts + row["rest"] == pytest.approx(margin, abs=1e-4)


def test_tables_are_left_to_the_other_probe() -> None:
    case, answers = recorded(np.array([0, 1]), np.array([0.2, 0.8]))
    (found,) = Oracle(answers).run([words], case)
    assert found.value is None
    assert "no released model" in found.reason
