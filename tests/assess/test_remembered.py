"""A dear model is asked once for each row, whoever asks."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from proofstone.assess.remembered import Remembered
from proofstone.core.errors import InputError
from proofstone.models.contract import Predict
from proofstone.models.endpoint.errors import EndpointError
from proofstone.models.foreign.model import ForeignModel
from proofstone.models.foreign.objects import Called
from proofstone.models.foreign.reading import Reading
from proofstone.models.rows import Rows

FRAME = pl.DataFrame({"x": [0.1, 0.2, 0.1, 0.4]})


class Dear(Called):
    """A function whose answers are worth keeping."""

    costly = True

    def ask(self, rows: Rows) -> np.ndarray:
        try:
            return super().ask(rows)
        except InputError as error:
            raise EndpointError("gone") from error


class Notes(dict[str, Any]):
    """A recall in memory."""

    def get(self, keys: Any) -> Any:  # type: ignore[override]
        return {key: self[key] for key in keys if key in self}

    def put(self, answers: Any) -> None:
        self.update(answers)


def remembered(asked: list[float], recall: Any) -> Remembered:
    def answer(rows: pl.DataFrame) -> np.ndarray:
        asked.extend(rows["x"].to_list())
        if 0.9 in asked:
            raise EndpointError("gone")
        return rows["x"].to_numpy()

    source = Dear(answer, FRAME, name="m")
    vars(source)["id"] = "m"
    return Remembered(ForeignModel(source, Reading("number")), recall)


@pytest.mark.parametrize("recall", [None, Notes()])
def test_a_row_is_asked_for_once(recall: Any) -> None:
    asked: list[float] = []
    model = remembered(asked, recall)
    for _ in range(2):
        found = model.answer(Predict(), Rows.of(FRAME))
        assert found[:, 0].tolist() == FRAME["x"].to_list()
    assert sorted(asked) == [0.1, 0.2, 0.4]


def test_what_another_run_asked_is_not_asked_again() -> None:
    first: list[float] = []
    second: list[float] = []
    notes = Notes()
    remembered(first, notes).answer(Predict(), Rows.of(FRAME.head(2)))
    found = remembered(second, notes).answer(Predict(), Rows.of(FRAME))
    assert found[:, 0].tolist() == FRAME["x"].to_list()
    assert (sorted(first), second) == ([0.1, 0.2], [0.4])


def test_what_cannot_be_reached_is_not_asked_again() -> None:
    asked: list[float] = []
    model = remembered(asked, Notes())
    for value in (0.9, 0.3):
        with pytest.raises(EndpointError, match="gone"):
            model.answer(Predict(), Rows.of(pl.DataFrame({"x": [value]})))
    assert asked == [0.9]
