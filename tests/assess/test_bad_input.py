"""Bad input through every door: it ends as findings that say why, and the rest goes on."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.end_to_end.stranger import Answer, proofstone
from tests.models.endpoint.server import completion, in_turn, refuses, send, serving
from tests.models.foreign.graphs import linear, model
from tests.models.foreign.graphs import tensor as declared
from tests.models.foreign.oip import Tensors, answered, hosting, tensor
from tests.registry.releases import verified as verified_release

import proofstone as package
from proofstone.assess.equity import people
from proofstone.assess.labels import grouped
from proofstone.core.errors import InputError
from proofstone.models.endpoint import remote
from proofstone.models.endpoint.transport import Patience
from proofstone.models.foreign import inference
from proofstone.pipeline import asked, endpoint
from proofstone.pipeline.asked import Asking, assess_inference, assess_object, assess_release
from proofstone.pipeline.endpoint import assess_endpoint
from proofstone.registry.verify import VerifiedModel
from proofstone.store.store import Store

N = 240
RNG = np.random.default_rng(11)
SCORE = RNG.random(N).round(3)
FRAME = pl.DataFrame(
    {
        "y": (RNG.random(N) < SCORE).astype(int),
        "p": SCORE,
        "x": np.log(SCORE + 0.001) - np.log(1.001 - SCORE),
        "z": RNG.normal(size=N),
        "sex": RNG.choice(["f", "m"], N),
    }
)
GATES = """\
- {metric: roc_auc, min: 0.1, reason: "as easy as can be"}
- {metric: selection_rate_difference, subject: sex, max: 0.99, reason: "as easy as can be"}
"""
PROBES = ("discrimination", "probability", "decision_rates", "group_fairness", "proxies")
QUESTIONS = """\
- id: verify
  kind: answerable
  use: judge
  expect: answer
  en: {turns: ["How do I verify a release?"], accept: [["proofstone verify"]], sources: ["r#v"]}
  zh: {turns: ["怎样验证发布版本？"], accept: [["proofstone verify"]], sources: ["r#v"]}
- id: weather
  kind: unanswerable
  use: judge
  expect: handover
  en: {turns: ["Will it rain tomorrow?"]}
  zh: {turns: ["明天会下雨吗？"]}
"""


def at(*rows: int) -> pl.Expr:
    return pl.int_range(pl.len()).is_in(rows)


def having(column: str, value: Any, *rows: int) -> pl.DataFrame:
    kept = pl.col(column).cast(pl.String) if isinstance(value, str) else pl.col(column)
    return FRAME.with_columns(pl.when(at(*rows)).then(pl.lit(value)).otherwise(kept).alias(column))


def honest(findings: list[dict[str, Any]], cause: str, *, values: bool = True) -> None:
    """Something says why it is unknown, something else is known, and nothing is a traceback."""
    told = [one for one in findings if one["verdict"] in ("not_run", "inconclusive")]
    assert any(cause in one["reason"] for one in told), {one["reason"] for one in told}
    assert bool([one for one in findings if one["value"] is not None]) == values
    for one in findings:
        assert one["value"] is not None or one["reason"] or one["details"], one
        assert "Error: " not in one["reason"], one["reason"]
    json.dumps(findings, allow_nan=False)


# A predictions file


def recorded(folder: Path, frame: pl.DataFrame | bytes, *more: str) -> Answer:
    path, gates = folder / "scored.csv", folder / "gates.yaml"
    if isinstance(frame, bytes):
        path.write_bytes(frame)
    else:
        path = path.with_suffix(".parquet")
        frame.write_parquet(path)
    gates.write_text(GATES)
    return proofstone(
        "assess", "--predictions", path, "--protected", "sex", "--gates", gates, *more
    )


WIDE = pl.DataFrame(
    np.random.default_rng(0).normal(size=(N, 310)), schema=[f"c{i}" for i in range(310)]
)
FILES: dict[str, tuple[pl.DataFrame, int, str]] = {
    "no label": (having("y", None, 3, 5), 0, "2 of 240 rows have no label"),
    "an empty label": (having("y", "", 3), 0, "1 of 240 rows have no label"),
    "no score": (having("p", None, 3, 5), 3, "2 of 240 rows have no score"),
    "NaN": (having("p", float("nan"), 3, 5), 3, "(column p, row 3, 5)"),
    "infinite": (having("p", float("inf"), 7), 3, "a score that is not between 0 and 1"),
    "beyond one": (having("p", 1.5, 7), 3, "(column p, row 7)"),
    "below zero": (having("p", -0.1, 7), 3, "(column p, row 7)"),
    "a word for a score": (having("p", "high", 7), 3, "a score that is no number"),
    "extreme imbalance": (
        FRAME.with_columns(y=at(4).cast(pl.Int8)), 3, "it has no interval"
    ),
    "one of each": (
        pl.concat([FRAME.filter(pl.col("y") == one).head(1) for one in (0, 1)]), 3,
        "it has no interval",
    ),
    "a group of one": (having("sex", "x", 0), 0, ""),
    "no group": (FRAME.with_columns(sex=pl.lit(None, pl.String)), 3, "it has no interval"),
    "a group without a name": (having("sex", None, 0, 1), 0, ""),
    "constant inputs": (FRAME.with_columns(x=pl.lit(1.0), z=pl.lit("a")), 0, ""),
    "infinite inputs": (having("z", float("inf"), 1), 0, ""),
    "only NaN in an input": (FRAME.with_columns(z=pl.lit(float("nan"))), 0, ""),
    "an identifier for a group": (
        FRAME.with_columns(sex=pl.int_range(pl.len()).cast(pl.String)), 3,
        "240 groups are too many to compare",
    ),
    "dates with a time zone": (
        FRAME.with_columns(
            when=pl.datetime_range(
                pl.datetime(2024, 1, 1), pl.datetime(2024, 1, 1) + pl.duration(days=N - 1), "1d",
                time_zone="Europe/Berlin",
            )
        ), 0, "",
    ),
    "hundreds of inputs": (FRAME.hstack(WIDE), 0, "312 inputs are too many for a regression"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_predictions_file(name: str, tmp_path: Path) -> None:
    frame, status, cause = FILES[name]
    answer = recorded(tmp_path, frame, "--json")
    assert (answer.status, answer.err) == (status, "")
    document = answer.document
    if cause:
        honest(document["findings"], cause)
    page = Path(document["report"]).read_text("utf-8")
    if "and were left out" in "".join(one["reason"] for one in document["findings"]):
        assert "Rows left out" in page
        assert "and were left out" in page


def test_what_is_left_out_is_told_on_the_terminal_and_opens_no_gate(tmp_path: Path) -> None:
    told = recorded(tmp_path, having("p", float("nan"), 3, 5)).out
    assert told.count("? inconclusive") == 2
    says = "2 of 240 rows have no score, and were left out; no gate opens on the rest"
    assert f"not measured: unusable_rows: {says} (column p, row 3, 5)" in told
    shut = recorded(tmp_path, having("p", float("nan"), 3, 5), "--json").document
    judged = {one["metric"]: one for one in shut["findings"] if one["limit"] is not None}
    assert (judged["roc_auc"]["verdict"], judged["roc_auc"]["n"]) == ("inconclusive", 238)
    reason = "measured without 2 of 240 rows, which cannot be used"
    assert judged["roc_auc"]["reason"] == reason
    page = Path(shut["report"]).read_text("utf-8")
    assert f"It could not be decided: {reason}." in page
    unlabelled = recorded(tmp_path, having("y", None, 3, 5)).out
    assert unlabelled.count("✓ pass") == 2
    assert "2 of 240 rows have no label, and were left out (column y, row 3, 5)" in unlabelled


TEXT = FRAME.write_csv()
UNREADABLE: dict[str, tuple[bytes, str]] = {
    "no row": (b"y,p,x,z,sex\n", "no rows"),
    "one row": (b"y,p,sex\n1,0.5,f\n", "all 1 labels are '1'"),
    "one class": (TEXT.replace("\n0,", "\n1,").encode(), "labels are '1'"),
    "no usable score": (FRAME.with_columns(p=pl.lit(3)).write_csv().encode(), "column p, row 0"),
    "no usable label": (
        FRAME.with_columns(y=pl.lit("")).write_csv().encode(),
        "row 0: has no label",
    ),
    "mixed labels": (having("y", "true", 3).write_csv().encode(), "which value is positive"),
    "two columns of a name": (TEXT.replace("y,p,x", "y,p,y").encode(), "are both called"),
    "half of a Parquet file": (b"PAR1" + bytes(200), "not a whole Parquet file"),
    "UTF-16 without a mark": (TEXT.encode("utf-16-le"), "UTF-16 without a byte-order mark"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_of_which_nothing_can_be_used_is_refused(name: str, tmp_path: Path) -> None:
    content, says = UNREADABLE[name]
    answer = recorded(tmp_path, content, "--json")
    assert (answer.status, answer.err) == (2, "")
    assert says in answer.error["message"]
    assert answer.error["hint"]


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16"])
def test_marks_of_encodings_are_read(coding: str, tmp_path: Path) -> None:
    answer = recorded(tmp_path, TEXT.encode(coding), "--json")
    assert answer.status == 0
    assert {one["metric"]: one["n"] for one in answer.document["findings"]}["roc_auc"] == N


def test_as_many_groups_as_rows_are_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A million of them take seconds to tell apart: no probe does so again."""
    told = []

    def counted(values: np.ndarray) -> Any:
        told.append(len(values))
        return grouped(values)

    monkeypatch.setattr(people, "grouped", counted)
    frame = FRAME.with_columns(sex=pl.int_range(pl.len()).cast(pl.String))
    package.assess(_Fixed(frame["p"].to_numpy()), frame.select("x", "sex"), frame["y"],
                   protected=["sex"])  # fmt: skip
    assert len(told) <= 2


# A live object


class _Fixed:
    """A classifier that answers its scores, whatever it is asked."""

    classes_ = (0, 1)

    def __init__(self, score: np.ndarray) -> None:
        self.score = score

    def predict_proba(self, rows: Any) -> np.ndarray:
        one = np.resize(self.score, len(rows))
        return np.stack([1 - one, one], axis=1)


class _Live:
    classes_ = (0, 1)

    def __init__(self, spoil: Callable[[pl.DataFrame, np.ndarray], Any]) -> None:
        self.spoil = spoil

    def predict_proba(self, rows: pl.DataFrame) -> Any:
        one = 1 / (1 + np.exp(-rows["x"].to_numpy()))
        return self.spoil(rows, np.stack([1 - one, one], axis=1))


DICE = np.random.default_rng(5)
HIGH = float(FRAME["x"].to_numpy()[7])


def only(value: Any) -> Callable[[pl.DataFrame, np.ndarray], Any]:
    """Answer so where the input is that of row 7."""

    def spoil(rows: pl.DataFrame, answers: np.ndarray) -> Any:
        answers[rows["x"].to_numpy() == HIGH] = value
        return answers

    return spoil


def fails(rows: pl.DataFrame, answers: np.ndarray) -> Any:
    raise RuntimeError("out of order")


LIVE: dict[str, tuple[Callable[[pl.DataFrame, np.ndarray], Any], str]] = {
    "NaN": (only(np.nan), "(row 7): the model answered NaN or infinity for row 7"),
    "infinite": (only(np.inf), "(row 7): the model answered NaN or infinity for row 7"),
    "beyond one": (only([-0.5, 1.5]), "a probability that is not between 0 and 1 for row 7"),
    "no sum of one": (only([0.2, 0.2]), "probabilities that sum to 0.4 for row 7"),
    "too few classes": (lambda rows, found: found[:, :1], "predict_proba returned shape"),
    "too few rows": (lambda rows, found: found[:-1], "predict_proba returned shape"),
    "words": (lambda rows, found: found.astype(str), "predict_proba returned shape"),
    "always NaN": (lambda rows, found: found * np.nan, "NaN or infinity for row 0"),
}


@pytest.mark.parametrize("name", LIVE)
def test_a_live_model(name: str) -> None:
    spoil, cause = LIVE[name]
    gates = [
        {"metric": "roc_auc", "min": 0.1, "reason": "easy"},
        {"metric": "accuracy_difference", "subject": "sex", "max": 0.99, "reason": "easy"},
    ]
    found = package.assess(
        _Live(spoil), FRAME.select("x", "z", "sex"), FRAME["y"], protected=["sex"], gates=gates
    )
    honest(found.findings, cause)
    assert {one["verdict"] for one in found.gates} <= {"not_run", "inconclusive"}
    for one in found.gates:
        assert one["reason"] == "measured without 1 of 240 rows, which cannot be used" or (
            cause in one["reason"]
        )


def test_a_live_model_that_answers_otherwise_each_time() -> None:
    def shaken(rows: pl.DataFrame, answers: np.ndarray) -> np.ndarray:
        one = np.clip(answers[:, 1] + DICE.normal(0, 0.01, len(rows)), 0, 1)
        return np.stack([1 - one, one], axis=1)

    found = package.assess(_Live(shaken), FRAME.select("x", "z"), FRAME["y"])
    by = {one["metric"]: one["value"] for one in found.findings}
    assert by["answer_change_rate"] > 0.9
    assert by["roc_auc"] is not None


def test_a_live_model_that_fails_is_told_as_what_it_raised() -> None:
    found = package.assess(_Live(fails), FRAME.select("x", "sex"), FRAME["y"], protected=["sex"])
    told = {one["reason"] for one in found.findings if one["verdict"] == "not_run"}
    assert told == {"RuntimeError: out of order"}
    assert [one for one in found.findings if one["value"] is not None]


@pytest.mark.parametrize(
    ("labels", "cause"),
    [
        ([None if one == 3 else value for one, value in enumerate(FRAME["y"])], "have no label"),
        ([9 if one == 3 else value for one, value in enumerate(FRAME["y"])], "has no class for"),
    ],
)
def test_labels_of_a_live_model(labels: list[Any], cause: str) -> None:
    found = package.assess(_Live(lambda rows, right: right), FRAME.select("x"), labels)
    honest(found.findings, cause)
    assert any("(column y, row 3)" in one["reason"] for one in found.findings)


def test_a_function_of_rows() -> None:
    def spoiled(rows: pl.DataFrame) -> np.ndarray:
        return np.where(rows["x"] == HIGH, np.nan, 1 / (1 + np.exp(-rows["x"].to_numpy())))

    found = assess_object(
        spoiled, FRAME.select("x", "z"), FRAME["y"], protected={"sex": FRAME["sex"].to_list()}
    )
    honest(found.findings, "1 of 240 rows got an answer that cannot be used")


# An ONNX file


def spoiled_graph() -> bytes:
    """Sigmoid of x, taken through a logarithm that no x below the second quantile survives."""
    from onnx import TensorProto, helper

    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["m"]),
        helper.make_node("Sub", ["m", "least"], ["above"]),
        helper.make_node("Log", ["above"], ["log"]),
        helper.make_node("Mul", ["log", "none"], ["nothing"]),
        helper.make_node("Sigmoid", ["m"], ["s"]),
        helper.make_node("Add", ["s", "nothing"], ["o"]),
    ]
    least = np.array([np.quantile(FRAME["x"], 0.02)], dtype=np.float32)
    return model(
        nodes,
        [declared("x", TensorProto.FLOAT, ["n", 2])],
        [declared("o", TensorProto.FLOAT, ["n", 1])],
        {
            "w": np.array([[1.0], [0.0]], dtype=np.float32),
            "least": least,
            "none": np.zeros(1, dtype=np.float32),
        },
    )


SIGMOID = linear(np.array([[1.0], [0.0]]), np.zeros(1), last=["Sigmoid"])
GRAPHS: dict[str, tuple[bytes, pl.DataFrame, int, str]] = {
    "NaN": (spoiled_graph(), FRAME, 3, "the model answered NaN or infinity for row"),
    "no label": (SIGMOID, having("y", None, 3), 0, "have no label"),
    "three classes for two": (
        linear(np.ones((2, 3)), np.zeros(3), last=["Softmax"]), FRAME, 3, ""
    ),
    "no probabilities": (linear(np.ones((2, 2)), np.zeros(2)), FRAME, 2, "no probabilities"),
    "a missing input": (SIGMOID, having("x", None, 3), 3, "row 3"),
    "a word in an input": (SIGMOID, having("z", "a", 3), 2, "z"),
    "an infinite input": (SIGMOID, having("x", float("inf"), 3, 5), 3, "(row 3, 5): row "),
    "no graph": (b"not a graph", FRAME, 2, "ONNX"),
}  # fmt: skip


@pytest.mark.parametrize("name", GRAPHS)
def test_an_onnx_file(name: str, tmp_path: Path) -> None:
    graph, frame, status, cause = GRAPHS[name]
    for path, content in (("m.onnx", graph), ("gates.yaml", GATES.encode())):
        (tmp_path / path).write_bytes(content)
    frame.drop("p").write_parquet(tmp_path / "rows.parquet")
    answer = proofstone(
        "assess", "--model", tmp_path / "m.onnx", "--data", tmp_path / "rows.parquet",
        "--protected", "sex", "--inputs", "x,z", "--gates", tmp_path / "gates.yaml",
        "--probes", ",".join(PROBES), "--json",
    )  # fmt: skip
    assert (answer.status, answer.err) == (status, ""), answer.out
    if status == 2:
        assert cause in answer.error["message"]
        assert answer.error["hint"]
    elif cause:
        honest(answer.document["findings"], cause)


# An Open Inference Protocol endpoint


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Answers are kept here; nobody waits between two attempts, or long for an answer."""
    hurried = Patience(attempts=2, deadline=2.0, base=0.0)
    for module in (asked, endpoint):
        monkeypatch.setattr(module, "waiting", lambda cancelled: lambda seconds: None)
    monkeypatch.setattr(inference, "Patience", lambda: hurried)
    monkeypatch.setattr(remote, "Patience", lambda: hurried)
    opened = Store(tmp_path / ".proofstone")
    yield opened
    opened.close()


INPUTS = [tensor("x", "FP64", [-1, 2])]
OUTPUTS = [tensor("probability", "FP64", [-1, 2])]


def right(tensors: Tensors) -> np.ndarray:
    one = 1 / (1 + np.exp(-np.array(tensors["x"]["data"], dtype=np.float64)[::2]))
    return np.stack([1 - one, one], axis=1)


def as_answer(found: np.ndarray) -> tuple[int, dict[str, Any]]:
    return answered(tensor("probability", "FP64", found.shape, found.ravel().tolist()))


class _Later:
    """Answers well four times, which the first rows take, and then otherwise."""

    def __init__(self, otherwise: Callable[[Tensors], tuple[int, Any]]) -> None:
        self.asked, self.otherwise = 0, otherwise

    def __call__(self, tensors: Tensors) -> tuple[int, Any]:
        self.asked += 1
        return as_answer(right(tensors)) if self.asked <= 2 else self.otherwise(tensors)


def infinite(tensors: Tensors) -> tuple[int, Any]:
    found = right(tensors)
    found[np.array(tensors["x"]["data"])[::2] == HIGH] = [2.0, -1.0]
    return as_answer(found)


def breaks(tensors: Tensors) -> tuple[int, Any]:
    raise ConnectionResetError


ENDPOINTS: dict[str, tuple[Callable[[Tensors], tuple[int, Any]], str, bool]] = {
    "no probabilities": (infinite, "a probability that is not between 0 and 1", True),
    "another shape": (
        _Later(lambda one: as_answer(right(one)[:, :1])),
        "answered 2 a row before",
        True,
    ),
    "fewer rows": (_Later(lambda one: as_answer(right(one)[:-1])), "row", True),
    "no outputs": (_Later(lambda one: (200, {"model_name": "guest"})), "output", True),
    "a list": (_Later(lambda one: (200, [1, 2])), "no JSON object", True),
    "null": (_Later(lambda one: (200, {"outputs": None})), "not as the protocol says", True),
    "refused": (_Later(lambda one: (403, {"error": "no more"})), "403", True),
    "too many": (_Later(lambda one: (429, {"error": "slow down"})), "429", True),
    "broken": (_Later(lambda one: (500, {"error": "oops"})), "500", True),
    "the socket closed": (_Later(breaks), "no answer after 2 attempts", True),
}


@pytest.mark.parametrize("name", ENDPOINTS)
def test_an_inference_endpoint(name: str, tmp_path: Path, store: Store) -> None:
    answer, cause, values = ENDPOINTS[name]
    FRAME.head(100).drop("p").write_parquet(tmp_path / "rows.parquet")
    (tmp_path / "gates.yaml").write_text(GATES)
    asking = Asking(
        tmp_path / "rows.parquet", "y", protected=["sex"], inputs=["x", "z"], probes=PROBES,
        gates=tmp_path / "gates.yaml", report=tmp_path / "report.html",
    )  # fmt: skip
    with hosting(answer, INPUTS, OUTPUTS) as guest:
        document = assess_inference(guest.url, "guest", store, asking)
    honest(document["findings"], cause, values=values)
    assert document["verdict"] in ("not_run", "inconclusive")
    judged = [one for one in document["findings"] if one["limit"] is not None]
    assert len(judged) == 2
    assert all(one["reason"] for one in judged)


# A chat endpoint


def knows(handler: Any, body: dict[str, Any]) -> None:
    text = body["messages"][-1]["content"]
    send(handler, 200, completion(f"Use proofstone verify. {text}"))


def html(handler: Any, body: dict[str, Any]) -> None:
    send(handler, 200, b"<!doctype html><title>Log in</title>")


def closed(handler: Any, body: dict[str, Any]) -> None:
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.close_connection = True
    handler.connection.close()
    raise ConnectionResetError


def odd(document: Any) -> Callable[[Any, dict[str, Any]], None]:
    return lambda handler, body: send(handler, 200, json.dumps(document).encode())


CHATS: dict[str, tuple[Callable[[Any, dict[str, Any]], None], str]] = {
    "a page": (html, "is no JSON"),
    "a list": (odd([]), "no JSON object"),
    "no choices": (odd({"choices": []}), ""),
    "choices of another shape": (odd({"choices": [{"message": None}]}), ""),
    "too many": (refuses(429, "slow down", Retry_After="1"), "429"),
    "refused": (refuses(403), "403"),
    "the socket closed": (closed, "no answer after"),
}


@pytest.mark.parametrize("name", CHATS)
def test_a_chat_endpoint_that_fails_halfway(name: str, tmp_path: Path, store: Store) -> None:
    then, cause = CHATS[name]
    (tmp_path / "questions.yaml").write_text(QUESTIONS, "utf-8")
    (tmp_path / "gates.yaml").write_text('- {metric: answer_quality, min: 0.1, reason: "easy"}\n')
    files: dict[str, Any] = {one: tmp_path / f"{one}.yaml" for one in ("questions", "gates")}
    with serving(in_turn(*[knows] * 12, then)) as fake:
        document = assess_endpoint(
            fake.url, "guest", store, report=tmp_path / "report.html", **files
        )
    told = [one for one in document["findings"] if one["verdict"] == "not_run"]
    assert any(cause in one["reason"] for one in told), {one["reason"] for one in told}
    assert all(one["reason"] and "Error: " not in one["reason"] for one in told)
    with serving(then) as fake, pytest.raises(InputError) as caught:
        assess_endpoint(fake.url, "other", store, report=tmp_path / "other.html", **files)
    assert cause in str(caught.value)


# A release


@pytest.fixture(scope="module")
def verified(tmp_path_factory: pytest.TempPathFactory) -> VerifiedModel:
    return verified_release(tmp_path_factory.mktemp("release"))


LOANS = pl.DataFrame(
    {
        "income": RNG.uniform(0, 60, N).round(1),
        "purpose": RNG.choice(["car", "home", "trip"], N),
        "employed": RNG.random(N) < 0.7,
        "sex": RNG.choice(["f", "m"], N),
        "denied": RNG.choice(["yes", "no"], N),
    }
)


def put(column: str, value: Any, *rows: int) -> pl.DataFrame:
    return LOANS.with_columns(
        pl.when(at(*rows)).then(pl.lit(value)).otherwise(pl.col(column)).alias(column)
    )


RELEASES: dict[str, tuple[pl.DataFrame, str, str]] = {
    "no label": (put("denied", None, 3), "(column denied, row 3)", "pass"),
    "a strange label": (put("denied", "maybe", 3), "(column denied, row 3)", "inconclusive"),
    "an infinite input": (put("income", float("inf"), 3, 9), "(row 3, 9): row", "inconclusive"),
    "a new category": (put("purpose", "boat", 3), "", "pass"),
    "a missing input": (put("income", None, 3), "", "pass"),
    "an identifier for a group": (
        LOANS.with_columns(sex=pl.int_range(pl.len()).cast(pl.String)),
        "240 groups are too many to compare", "not_run",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RELEASES)
def test_a_release(name: str, tmp_path: Path, verified: VerifiedModel) -> None:
    frame, cause, verdict = RELEASES[name]
    frame.write_parquet(tmp_path / "rows.parquet")
    (tmp_path / "gates.yaml").write_text(GATES)
    asking = Asking(
        tmp_path / "rows.parquet", "denied", protected=["sex"], probes=PROBES,
        gates=tmp_path / "gates.yaml", report=tmp_path / "report.html",
    )  # fmt: skip
    document = assess_release(verified, asking)
    if cause:
        honest(document["findings"], cause)
    gate = next(one for one in document["findings"] if one["limit"] == 0.1)
    assert (document["verdict"], gate["n"] > 200) == (verdict, True)


def test_rows_that_no_model_takes_are_refused(tmp_path: Path, verified: VerifiedModel) -> None:
    LOANS.drop("income").write_parquet(tmp_path / "rows.parquet")
    with pytest.raises(InputError, match="income"):
        assess_release(verified, Asking(tmp_path / "rows.parquet", "denied"))
