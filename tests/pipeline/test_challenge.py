from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml
from skl2onnx import to_onnx
from sklearn.linear_model import LogisticRegression
from tests.pipeline.small import DOCUMENT, FILE, Ran, run, table

from proofstone.core.errors import DataError, InputError
from proofstone.models.contract import Feature, Predict, Signature
from proofstone.models.predictions import Recorded
from proofstone.models.rows import Rows
from proofstone.models.tabular import TabularModel
from proofstone.pipeline.challenge import challenge, challenge_file, no_worse
from proofstone.pipeline.contender import Contender, contender_of, release_of

ALONE = {"candidates": DOCUMENT["train"]["candidates"][:1]}


@pytest.fixture
def scored(tmp_path: Path) -> Path:
    rng = np.random.default_rng(3)
    margin = 2 * rng.normal(size=600)
    path = tmp_path / "scored.csv"
    pl.DataFrame(
        {
            "y": (rng.random(600) < 1 / (1 + np.exp(-margin))).astype(int),
            "old": 1 / (1 + np.exp(-margin - 2.5 * rng.normal(size=600))),
            "new": 1 / (1 + np.exp(-margin - 0.1 * rng.normal(size=600))),
            "sex": rng.choice(["f", "m"], 600),
        }
    ).write_csv(path)
    return path


def values(document: dict[str, object]) -> dict[tuple[str, str], float | None]:
    found = document["findings"]
    assert isinstance(found, list)
    return {(one["metric"], one["subject"]): one["value"] for one in found}


def test_two_columns_of_a_file(scored: Path) -> None:
    told = {"label": "y", "champion": "old", "challenger": "new", "protected": ["sex"]}
    found = challenge_file(scored, **told)
    assert found["verdict"] == "pass"
    assert [gate["verdict"] for gate in found["gates"]] == ["pass"] * 3
    assert found["champion"] == {"kind": "column", "name": "old"}
    assert (found["rows"], found["margin"]) == (600, 0.01)
    page = Path(found["report"]).read_text("utf-8")
    assert found["report"] == str(scored.with_name("scored-challenge.html"))
    for language in ("en", "zh"):
        assert f'id="{language}-challenge"' in page
    other = challenge_file(scored, **told | {"champion": "new", "challenger": "old"})
    assert other["verdict"] == "fail"
    assert values(other)["roc_auc_change", "all"] == -values(found)["roc_auc_change", "all"]


def test_declared_gates_stand_in_the_place_of_the_usual_ones(scored: Path, tmp_path: Path) -> None:
    gates = tmp_path / "gates.yaml"
    gates.write_text(
        "- {metric: selection_rate_difference_change, subject: sex, max: 0.3, reason: fair}\n"
        "- {metric: decision_change_rate, max: 0.01, reason: few letters}\n"
    )
    found = challenge_file(
        scored, label="y", champion="old", challenger="new", protected=["sex"], gates=gates
    )
    assert [gate["verdict"] for gate in found["gates"]] == ["pass", "fail"]


@pytest.mark.parametrize("margin", [-0.1, 1.0])
def test_a_margin_that_is_none(margin: float) -> None:
    with pytest.raises(InputError, match="margin"):
        no_worse(margin)


def test_a_candidate_meets_the_release_on_cross_fitted_answers(ran: Ran, tmp_path: Path) -> None:
    winner = ran.outcome.record["winner"]
    other = next(name for name in ("plain", "weighed") if name != winner)
    page = tmp_path / "page.html"
    found = challenge(ran.store, other, champion="latest", report=page)
    assert found["champion"]["kind"] == "release"
    assert found["challenger"] == {
        "kind": "candidate", "name": other, "release": ran.outcome.release,
    }  # fmt: skip
    assert {one["evidence"] for one in found["findings"]} == {"procedure"}
    assert found["seen"] == {}
    measured = {
        candidate["name"]: {
            (one["metric"], one["subject"]): one["value"] for one in candidate["findings"]
        }
        for candidate in ran.outcome.record["candidates"]
    }
    for metric in ("roc_auc", "accuracy"):
        expected = measured[other][metric, "all"] - measured[winner][metric, "all"]
        assert values(found)[f"{metric}_change", "all"] == pytest.approx(expected, abs=1e-9)


def test_a_file_of_rows_tells_how_many_were_trained_on(ran: Ran, tmp_path: Path) -> None:
    fresh = table(400).tail(160).with_columns(income=pl.col("income") + 0.05)
    both = pl.concat([table().head(40), fresh])
    both.write_csv(tmp_path / "rows.csv")
    found = challenge(
        ran.store, "weighed", champion="latest", data=tmp_path / "rows.csv",
        report=tmp_path / "page.html",
    )  # fmt: skip
    assert found["rows"] == 200
    assert found["seen"]["champion"] in (39, 40)
    assert "may have been trained on them" in (tmp_path / "page.html").read_text("utf-8")
    assert {one["evidence"] for one in found["findings"]} == {"bytes"}


def test_a_model_is_asked_about_the_judged_rows(ran: Ran, tmp_path: Path) -> None:
    model: TabularModel = contender_of(ran.store, "weighed").model()
    found = challenge(ran.store, model, champion="latest", report=tmp_path / "page.html")
    assert found["challenger"]["kind"] == "model"
    judged = release_of(ran.store, "latest").answers()
    frame = release_of(ran.store, "latest").table()
    assert judged is not None
    assert frame is not None
    rows = Rows.of(frame[judged["row"].to_numpy()])
    score = model.answer(Predict(), rows)[:, model.signature.classes.index("no")]
    right = (score >= 0.5) == (judged["label"].to_numpy() == 1)
    before = judged["decision"].to_numpy() == (judged["label"].to_numpy() == 1)
    assert values(found)["accuracy_change", "all"] == pytest.approx(right.mean() - before.mean())


def test_an_onnx_file_takes_the_champions_columns(ran: Ran, tmp_path: Path) -> None:
    champion = release_of(ran.store, "latest")
    judged, whole = champion.answers(), champion.table()
    assert judged is not None
    assert whole is not None
    frame = whole[judged["row"].to_numpy()]
    matrix = frame.select("income", "debt").to_numpy().astype(np.float32)
    label = frame["repaid"].to_numpy().astype(str)
    rival = LogisticRegression().fit(matrix, label)
    made = to_onnx(rival, matrix[:1], options={"zipmap": False})
    (tmp_path / "rival.onnx").write_bytes(made.SerializeToString())
    found = challenge(
        ran.store, str(tmp_path / "rival.onnx"), champion="latest", report=tmp_path / "p.html"
    )
    assert found["challenger"] == {"kind": "model", "name": "rival.onnx", "release": None}
    right = (rival.predict(matrix) == label).mean()
    before = (judged["decision"].to_numpy() == (judged["label"].to_numpy() == 1)).mean()
    assert values(found)["accuracy_change", "all"] == pytest.approx(right - before)


def test_on_other_data_neither_is_asked_about_a_row_that_it_has_seen(
    ran: Ran, tmp_path: Path
) -> None:
    shutil.copytree(ran.directory, tmp_path / "loans")
    (tmp_path / "loans" / FILE).write_text(yaml.safe_dump({**DOCUMENT, "train": ALONE}))
    fresh = table(300).tail(60).with_columns(income=pl.col("income") + 0.05)
    pl.concat([table(), fresh]).write_csv(tmp_path / "loans" / "loans.csv")
    second = run(tmp_path / "loans", workers=1)
    found = challenge(
        second.store, "latest", champion=ran.outcome.release[:12], report=tmp_path / "page.html"
    )
    own = contender_of(second.store, "latest").answers()
    champion = release_of(ran.store, ran.outcome.release)
    before, whole = champion.answers(), contender_of(second.store, "latest").table()
    second.store.close()
    assert found["challenger"]["release"] == second.outcome.release
    assert (found["seen"], found["rows"]) == ({}, 299)
    assert own is not None
    assert before is not None
    assert whole is not None
    model, new = champion.model(), whole.tail(60)
    told = [*before.sort("row")["decision"], *model.decide(new, model.scores(new))]
    truth = own.sort("row")["label"].to_numpy() == 1
    right = [np.mean(np.array(one) == truth) for one in (told, own.sort("row")["decision"])]
    assert values(found)["accuracy_change", "all"] == pytest.approx(right[1] - right[0])


def test_releases_that_decide_about_different_things_do_not_meet(ran: Ran, tmp_path: Path) -> None:
    shutil.copytree(ran.directory, tmp_path / "loans")
    other = {**DOCUMENT, "train": ALONE, "task": {**DOCUMENT["task"], "positive": "yes"}}
    (tmp_path / "loans" / FILE).write_text(yaml.safe_dump(other))
    second = run(tmp_path / "loans", workers=1)
    with pytest.raises(InputError, match="decides about repaid = yes"):
        challenge(second.store, "latest", champion=ran.outcome.release, report=tmp_path / "p.html")
    second.store.close()


def test_rows_that_are_gone_are_asked_for(
    ran: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Contender, "answers", lambda self: None)
    with pytest.raises(InputError, match="no longer kept") as caught:
        challenge(ran.store, "weighed", champion="latest", report=tmp_path / "p.html")
    assert "--data" in str(caught.value.hint)


def test_a_model_of_many_classes_decides_nothing(ran: Ran, tmp_path: Path) -> None:
    rows = Rows.of(table())
    signature = Signature((Feature("income", "number"),), "probabilities", ("a", "b", "c"))
    model = Recorded(rows, np.full((len(rows), 3), 1 / 3), signature)
    with pytest.raises(InputError, match="knows 3 classes"):
        challenge(ran.store, model, champion="latest", report=tmp_path / "p.html")


def test_a_model_that_calls_its_classes_otherwise_is_refused(ran: Ran, tmp_path: Path) -> None:
    rows = Rows.of(table())
    signature = Signature((Feature("income", "number"),), "probabilities", ("bad", "good"), "good")
    model = Recorded(rows, np.full((len(rows), 2), 0.5), signature)
    with pytest.raises(InputError, match="bad, good, and 'no' is none of them"):
        challenge(ran.store, model, champion="latest", report=tmp_path / "p.html")


def test_a_threshold_is_of_models_that_bring_none(ran: Ran, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="threshold is given, but weighed decides by its own"):
        challenge(
            ran.store, "weighed", champion="latest", threshold=0.4, report=tmp_path / "p.html"
        )
    model = contender_of(ran.store, "weighed").model()
    with pytest.raises(InputError, match="threshold 7 is not between"):
        challenge(ran.store, model, champion="latest", threshold=7, report=tmp_path / "p.html")


def test_what_is_not_there_is_named(ran: Ran, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="neither a release nor a candidate"):
        challenge(ran.store, "wieghed", champion="latest", report=tmp_path / "p.html")
    with pytest.raises(InputError, match="no release stands in production"):
        challenge(ran.store, "weighed", report=tmp_path / "p.html")
    pl.DataFrame({"income": [1.0, 2.0], "debt": [1.0, 2.0], "sex": ["f", "m"]}).write_csv(
        tmp_path / "rows.csv"
    )
    with pytest.raises(DataError, match="repaid"):
        challenge(
            ran.store, "weighed", champion="latest", data=tmp_path / "rows.csv",
            report=tmp_path / "p.html",
        )  # fmt: skip
