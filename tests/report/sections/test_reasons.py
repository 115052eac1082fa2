"""The section about what explains decisions, shown from what the probes themselves return."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.explain.models import made, table

from proofstone.assess.asked import Table, assess_asked
from proofstone.assess.probes.dependence import dependence
from proofstone.assess.probes.explanation_stability import explanation_stability
from proofstone.assess.probes.recourse import recourse
from proofstone.assess.probes.rules import rules
from proofstone.assess.probes.shapley import shapley
from proofstone.checks.cases import DecisionCase
from proofstone.checks.oracle import Oracle
from proofstone.checks.shadows import Shadows
from proofstone.core.project.schema import Rule
from proofstone.models.constraints import Bounds, Constraints
from proofstone.models.estimator import Estimator
from proofstone.models.rows import Rows
from proofstone.pipeline.record import record_of
from proofstone.report.language import in_language
from proofstone.report.measures.reasons import MEASURES
from proofstone.report.record import Record
from proofstone.report.render import render
from proofstone.report.sections.explanations import view as explanations
from proofstone.report.sections.reasons import condition_text, view


@pytest.fixture(scope="module")
def found() -> list[dict[str, Any]]:
    frame, target = table()
    model, rows = made("lightgbm", frame, target), Rows.of(frame)
    rng = np.random.default_rng(0)
    score = model.scores(frame)
    shadows = Shadows(
        rng.random((6, 400)) < 0.5, np.clip(score + rng.normal(0, 0.1, (6, 400)), 0, 1)
    )
    about = DecisionCase(
        rows=rows,
        target=target.astype(int),
        threshold=np.full(400, 0.5),
        model=model,
        background=rows.take(np.arange(60)),
        protected={"side": np.where(np.arange(400) % 2, "left", "right").astype(object)},
        constraints=Constraints(
            {"age": Bounds("none")}, (Rule(name="far", expression="elsewhere > 1"),)
        ),
        shadows=shadows,
    )
    probes = [dependence, recourse, rules, explanation_stability, shapley]
    return [one.to_json() for one in Oracle(model).run(probes, about)]


def shown(record: dict[str, Any], found: list[dict[str, Any]], spoken: str = "en") -> Any:
    record["candidates"][0]["findings"] = found
    return in_language(spoken, lambda: view(Record(record)))


def test_each_metric_stands_somewhere(record: dict[str, Any], found: list[dict[str, Any]]) -> None:
    of_numbers = {"estimate_dependence_range", "estimate_effect_range", "surrogate_r_squared"}
    assert set(MEASURES) - of_numbers == {one["metric"] for one in found} & set(MEASURES)
    made_of = shown(record, found)
    names = {row["name"] for row in made_of["table"]["rows"]}
    assert {"Fidelity of the rules", "Decisions that a person could turn"} <= names
    assert "side=left" in names
    assert "Difference in the cost of turning a decision of side" in names
    assert len(made_of["curves"]) == 4


def test_curves_are_pictures_of_numbers_and_rows_of_categories(
    record: dict[str, Any], found: list[dict[str, Any]]
) -> None:
    curves = {one["name"]: one for one in shown(record, found)["curves"]}
    assert "curve against" in curves["income"]["chart"]
    assert {row["name"] for row in curves["job"]["rows"]} == {"clerk", "nurse", "smith"}
    assert curves["job"]["chart"] is None
    assert "points" in curves["income"]["range"]


def test_curves_have_their_numbers_for_who_cannot_see_them(
    record: dict[str, Any], found: list[dict[str, Any]]
) -> None:
    (one,) = [curve for curve in shown(record, found)["curves"] if curve["name"] == "income"]
    (details,) = [
        finding["details"] for finding in found
        if (finding["metric"], finding["subject"]) == ("partial_dependence_range", "income")
    ]  # fmt: skip
    assert len(one["numbers"]) == len(details["levels"])
    value, mean, ends, steps = one["numbers"][0]
    assert float(value) == pytest.approx(details["levels"][0], rel=1e-3)
    assert float(mean.rstrip("%")) == pytest.approx(100 * details["curve"][0], abs=0.051)
    assert ends == f"{100 * details['low'][0]:.1f}% to {100 * details['high'][0]:.1f}%".replace(
        ".0%", "%"
    )
    assert steps.endswith("%")
    record["candidates"][0]["findings"] += found
    page = render(record)
    assert "The numbers of this chart" in page[page.index("The score along single inputs") :]


@pytest.mark.parametrize("kind", ["number", "classes"])
def test_other_kinds_of_task_are_told_in_their_own_words(kind: str) -> None:
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({"a": rng.random(300), "b": rng.random(300)})

    class Priced:
        def predict(self, rows: pl.DataFrame) -> np.ndarray:
            return np.asarray(9000 * rows["a"].to_numpy() + 10)

        def predict_proba(self, rows: pl.DataFrame) -> np.ndarray:
            a, b = rows["a"].to_numpy(), rows["b"].to_numpy()
            return np.stack([a / 2, b / 2, 1 - (a + b) / 2], axis=1)

    model = (
        Estimator(Priced(), frame, asked="number") if kind == "number"
        else Estimator(Priced(), frame, classes=["<i>one", "two", "three"])
    )  # fmt: skip
    labels = rng.random(300) if kind == "number" else rng.choice(["<i>one", "two", "three"], 300)
    told = assess_asked(model, Table.of(frame.with_columns(y=pl.Series(labels)), "y"),
                        [shapley, dependence, rules, explanation_stability])  # fmt: skip
    record = record_of("made up", told.findings, [], task={"label": "y"})
    read = Record(record)
    reasons = in_language("en", lambda: view(read))
    explained = in_language("en", lambda: explanations(read))
    assert reasons is not None
    assert explained is not None
    if kind == "number":
        (curve,) = [one for one in reasons["curves"] if one["name"] == "a"]
        assert float(curve["range"].split(" ")[0].replace(",", "")) > 8000
        assert not any("%" in cell for row in curve["numbers"] for cell in row)
        assert "raise the estimate" in explained["towards"]
        assert {len(row["decision"]) > 0 for row in reasons["rules"]["rows"]} == {True}
        assert reasons["rules"]["alike"] == "The model's mean there"
    else:
        curves = {one["name"]: one for one in reasons["curves"]}
        assert curves["a"]["of"] in ("Probability of “<i>one”", "Probability of “three”")
        assert {row["decision"] for row in reasons["rules"]["rows"]} <= {
            "“<i>one”", "“two”", "“three”",
        }  # fmt: skip
        assert "taken for" in explained["towards"]
        assert any("”, " in one["score"] for one in explained["examples"])
    page = render(record)
    assert "<i>one" not in page
    assert 'id="zh-reasons"' in page


def test_rules_read_as_sentences(record: dict[str, Any], found: list[dict[str, Any]]) -> None:
    shown_rules = shown(record, found)["rules"]
    assert any(
        " is at most " in row["when"] or " is above " in row["when"] for row in shown_rules["rows"]
    )
    assert {row["decision"] for row in shown_rules["rows"]} == {
        "decided “yes”",
        "not decided “yes”",
    }
    assert shown_rules["text"].startswith("Taking the commoner decision")
    part = {"column": "a", "is": "above", "value": 3.0, "or_missing": True}
    other = {"column": "k", "is": "other", "value": "x", "or_missing": False}
    assert condition_text([part, other]) == "a is above 3 or missing and k is not “x”"
    assert condition_text([]) == "every row"


def test_recourse_says_what_was_held_and_shows_changes(
    record: dict[str, Any], found: list[dict[str, Any]]
) -> None:
    shown_recourse = shown(record, found)["recourse"]
    text = " ".join(shown_recourse["texts"])
    assert "not decided “yes”" in text
    assert "Held fixed: age." in text
    assert "not asked for: far." in text
    assert len(shown_recourse["examples"]) == 3
    for one in shown_recourse["examples"]:
        assert one["changes"]
        assert all(name != "age" for name, _, _ in one["changes"])


def test_the_gap_of_the_axiom_and_the_refits_are_told(
    record: dict[str, Any], found: list[dict[str, Any]]
) -> None:
    texts = shown(record, found)["texts"]
    assert texts[0].startswith("Shapley values and their starting point add up")
    assert texts[1].startswith("6 models were fitted")


def test_nothing_measured_is_no_section_and_odd_details_are_no_fault(
    record: dict[str, Any], found: list[dict[str, Any]]
) -> None:
    assert shown(record, []) is None
    spoilt = [one | {"details": {"levels": [1], "rules": 7, "examples": [None]}} for one in found]
    bare = shown(record, spoilt)
    assert bare["rules"] is None
    assert all(curve["chart"] is None for curve in bare["curves"])


def test_the_page_holds_it(record: dict[str, Any], found: list[dict[str, Any]]) -> None:
    record["candidates"][0]["findings"] += found
    page = render(record)
    assert page.count("What would turn a decision") >= 1
    assert page.count("curve against") >= 4
