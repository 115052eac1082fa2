"""An ONNX file, an inference server (ours and another) and a release, assessed on a table."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import polars as pl
import pytest
import uvicorn
from sklearn import metrics
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.ensemble import RandomForestClassifier
from tests.models.foreign.oip import Tensors, answered, hosting, tensor
from tests.registry.releases import verified as verified_release

import proofstone
from proofstone.assess.asked import Table
from proofstone.assess.foreign.meaning import Said
from proofstone.checks.memory import never
from proofstone.core.budget import Prices
from proofstone.core.errors import Cancelled, InputError
from proofstone.interfaces.rest.app import create_app
from proofstone.interfaces.rest.server import listen
from proofstone.pipeline.asked import (
    Asking,
    assess_inference,
    assess_object,
    assess_onnx,
    assess_release,
)
from proofstone.pipeline.known import fitting_probes
from proofstone.pipeline.limits import Limits
from proofstone.registry.verify import VerifiedModel
from proofstone.serve.server import ModelServer
from proofstone.store.store import Store

ONNX = Path(__file__).parents[1] / "fixtures" / "onnx"
PROBES = ("discrimination", "probability", "decision_rates", "group_fairness")
GATES = """\
- {metric: roc_auc, min: 0.9, reason: "what the last one reached"}
- {metric: accuracy, min: 0.99, reason: "more than there is"}
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / ".proofstone")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def verified(tmp_path_factory: pytest.TempPathFactory) -> VerifiedModel:
    return verified_release(tmp_path_factory.mktemp("release"))


@pytest.fixture
def loans(tmp_path: Path, verified: VerifiedModel) -> Path:
    """Rows as the release takes them, with what happened and a column of people."""
    rng = np.random.default_rng(4)
    rows = pl.DataFrame(
        {
            "income": rng.uniform(0, 60, 150).round(1),
            "purpose": rng.choice(["car", "home", "trip"], 150),
            "employed": rng.random(150) < 0.7,
        }
    )
    happened = rng.random(150) < verified.model.scores(rows)
    path = tmp_path / "loans.csv"
    rows.with_columns(
        denied=np.where(happened, "yes", "no"), sex=rng.choice(["f", "m"], 150)
    ).write_csv(path)
    return path


def by(document: dict[str, Any]) -> dict[str, Any]:
    return {one["metric"]: one for one in document["findings"] if one["subject"] == "all"}


@contextmanager
def serving(verified: VerifiedModel) -> Iterator[str]:
    """Our own server, as it is, on a free port of the loopback."""
    with listen("127.0.0.1", 0) as listening:
        config = uvicorn.Config(create_app(ModelServer(verified)), log_config=None, lifespan="on")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def test_an_onnx_file_of_tensorflow_and_its_gates(tmp_path: Path) -> None:
    table = load_breast_cancer()
    frame = pl.DataFrame(table.data[:, :10], schema=[f"x{at}" for at in range(10)])
    sex = np.random.default_rng(0).choice(["f", "m"], len(frame))
    frame.with_columns(y=pl.Series(table.target), sex=sex).write_csv(tmp_path / "rows.csv")
    (tmp_path / "gates.yaml").write_text(GATES)
    document = assess_onnx(
        ONNX / "keras.onnx",
        Asking(
            tmp_path / "rows.csv", "y", protected=["sex"], probes=PROBES,
            gates=tmp_path / "gates.yaml", report=tmp_path / "report.html",
        ),
    )  # fmt: skip
    found = by(document)
    assert document["task"] == {"kind": "decision"}
    assert (found["roc_auc"]["verdict"], found["accuracy"]["verdict"]) == ("pass", "fail")
    assert document["verdict"] == "fail"
    assert found["roc_auc"]["value"] > 0.9
    assert any(one["subject"] == "sex" for one in document["findings"])
    assert "what the last one reached" in (tmp_path / "report.html").read_text("utf-8")


def test_an_onnx_file_of_mxnet_of_three_classes(tmp_path: Path) -> None:
    table = load_wine()
    frame = pl.DataFrame(table.data, schema=[f"x{at}" for at in range(13)])
    labels = pl.Series(table.target).cast(pl.String)
    holed = pl.when(pl.int_range(178) < 3).then(None).otherwise(labels)
    frame.with_columns(y=holed).write_csv(tmp_path / "rows.csv")
    document = assess_onnx(ONNX / "mxnet.onnx", Asking(tmp_path / "rows.csv", "y"))
    found = by(document)
    assert document["task"] == {"kind": "classes"}
    assert found["accuracy"]["value"] > 0.95
    assert (found["accuracy"]["n"], found["unlabelled_rows"]["n"]) == (175, 3)
    page = Path(document["report"])
    assert page.name == "mxnet-report.html"
    assert "3 of 178 rows have no label" in page.read_text("utf-8")


def test_a_release_decides_by_its_own_threshold(loans: Path, verified: VerifiedModel) -> None:
    document = assess_release(verified, Asking(loans, "denied", protected=["sex"], probes=PROBES))
    frame = pl.read_csv(loans)
    scores = verified.model.scores(frame)
    found, target = by(document), (frame["denied"] == "yes").to_numpy()
    assert found["roc_auc"]["value"] == pytest.approx(metrics.roc_auc_score(target, scores))
    assert found["selection_rate"]["value"] == pytest.approx((scores >= 0.4).mean())
    moved = assess_release(verified, Asking(loans, "denied", threshold=0.7, probes=PROBES))
    assert by(moved)["selection_rate"]["value"] == pytest.approx((scores >= 0.7).mean())


def test_our_own_server_is_assessed_as_the_release_behind_it(
    loans: Path, verified: VerifiedModel, store: Store
) -> None:
    asking = Asking(loans, "denied", protected=["sex"], threshold=0.4, probes=PROBES)
    direct = assess_release(verified, asking)
    with serving(verified) as url:
        remote = assess_inference(url, "loans", store, asking)
    assert by(remote).keys() == by(direct).keys()
    for metric, one in by(direct).items():
        assert by(remote)[metric]["value"] == pytest.approx(one["value"], abs=1e-12), metric
    assert remote["spent"]["calls"] == 1 + 1 + 3  # metadata, the first rows, 150 rows by 64


def scored(tensors: Tensors) -> tuple[int, dict[str, Any]]:
    a = np.array(tensors["a"]["data"], dtype=np.float64)
    p = 1 / (1 + np.exp(-a))
    return answered(tensor("probability", "FP64", [len(p)], p.tolist()))


INPUTS = [tensor("a", "FP64", [-1, 1])]
OUTPUTS = [tensor("probability", "FP64", [-1])]


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    rng = np.random.default_rng(9)
    a = rng.normal(size=600)
    path = tmp_path / "rows.csv"
    pl.DataFrame({"a": a, "y": (a + rng.normal(size=600) > 0).astype(int)}).write_csv(path)
    return path


def test_a_server_that_stops_halfway_is_not_paid_twice(rows: Path, store: Store) -> None:
    asking = Asking(rows, "y", probes=PROBES)
    left = [7]

    def answer(tensors: Tensors) -> tuple[int, dict[str, Any]]:
        left[0] -= 1
        return scored(tensors) if left[0] >= 0 else (403, {"error": "no more for today"})

    with hosting(answer, INPUTS, OUTPUTS) as guest:
        first = assess_inference(guest.url, "guest", store, asking, concurrency=1)
        assert {one["verdict"] for one in first["findings"]} == {"not_run"}
        assert all("403 no more for today" in one["reason"] for one in first["findings"])
        left[0], before = 10**6, len(guest.asked)
        again = assess_inference(guest.url, "guest", store, asking, concurrency=1)
        asked = [len(one["a"]["data"]) for one in guest.asked[before:]]
        assert sum(asked) == 16 + 600 - 6 * 64
        last = len(guest.asked)
        assess_inference(guest.url, "guest", store, asking, concurrency=1)
        assert len(guest.asked) == last + 1
    frame = pl.read_csv(rows)
    expected = metrics.roc_auc_score(frame["y"], frame["a"])
    assert by(again)["roc_auc"]["value"] == pytest.approx(expected)


def test_explanations_are_not_paid_twice_either(rows: Path, store: Store) -> None:
    asking = Asking(rows, "y", probes=["shapley"])
    with hosting(scored, INPUTS, OUTPUTS) as guest:
        first = assess_inference(guest.url, "guest", store, asking)
        again = assess_inference(guest.url, "guest", store, asking)
    assert first["spent"]["calls"] > again["spent"]["calls"] == 2  # metadata, the first rows
    assert first["findings"] == again["findings"]
    shares = {one["subject"]: one["value"] for one in first["findings"]}
    assert shares["a"] > 0


def test_a_budget_ends_it_and_says_so(rows: Path, store: Store) -> None:
    asking = Asking(rows, "y", probes=PROBES)
    with hosting(scored, INPUTS, OUTPUTS) as guest:
        found = assess_inference(guest.url, "guest", store, asking, limits=Limits(calls=4))
        assert found["spent"]["calls"] == 4
        assert len(guest.asked) == 3
        assert all("the budget of 4 calls" in one["reason"] for one in found["findings"])
        with pytest.raises(InputError, match="the budget of 0 calls"):
            assess_inference(guest.url, "guest", store, asking, limits=Limits(calls=0))


def test_a_cap_on_money_ends_it_and_what_was_paid_is_replayed(rows: Path, store: Store) -> None:
    asking = Asking(rows, "y", probes=PROBES)
    prices = Prices(call=0.5, row=0.01)
    with hosting(scored, INPUTS, OUTPUTS) as guest:
        # The first 16 rows cost 0.66, a full request 1.14: six of them fit.
        limits = Limits(money=8.0, prices=prices)
        first = assess_inference(guest.url, "guest", store, asking, limits=limits)
        assert {one["verdict"] for one in first["findings"]} == {"not_run"}
        assert all("the budget of 8 in money" in one["reason"] for one in first["findings"])
        asked = [one["a"]["shape"][0] for one in guest.asked]
        assert sorted(asked) == [16, *[64] * 6]
        assert first["spent"]["money"] == pytest.approx(0.66 + 6 * 1.14)
        before = len(guest.asked)
        again = assess_inference(guest.url, "guest", store, asking, limits=limits)
        asked = [one["a"]["shape"][0] for one in guest.asked[before:]]
        assert sum(asked) == 16 + 600 - 6 * 64
    assert by(again)["roc_auc"]["value"] > 0.7
    assert again["spent"]["money"] == pytest.approx(0.5 * len(asked) + 0.01 * sum(asked))


def test_a_plan_says_what_it_costs_and_no_more_is_spent(rows: Path, store: Store) -> None:
    limits = Limits(prices=Prices(call=0.5, row=0.01))
    asking = Asking(rows, "y", probes=[*PROBES, "consistency", "shapley", "boundary_attack"])
    with hosting(scored, INPUTS, OUTPUTS) as guest:
        told = assess_inference(
            guest.url, "guest", store, replace(asking, plan=True), limits=limits
        )
        looked = told["spent"]
        found = assess_inference(guest.url, "guest", store, asking, limits=limits)
    assert looked["money"] == pytest.approx(0.66)
    assert told["requests"] >= found["spent"]["calls"] - looked["calls"]
    assert told["cost"] >= found["spent"]["money"] - looked["money"] > 5.0
    assert told["seconds"] > 0


def test_what_is_stopped_writes_nothing_and_keeps_what_was_answered(
    rows: Path, store: Store
) -> None:
    with hosting(scored, INPUTS, OUTPUTS) as guest:
        asking = Asking(rows, "y", probes=PROBES, cancelled=lambda: len(guest.asked) > 4)
        with pytest.raises(Cancelled):
            assess_inference(guest.url, "guest", store, asking)
        assert sum(one["a"]["shape"][0] for one in guest.asked) == 16 + 256
        assert not list(rows.parent.glob("*.html"))
        before = len(guest.asked)
        assess_inference(guest.url, "guest", store, replace(asking, cancelled=never))
        assert sum(one["a"]["shape"][0] for one in guest.asked[before:]) == 16 + 344


def test_nobody_waits_for_an_endpoint_once_it_is_stopped(rows: Path, store: Store) -> None:
    asked: list[int] = []

    def busy(tensors: Tensors) -> tuple[int, dict[str, Any]]:
        asked.append(1)
        return scored(tensors) if len(asked) == 1 else (503, {"error": "busy"})

    with hosting(busy, INPUTS, OUTPUTS) as guest:
        asking = Asking(rows, "y", probes=PROBES, cancelled=lambda: len(asked) > 4)
        with pytest.raises(Cancelled):
            assess_inference(guest.url, "guest", store, asking)
        assert len(asked) == 5


def test_an_object_of_a_notebook_is_stopped_between_batches() -> None:
    a = np.random.default_rng(0).random((200, 1))
    y = (a[:, 0] + np.random.default_rng(1).normal(0, 0.2, 200) > 0.5).astype(int)
    found = proofstone.assess(lambda rows: rows[:, 0], a, y, cancelled=lambda: True)
    assert {one["reason"] for one in found.findings if one["verdict"] == "not_run"} == {"cancelled"}
    forest = RandomForestClassifier(5, random_state=0).fit(a, y)
    found = proofstone.assess(forest, a, y, cancelled=lambda: True)
    assert "cancelled" in {one["reason"] for one in found.findings}


def test_what_would_be_asked_is_told_before(rows: Path, store: Store) -> None:
    with hosting(scored, INPUTS, OUTPUTS) as guest:
        asking = Asking(rows, "y", probes=PROBES, plan=True)
        assess_inference(guest.url, "guest", store, asking)
        assert len(guest.asked) == 1


def test_a_plan_of_every_probe_asks_an_endpoint_the_first_rows_alone(
    rows: Path, store: Store
) -> None:
    with hosting(scored, INPUTS, OUTPUTS) as guest:
        plan = assess_inference(guest.url, "guest", store, Asking(rows, "y", plan=True))
        assert [len(one["a"]["data"]) for one in guest.asked] == [16]
    assert {one["probe"] for one in plan["probes"]} == set(fitting_probes("decision"))


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        (["a", "a"], "input column a is named twice"),
        (["y"], "input column y is a label column"),
        (["q"], "input column q is the query column"),
    ],
)
def test_input_columns_that_cannot_be(rows: Path, inputs: list[str], says: str) -> None:
    asking = Asking(rows, "y", query="q", inputs=inputs)
    table = Table.of(pl.read_csv(rows).with_columns(q=1), "y", query="q")
    with pytest.raises(InputError, match=says) as caught:
        asking.columns(table)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"said": Said(task="clases")}, "'clases' is no kind of task"),  # type: ignore[arg-type]
        ({"said": Said(task="classes", positive="1")}, "positive is given, but the task"),
        ({"said": Said(task="number"), "threshold": 0.3}, "threshold is given, but the task"),
        ({"query": [1] * 200, "said": Said(task="number")}, "query is given, but the task"),
        ({"probes": ["discriminatoin"]}, "no probe named 'discriminatoin'"),
    ],
)
def test_what_would_not_be_read_is_refused(more: dict[str, Any], says: str) -> None:
    a = np.random.default_rng(0).random((200, 1))
    with pytest.raises(InputError, match=says) as caught:
        assess_object(lambda rows: rows[:, 0], a, (a[:, 0] > 0.5).astype(int), **more)
    assert caught.value.hint


def test_a_raw_booster_of_a_notebook() -> None:
    table = load_breast_cancer()
    data = lightgbm.Dataset(table.data[:300], table.target[:300])
    params = {"objective": "binary", "verbose": -1, "num_threads": 1}
    booster = lightgbm.train(params, data, 10)
    found = assess_object(
        booster, table.data[300:], table.target[300:],
        gates=[{"metric": "roc_auc", "min": 0.9, "reason": "what the last one reached"}],
        probes=PROBES,
    )  # fmt: skip
    right = metrics.roc_auc_score(table.target[300:], booster.predict(table.data[300:]))
    assert found.gates[0]["value"] == pytest.approx(right)
    assert found.verdict == "pass"


def test_logits_of_any_function() -> None:
    a = np.random.default_rng(0).normal(size=(200, 1))
    y = np.where(a[:, 0] > 0.2, "yes", "no")
    with pytest.raises(InputError, match="are no probabilities"):
        assess_object(lambda rows: rows[:, 0] * 9, a, y, probes=PROBES)
    said = Said(logits=True)
    found = assess_object(lambda rows: rows[:, 0] * 9, a, y, said=said, probes=PROBES)
    assert by({"findings": found.findings})["roc_auc"]["value"] == 1.0
