"""Models behind the Open Inference Protocol: asked in parts, side by side, and paid once."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.models.foreign.oip import Tensors, answered, hosting, tensor

from proofstone.core.budget import OverBudget, Prices, Spending, Spent
from proofstone.core.errors import DataError
from proofstone.models.endpoint.errors import EndpointError
from proofstone.models.endpoint.transport import Patience
from proofstone.models.errors import RowError
from proofstone.models.foreign.inference import InferenceEndpoint
from proofstone.models.rows import Rows

WEIGHTS = np.array([0.5, -1.0])
MATRIX = [tensor("input-0", "FP32", [-1, 2])]
COLUMNS = [tensor("a", "FP64", [-1]), tensor("b", "INT32", [-1, 1]), tensor("c", "BYTES", [-1, 1])]
PROBABILITIES = [tensor("predict", "INT64", [-1]), tensor("probabilities", "FP64", [-1, 2])]
ROWS = pl.DataFrame({"a": np.linspace(-2, 2, 21), "b": np.arange(21) % 5})


def sigmoid(x: Any) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-np.asarray(x, dtype=np.float64))))


def scored(tensors: Tensors) -> tuple[int, dict[str, Any]]:
    given = tensors["input-0"]
    matrix = np.array(given["data"], dtype=np.float64).reshape(given["shape"])
    p = sigmoid(matrix @ WEIGHTS)
    both = np.stack([1 - p, p], axis=1)
    n = len(p)
    return answered(
        tensor("predict", "INT64", [n], (p > 0.5).astype(int).tolist()),
        tensor("probabilities", "FP64", [n, 2], both.ravel().tolist()),
    )


def endpoint(url: str, **more: Any) -> InferenceEndpoint:
    frame = more.pop("frame", ROWS)
    budget = more.pop("budget", Spending())
    more.setdefault("wait", lambda seconds: None)
    return InferenceEndpoint(url, "guest", frame, budget, rows_a_call=4, **more)


def test_one_matrix_comes_back_in_order() -> None:
    with hosting(scored, MATRIX, PROBABILITIES) as guest:
        model = endpoint(guest.url + "/v2/", concurrency=3)
        found = model.ask(Rows.of(ROWS))
        assert [len(one["input-0"]["data"]) for one in guest.asked].count(8) == 5
        model.close()
    assert found.shape == (21, 2)
    right = sigmoid(ROWS.to_numpy().astype(np.float32) @ WEIGHTS)
    np.testing.assert_allclose(found[:, 1], right, atol=1e-12)


def test_a_tensor_for_each_column_with_what_is_missing_as_null() -> None:
    seen: list[Tensors] = []

    def answer(tensors: Tensors) -> tuple[int, dict[str, Any]]:
        seen.append(tensors)
        n = tensors["a"]["shape"][0]
        return answered(tensor("score", "FP32", [n, 1], [[0.25]] * n))

    rows = pl.DataFrame({"c": ["x", None], "a": [1.5, None], "b": [3, None]})
    outputs = [tensor("label", "BYTES", [-1]), tensor("score", "FP32", [-1, 1])]
    with hosting(answer, COLUMNS, outputs) as guest:
        model = endpoint(guest.url, frame=rows)
        assert [(one.name, one.kind) for one in model.inputs] == [
            ("a", "number"), ("b", "number"), ("c", "category"),
        ]  # fmt: skip
        assert model.ask(Rows.of(rows)).tolist() == [[0.25], [0.25]]
    [tensors] = seen
    assert tensors["a"] == tensor("a", "FP64", [2], [1.5, None])
    assert tensors["b"] == tensor("b", "INT32", [2, 1], [3, None])
    assert tensors["c"] == tensor("c", "BYTES", [2, 1], ["x", None])


def test_without_metadata_one_matrix_is_sent_and_the_answer_looked_through() -> None:
    with hosting(scored, [], []) as guest:
        model = endpoint(guest.url)
        found = model.ask(Rows.of(ROWS.head(3)))
        with pytest.raises(DataError, match="has no output 'probability'"):
            endpoint(guest.url, output="probability").ask(Rows.of(ROWS.head(3)))
    assert guest.asked[0]["input-0"]["datatype"] == "FP64"
    right = sigmoid(ROWS.head(3).to_numpy() @ WEIGHTS)
    np.testing.assert_allclose(found[:, 1], right, atol=1e-12)


def test_one_that_falls_silent_is_given_up() -> None:
    ended = threading.Event()

    def answer(tensors: Tensors) -> tuple[int, dict[str, Any]]:
        if 0.0 in tensors["input-0"]["data"][::2]:
            ended.wait(30)
        return scored(tensors)

    with hosting(answer, MATRIX, PROBABILITIES) as guest:
        model = endpoint(guest.url, concurrency=1, patience=Patience(attempts=2, deadline=0.3))
        with pytest.raises(EndpointError, match="no answer after"):
            model.ask(Rows.of(ROWS))
        before = len(guest.asked)
        ended.set()
        assert model.ask(Rows.of(ROWS)).shape == (21, 2)
        assert len(guest.asked) == before + 4  # two requests were answered and are kept
    model.close()


def test_labels_may_be_all_there_is() -> None:
    def answer(tensors: Tensors) -> tuple[int, dict[str, Any]]:
        return answered(tensor("y", "BYTES", [1], ["cat"]))

    with hosting(answer, MATRIX, [tensor("y", "BYTES", [-1])]) as guest:
        assert endpoint(guest.url).ask(Rows.of(ROWS.head(1))).tolist() == ["cat"]


def test_the_row_that_is_refused_is_named_and_the_others_are_kept() -> None:
    def answer(tensors: Tensors) -> tuple[int, dict[str, Any]]:
        if any(value == 2.0 for value in tensors["input-0"]["data"][::2]):
            return 422, {"error": "a above 1.9 is not known here"}
        return scored(tensors)

    with hosting(answer, MATRIX, PROBABILITIES) as guest:
        model = endpoint(guest.url)
        with pytest.raises(RowError, match=r"row 20: .*422 a above 1\.9"):
            model.ask(Rows.of(ROWS))
        before = len(guest.asked)
        with pytest.raises(RowError, match="row 20"):
            model.ask(Rows.of(ROWS))
        assert len(guest.asked) == before
        assert model.ask(Rows.of(ROWS.head(20))).shape == (20, 2)
        assert len(guest.asked) == before


def test_what_was_answered_before_the_budget_ended_is_not_paid_again() -> None:
    with hosting(scored, MATRIX, PROBABILITIES) as guest:
        budget = Spending(limit_calls=4)
        model = endpoint(guest.url, budget=budget, concurrency=1)
        with pytest.raises(OverBudget):
            model.ask(Rows.of(ROWS))
        assert (budget.spent.calls, len(guest.asked)) == (4, 3)  # metadata is a call too
        model._transport._budget = Spending(limit_calls=3)
        assert model.ask(Rows.of(ROWS)).shape == (21, 2)


def test_a_row_is_paid_before_it_is_asked() -> None:
    prices = Prices(call=0.5, row=0.25)
    with hosting(scored, MATRIX, PROBABILITIES) as guest:
        budget = Spending(limit_money=4.5, prices=prices)
        model = endpoint(guest.url, budget=budget, concurrency=1)
        assert budget.spent == Spent(calls=1)  # metadata is free
        with pytest.raises(OverBudget, match=r"the budget of 4\.5 in money: 4\.5 are spent"):
            model.ask(Rows.of(ROWS))
        assert budget.spent == Spent(calls=4, money=4.5)  # three requests of four rows
        assert len(guest.asked) == 3
        places, answers = model.partly(Rows.of(ROWS))
    assert places.tolist() == list(range(12))
    right = sigmoid(ROWS.head(12).to_numpy().astype(np.float32) @ WEIGHTS)
    np.testing.assert_allclose(answers[:, 1], right, atol=1e-12)


def test_side_by_side_no_more_is_spent_than_the_limit() -> None:
    with hosting(scored, MATRIX, PROBABILITIES) as guest:
        budget = Spending(limit_money=9.0, prices=Prices(row=1.0))
        model = endpoint(guest.url, budget=budget, concurrency=4)
        with pytest.raises(OverBudget):
            model.ask(Rows.of(ROWS))
        assert sum(one["input-0"]["shape"][0] for one in guest.asked) == budget.spent.money == 8.0
        assert len(model.partly(Rows.of(ROWS))[0]) == 8


def test_what_is_answered_beside_a_refused_row_is_not_paid_again() -> None:
    def answer(tensors: Tensors) -> tuple[int, dict[str, Any]]:
        if any(value == ROWS["a"][5] for value in tensors["input-0"]["data"][::2]):
            return 422, {"error": "not this one"}
        return scored(tensors)

    with hosting(answer, [tensor("input-0", "FP64", [-1, 2])], PROBABILITIES) as guest:
        model = endpoint(guest.url)
        with pytest.raises(RowError, match="row 5: "):
            model.ask(Rows.of(ROWS))
        places, answers = model.partly(Rows.of(ROWS))
        assert places.tolist() == [at for at in range(21) if at != 5]
        right = sigmoid(ROWS.to_numpy() @ WEIGHTS)
        np.testing.assert_allclose(answers[:, 1], right[places], atol=1e-12)
        before = len(guest.asked)
        with pytest.raises(RowError, match="row 5: "):
            model.ask(Rows.of(ROWS[4:9]))
        assert len(guest.asked) == before


def test_the_half_that_was_answered_before_the_money_ended_is_kept() -> None:
    def answer(tensors: Tensors) -> tuple[int, dict[str, Any]]:
        if tensors["input-0"]["shape"][0] == 4:
            return 422, {"error": "too many"}
        return scored(tensors)

    with hosting(answer, [tensor("input-0", "FP64", [-1, 2])], PROBABILITIES) as guest:
        budget = Spending(limit_calls=2)
        model = endpoint(guest.url, budget=budget, concurrency=1)
        with pytest.raises(OverBudget):
            model.ask(Rows.of(ROWS.head(4)))
        places, answers = model.partly(Rows.of(ROWS.head(4)))
    assert places.tolist() == [0, 1]
    right = sigmoid(ROWS.head(2).to_numpy() @ WEIGHTS)
    np.testing.assert_allclose(answers[:, 1], right, atol=1e-12)


def test_it_waits_longer_each_time_and_gives_up() -> None:
    pauses: list[float] = []

    def answer(tensors: Tensors) -> tuple[int, dict[str, Any]]:
        return 503, {"error": "too many rows wait"}

    with hosting(answer, MATRIX, PROBABILITIES) as guest:
        patience = Patience(attempts=4, base=1000.0, cap=4000.0, deadline=1e6)
        model = endpoint(guest.url, wait=pauses.append, patience=patience)
        with pytest.raises(EndpointError, match="no answer after 4 attempts: 503 too many"):
            model.ask(Rows.of(ROWS.head(2)))
    assert len(guest.asked) == 4
    assert all(0 <= pause <= 1000 * 2**at for at, pause in enumerate(pauses))
    assert len(set(pauses)) == 3


def test_a_passing_fault_is_tried_again() -> None:
    left = [2]

    def answer(tensors: Tensors) -> tuple[int, dict[str, Any]]:
        left[0] -= 1
        return (500, {"error": "oops"}) if left[0] >= 0 else scored(tensors)

    with hosting(answer, MATRIX, PROBABILITIES) as guest:
        assert endpoint(guest.url).ask(Rows.of(ROWS.head(2))).shape == (2, 2)


def test_no_more_at_once_than_was_said() -> None:
    meeting = threading.Barrier(2, timeout=10)

    def answer(tensors: Tensors) -> tuple[int, dict[str, Any]]:
        meeting.wait()  # two must be there at the same time, or the test ends here
        return scored(tensors)

    with hosting(answer, MATRIX, PROBABILITIES) as guest:
        endpoint(guest.url, concurrency=2).ask(Rows.of(ROWS.head(16)))
        assert guest.busiest == 2


@pytest.mark.parametrize(
    ("outputs", "says"),
    [
        ([], "the answer is not as the protocol says"),
        ([tensor("probabilities", "FP64", [1, 2], [0.5])], "cannot reshape"),
        ([tensor("probabilities", "FP64", [2, 2], [0.5] * 4)], "2 answers for 1 rows"),
        ([tensor("probabilities", "FP64", [1, 2], ["a", "b"])], "could not convert"),
    ],
)
def test_an_answer_that_cannot_be_read_names_the_row(outputs: list[Any], says: str) -> None:
    with hosting(lambda _: answered(*outputs), MATRIX, PROBABILITIES) as guest:
        model = endpoint(guest.url)
        with pytest.raises(RowError, match=f"row 0: .*{says}"):
            model.ask(Rows.of(ROWS.head(1)))


def test_nan_is_handed_on_for_the_assessment_to_name() -> None:
    def answer(tensors: Tensors) -> tuple[int, dict[str, Any]]:
        return answered(tensor("probabilities", "FP64", [1, 2], [None, float("nan")]))

    with hosting(answer, MATRIX, PROBABILITIES) as guest:
        assert np.isnan(endpoint(guest.url).ask(Rows.of(ROWS.head(1)))).all()


def test_a_model_that_is_not_there_is_told() -> None:
    with (
        hosting(scored, MATRIX, PROBABILITIES) as guest,
        pytest.raises(EndpointError, match="404 no such model"),
    ):
        InferenceEndpoint(guest.url, "other/../guest", ROWS, Spending())


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ([tensor("image", "FP32", [-1, 3, 8, 8])], "not columns of a table"),
        ([tensor("x", "FP32", [-1, 5])], "takes 5 columns, and there are 2"),
        ([tensor("a", "FP32", [-1]), tensor("z", "FP32", [-1])], "takes 'z'"),
    ],
)
def test_a_table_that_does_not_fit_is_told(inputs: list[Any], says: str) -> None:
    with hosting(scored, inputs, PROBABILITIES) as guest, pytest.raises(DataError, match=says):
        endpoint(guest.url)


@pytest.mark.parametrize("metadata", [{}, {"inputs": 3}, {"inputs": [{"name": 1}]}])
def test_metadata_of_another_protocol_is_told(metadata: dict[str, Any]) -> None:
    with hosting(scored, MATRIX, PROBABILITIES) as guest:
        guest.metadata = metadata
        with pytest.raises(EndpointError, match="guest") as told:
            endpoint(guest.url)
    assert "Open Inference Protocol" in told.value.hint


def test_the_id_changes_with_the_version() -> None:
    with hosting(scored, MATRIX, PROBABILITIES) as guest:
        first = endpoint(guest.url).id
        assert endpoint(guest.url).id == first
        guest.metadata = guest.metadata | {"versions": ["2"]}
        assert endpoint(guest.url).id != first
