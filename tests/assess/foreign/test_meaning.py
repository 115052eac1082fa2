"""What a model from elsewhere does is found from its answers and the labels, or asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from proofstone.assess.asked import Table
from proofstone.assess.foreign.meaning import UNSAID, Said, meant
from proofstone.core.errors import DataError, InputError, ProofstoneError
from proofstone.models.contract import Predict, Signature
from proofstone.models.foreign.objects import Called
from proofstone.models.rows import Rows

N = 60
RNG = np.random.default_rng(1)
BASE = pl.DataFrame({"x": RNG.normal(size=N)})
YES_NO = ["yes" if value > 0 else "no" for value in BASE["x"]]
P = 1 / (1 + np.exp(-BASE["x"].to_numpy()))


def found(answers: Any, labels: Any, said: Said = UNSAID, **more: Any) -> Signature:
    table, source = _given(answers, labels, **more)
    return meant(source, table, said).signature


def _given(
    answers: Any, labels: Any, classes: Any = (), query: str | None = None
) -> tuple[Table, Called]:
    columns = labels if isinstance(labels, dict) else {"y": labels}
    frame = BASE.with_columns(**{name: pl.Series(values) for name, values in columns.items()})
    whole = np.asarray(answers)
    order = {value: at for at, value in enumerate(BASE["x"].to_list())}

    def model(rows: pl.DataFrame) -> np.ndarray:
        return whole[[order[value] for value in rows["x"].to_list()]]

    names = [name for name in columns if name != query]
    return Table.of(frame, names, query=query), Called(model, BASE, name="m", classes=classes)


def test_one_number_and_two_labels_are_decisions() -> None:
    assert found(P, YES_NO) == found(P[:, None], YES_NO)
    signature = found(P, YES_NO)
    assert (signature.classes, signature.positive) == (("no", "yes"), "yes")


def test_whoever_is_called_positive_is_whom_one_number_is_about() -> None:
    labels = ["good" if value > 0 else "bad" for value in BASE["x"]]
    with pytest.raises(DataError, match="which value is positive"):
        found(P, labels)
    table, source = _given(P, labels)
    model = meant(source, table, Said(positive="bad"))
    assert model.signature.classes == ("bad", "good")
    np.testing.assert_allclose(model.answer(Predict(), Rows.of(BASE))[:, 0], P)


def test_three_numbers_are_classes_in_the_order_of_numbers() -> None:
    answers = np.full((N, 11), 1 / 11)
    labels = [at % 11 for at in range(N)]
    signature = found(answers, labels)
    assert signature.classes == tuple(str(at) for at in range(11))
    assert signature.positive is None


def test_classes_that_do_not_occur_are_known_where_they_are_numbered() -> None:
    assert found(np.full((N, 4), 0.25), [at % 3 for at in range(N)]).classes == ("0", "1", "2", "3")


def test_the_models_own_classes_come_first() -> None:
    answers = np.full((N, 3), 1 / 3)
    assert found(answers, ["b", "c"] * 30, classes=["c", "b", "a"]).classes == ("c", "b", "a")
    said = Said(classes=("b", "c", "z"))
    assert found(answers, ["b", "c"] * 30, said, classes=["c", "b", "a"]).classes[2] == "z"


def test_more_numbers_than_labels_ask_for_their_names() -> None:
    with pytest.raises(DataError, match="holds 2 labels, where the model answers for 3") as told:
        found(np.full((N, 3), 1 / 3), ["b", "c"] * 30)
    assert "--classes" in told.value.hint


def test_decided_labels() -> None:
    signature = found(YES_NO, YES_NO)
    assert (signature.output, signature.positive) == ("probabilities", "yes")
    assert found([1, 2, 3] * 20, [1, 2, 3] * 20).classes == ("1", "2", "3")


def test_one_number_and_many_labels_are_an_estimate() -> None:
    assert found(RNG.normal(size=N), RNG.normal(size=N).tolist()).output == "number"


def test_several_label_columns_and_a_query() -> None:
    labels = {"a": [0, 1] * 30, "b": [1, 1] * 30}
    signature = found(np.full((N, 2), 0.4), labels)
    assert (signature.output, signature.classes) == ("labels", ("a", "b"))
    ranked = {"y": [0, 1, 2] * 20, "q": [1, 2] * 30}
    assert found(RNG.normal(size=N), ranked, query="q").output == "number"


def test_logits_are_found_out_and_taken_where_it_is_said() -> None:
    with pytest.raises(InputError, match="are no probabilities") as told:
        found(BASE["x"].to_numpy() * 9, YES_NO)
    assert "--logits" in told.value.hint
    table, source = _given(BASE["x"].to_numpy(), YES_NO)
    model = meant(source, table, Said(logits=True))
    np.testing.assert_allclose(model.answer(Predict(), Rows.of(BASE))[:, 1], P)


@pytest.mark.parametrize(
    ("answers", "labels", "said"),
    [
        (np.full((N, 3), 1 / 3), ["a", "b", "c"] * 20, Said(task="decision")),
        (P, YES_NO, Said(positive="maybe")),
        (np.full((N, 2), 0.5), YES_NO, Said(classes=("a", "b", "c"))),
        (["maybe"] * N, YES_NO, Said()),
        (np.full((N, 2), 0.5), YES_NO, Said(task="number")),
    ],
)
def test_what_does_not_fit_is_told(answers: Any, labels: Any, said: Said) -> None:
    with pytest.raises(ProofstoneError) as told:
        found(answers, labels, said)
    assert told.value.hint
    assert told.value.kind == "input"
