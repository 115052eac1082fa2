from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fairlearn.metrics as peer
import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn.metrics as sk
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import proofstone
from proofstone.core.errors import DataError, InputError
from proofstone.pipeline.assessment import Assessment, assess_file
from proofstone.report.record import Record

N = 400
RATES: dict[str, Callable[..., float]] = {
    "selection_rate": peer.selection_rate,
    "true_positive_rate": peer.true_positive_rate,
    "false_positive_rate": peer.false_positive_rate,
    "false_negative_rate": peer.false_negative_rate,
    "accuracy": sk.accuracy_score,
    "precision": sk.precision_score,
}
FIRM = {"metric": "roc_auc", "min": 0.6, "reason": "what the rules before it reach"}


def people() -> pd.DataFrame:
    """Numbers, a category, two protected columns, a label."""
    rng = np.random.default_rng(11)
    frame = pd.DataFrame(
        {
            "income": rng.normal(50, 15, N).round(1),
            "city": rng.choice(["north", "south"], N),
            "sex": rng.choice(["f", "m"], N),
            "race": rng.choice(["a", "b", "c"], N, p=[0.5, 0.3, 0.2]),
        }
    )
    chance = 1 / (1 + np.exp(-0.1 * (frame["income"] - 50) - (frame["sex"] == "m")))
    return frame.assign(repaid=np.where(rng.random(N) < chance, "yes", "no"))


FRAME = people()
X, Y = FRAME.drop(columns="repaid"), FRAME["repaid"]
MODEL = make_pipeline(
    make_column_transformer((StandardScaler(), ["income"]), (OneHotEncoder(), ["city"])),
    LogisticRegression(),
).fit(X[:100], Y[:100])


@pytest.fixture(scope="module")
def assessed() -> Assessment:
    return proofstone.assess(MODEL, X, Y, protected=["sex", "race"], gates=[FIRM])


@pytest.fixture
def scored(tmp_path: Path) -> Path:
    """A predictions file."""
    path = tmp_path / "scored.csv"
    FRAME.assign(p=MODEL.predict_proba(X)[:, 1]).to_csv(path, index=False)
    return path


def value(found: list[dict[str, Any]], metric: str, subject: str = "all") -> Any:
    (one,) = [f for f in found if (f["metric"], f["subject"]) == (metric, subject)]
    return one["value"]


@pytest.mark.parametrize("column", ["sex", "race"])
@pytest.mark.parametrize("metric", RATES)
def test_group_metrics_equal_fairlearns(assessed: Assessment, metric: str, column: str) -> None:
    truth = (Y == "yes").to_numpy()
    decided = MODEL.predict_proba(X)[:, 1] >= 0.5
    theirs = peer.MetricFrame(
        metrics=RATES[metric], y_true=truth, y_pred=decided, sensitive_features=FRAME[column]
    )
    found = assessed.findings
    for group, rate in theirs.by_group.items():
        assert value(found, metric, f"{column}={group}") == pytest.approx(rate, abs=1e-9)
    difference, ratio = theirs.difference(), theirs.ratio()
    assert value(found, f"{metric}_difference", column) == pytest.approx(difference, abs=1e-9)
    assert value(found, f"{metric}_ratio", column) == pytest.approx(ratio, abs=1e-9)
    assert value(found, metric) == pytest.approx(theirs.overall, abs=1e-9)


def test_quality_equals_scikit_learns(assessed: Assessment) -> None:
    truth, score = (Y == "yes").to_numpy(), MODEL.predict_proba(X)[:, 1]
    found = assessed.findings
    assert value(found, "roc_auc") == pytest.approx(sk.roc_auc_score(truth, score), abs=1e-9)
    assert value(found, "log_loss") == pytest.approx(sk.log_loss(truth, score), abs=1e-9)
    brier = sk.brier_score_loss(truth, score)
    assert value(found, "brier_score") == pytest.approx(brier, abs=1e-9)


class Polars:
    """A pipeline that is handed polars rows."""

    classes_ = MODEL.classes_

    def predict_proba(self, rows: pl.DataFrame) -> np.ndarray:
        assert isinstance(rows, pl.DataFrame)
        return np.asarray(MODEL.predict_proba(rows.to_pandas()))


@pytest.mark.parametrize(
    ("estimator", "rows", "labels", "protected"),
    [
        (Polars(), pl.from_pandas(X), pl.from_pandas(Y), ["sex", "race"]),
        (Polars(), pl.from_pandas(X), Y.tolist(), {"sex": X["sex"], "race": X["race"].tolist()}),
        (MODEL, X.set_index(np.arange(N) * 3), Y.to_numpy(), ["sex", "race"]),
    ],
    ids=["polars", "mapping", "index"],
)
def test_the_kind_of_table_does_not_count(
    estimator: Any, rows: Any, labels: Any, protected: Any, assessed: Assessment
) -> None:
    found = proofstone.assess(estimator, rows, labels, protected=protected).findings
    for one in assessed.findings:
        if one["value"] is not None:
            ours = value(found, one["metric"], one["subject"])
            assert ours == pytest.approx(one["value"], abs=1e-9), one["metric"]


def test_the_other_class_can_be_the_positive_one(assessed: Assessment) -> None:
    other = proofstone.assess(MODEL, X, Y, positive="no", threshold=0.4)
    assert other.threshold == 0.4
    assert other.record["task"] == {"label": "repaid", "positive": "no", "protected": []}
    auc = value(assessed.findings, "roc_auc")
    assert value(other.findings, "roc_auc") == pytest.approx(auc, abs=1e-9)
    decided = float(np.mean(MODEL.predict_proba(X)[:, 0] >= 0.4))
    assert value(other.findings, "selection_rate") == pytest.approx(decided, abs=1e-9)


def test_the_report_knows_label_class_and_groups(assessed: Assessment) -> None:
    record = Record(assessed.record)
    assert (record.label, record.positive) == ("repaid", "yes")
    assert record.task["protected"] == ["sex", "race"]
    assert json.loads(json.dumps(assessed.record, allow_nan=False)) == assessed.record
    assert proofstone.assess(MODEL, X, Y.tolist()).record["task"]["label"] == "y"


def test_gates_are_judged_in_their_order(assessed: Assessment) -> None:
    gates = [
        {"metric": "accuracy", "min": 0.99, "reason": "too much"},
        FIRM,
        {"metric": "selection_rate_difference", "subject": "sex", "max": 0.01, "reason": "so"},
        {"metric": "precision", "not_applicable": "nobody is hurt"},
    ]
    found = proofstone.assess(MODEL, X, Y, protected=["sex"], gates=gates)
    verdicts = [one["verdict"] for one in found.gates]
    assert verdicts[0] == found.verdict == "fail"
    assert verdicts[1] == assessed.verdict == "pass"
    assert verdicts[2] in {"fail", "inconclusive"}
    assert verdicts[3] == "not_applicable"
    assert [one["why_limit"] for one in found.gates][1] == FIRM["reason"]
    assert found.gates[3]["why_limit"] == "nobody is hurt"
    gated = [one for one in found.findings if one["limit"] is not None]
    assert len(gated) == 3


def test_without_gates_nothing_is_judged() -> None:
    found = proofstone.assess(MODEL, X, Y)
    assert (found.gates, found.verdict) == ([], "not_run")


def test_a_shut_gate_says_what_would_open_it() -> None:
    accuracy = value(proofstone.assess(MODEL, X, Y).findings, "accuracy")
    gate = {"metric": "accuracy", "min": accuracy - 0.01, "reason": "near"}
    (shut,) = proofstone.assess(MODEL, X, Y, gates=[gate]).gates
    assert shut["verdict"] == "inconclusive"
    (rows, *_) = shut["would_open"]
    assert rows == {"way": "rows", "rows": shut["rows_needed"], "now": N, "opens": True}


def test_of_a_minimum_and_a_maximum_both_show() -> None:
    gates = [
        {"metric": "roc_auc", "min": 0.99, "reason": "much"},
        {"metric": "roc_auc", "max": 1.0, "reason": "all"},
    ]
    found = proofstone.assess(MODEL, X, Y, gates=gates)
    assert [one["verdict"] for one in found.gates] == ["fail", "pass"]
    shown = [one for one in found.findings if one["metric"] == "roc_auc"]
    assert [(one["verdict"], one["limit"]) for one in shown] == [("fail", 0.99), ("pass", 1.0)]


def test_a_wrong_gate_is_named() -> None:
    with pytest.raises(InputError, match=r"gates\[1\].max: the gate has min and max"):
        proofstone.assess(MODEL, X, Y, gates=[FIRM, FIRM | {"max": 0.9}])


@pytest.mark.parametrize(
    ("rows", "labels", "options", "error", "says"),
    [
        (X, ["yes"] * N, {}, DataError, "all 400 labels"),
        (X, Y[:-1], {}, DataError, "X has 400 rows but y has 399"),
        (X, Y, {"protected": ["sexx"]}, DataError, "sexx"),
        (X, Y, {"protected": {"sex": ["f"]}}, DataError, "sex: X has 400 rows"),
        (X, Y.replace("no", "never"), {}, DataError, "never"),
        (X[:0], Y[:0], {}, DataError, "no rows"),
        (X, Y, {"threshold": 1.5}, InputError, "1.5"),
        (X, Y, {"positive": "maybe"}, InputError, "maybe"),
        (X.to_dict(), Y, {}, InputError, "dict"),
    ],
)
def test_wrong_input_is_named(
    rows: Any, labels: Any, options: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error) as caught:
        proofstone.assess(MODEL, rows, labels, **options)
    assert says in str(caught.value)


def test_an_object_without_probabilities_is_refused() -> None:
    with pytest.raises(InputError, match="has no predict_proba"):
        proofstone.assess(object(), X, Y)


def test_it_says_in_one_line_what_it_is(assessed: Assessment) -> None:
    found = len(assessed.findings)
    assert repr(assessed) == f"Assessment(verdict='pass', findings={found}, gates=1)"


def test_a_notebook_shows_the_report_and_a_file_holds_it(
    assessed: Assessment, tmp_path: Path
) -> None:
    shown = assessed._repr_html_()
    assert shown.startswith("<iframe")
    assert "repaid" in shown
    assessed.save(tmp_path / "deep" / "report.html")
    page = (tmp_path / "deep" / "report.html").read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert "Accuracy" in page


def test_a_predictions_file_gives_the_same_numbers(assessed: Assessment, scored: Path) -> None:
    document = assess_file(scored, label="repaid", score="p", protected=["sex", "race"])
    assert document["threshold"] == 0.5
    for metric in ("roc_auc", "log_loss", "accuracy"):
        ours = value(assessed.findings, metric)
        assert value(document["findings"], metric) == pytest.approx(ours, abs=1e-9)
    assert document["report"] == str(scored.with_name("scored-report.html"))
    assert "repaid" in Path(document["report"]).read_text()
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_sarif_names_the_gates_file_from_the_current_folder(
    scored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(scored.parent)
    gates, sarif = Path("my gates.yaml"), Path("g.sarif")
    gates.write_text("- {metric: roc_auc, min: 0.999, reason: too much}\n")
    assess_file(
        scored, label="repaid", score="p", protected=[], positive="yes", gates=gates, sarif=sarif
    )
    (result,) = json.loads(sarif.read_text())["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "my%20gates.yaml"
    assert "“yes”" in result["message"]["text"]


def test_a_predictions_file_with_gates_for_other_systems(scored: Path, tmp_path: Path) -> None:
    gates = tmp_path / "gates.yaml"
    gates.write_text(
        "- {metric: roc_auc, min: 0.6, reason: as before}\n\n"
        "- {metric: accuracy, min: 0.99, reason: too much}\n"
    )
    report, sarif, junit = (tmp_path / name for name in ("r.html", "g.sarif", "g.xml"))
    document = assess_file(
        scored, label="repaid", score="p", protected=[], positive="yes", threshold=0.4,
        gates=gates, report=report, sarif=sarif, junit=junit,
    )  # fmt: skip
    assert (document["threshold"], document["verdict"]) == (0.4, "fail")
    assert document["report"] == str(report)
    assert report.exists()
    (result,) = json.loads(sarif.read_text())["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": gates.resolve().as_uri()},
        "region": {"startLine": 3},
    }
    assert "case" in result["message"]["text"]
    suite = ET.parse(junit).getroot()
    assert len(list(suite.iter("testcase"))) == 2
    assert len(list(suite.iter("failure"))) == 1


def test_a_file_of_another_kind_says_which_and_has_its_page(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(size=N)
    frame = FRAME.assign(truth=truth, guess=truth + rng.normal(size=N))
    path = tmp_path / "guessed.csv"
    frame.to_csv(path, index=False)
    gates = tmp_path / "gates.yaml"
    gates.write_text("- {metric: mean_absolute_error, max: 1.2, reason: as before}\n")
    document = assess_file(path, label="truth", score="guess", protected=["sex"], gates=gates)
    assert document["task"] == {"kind": "number", "why": "label and score are numbers"}
    assert (document["threshold"], document["verdict"]) == (None, "pass")
    error = float(np.abs(frame["guess"] - truth).mean())
    assert value(document["findings"], "mean_absolute_error") == pytest.approx(error, abs=1e-6)
    assert "Mean absolute error" in Path(document["report"]).read_text()
    with pytest.raises(DataError, match="needs the query"):
        assess_file(path, label="truth", score="guess", protected=[], task="ranking")


def test_an_estimator_of_numbers_has_a_record_of_its_kind() -> None:
    found = proofstone.assess(LinearRegression().fit(X[["income"]], X["income"] * 2),
                              X[["income"]], X["income"] * 2)  # fmt: skip
    assert found.threshold is None
    assert found.record["task"] == {
        "label": "income", "positive": "", "protected": [], "kind": "number",
    }  # fmt: skip
    assert value(found.findings, "r_squared") == pytest.approx(1.0)


def test_what_recorded_predictions_cannot_say_is_listed(scored: Path) -> None:
    document = assess_file(scored, label="repaid", score="p", protected=["sex"])
    page = Path(document["report"]).read_text()
    assert "recorded predictions hold no answer about changed rows" in page


def test_the_function_stays_callable_whatever_was_imported_before() -> None:
    program = (
        "import proofstone.assess.labels; import proofstone;"
        "from proofstone import Assessment, assess;"
        "assert callable(assess) and proofstone.assess is assess;"
        "from proofstone.assess.foreign import estimators;"
        "assert proofstone.assess is assess and estimators.assess_estimator"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(proofstone.__file__).parents[1])}
    subprocess.run([sys.executable, "-W", "error", "-c", program], env=environment, check=True)
