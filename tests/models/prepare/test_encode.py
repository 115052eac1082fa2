from __future__ import annotations

import numpy as np
import polars as pl

from proofstone.models.contract import Feature
from proofstone.models.prepare.encode import Encode


def fitted(values: list[object], *categories: str, missing_level: bool = True) -> Encode:
    feature = Feature("c", "category", categories)
    return Encode.fit(pl.DataFrame({"c": values}), [feature], missing_level=missing_level)


def test_levels_are_ordered_as_numbers_where_they_are_numbers() -> None:
    assert fitted(["10", "9", "2"]).levels["c"] == ["2", "9", "10"]
    assert fitted(["b", "10", "a"]).levels["c"] == ["10", "a", "b"]


def test_declared_levels_come_first_and_alone() -> None:
    assert fitted(["b", "a"], "z", "a", "b").levels["c"] == ["z", "a", "b"]


def test_missing_is_a_level_only_when_training_had_it() -> None:
    assert fitted(["a", None]).levels["c"] == ["a", None]
    assert fitted(["a"]).levels["c"] == ["a"]
    assert fitted(["a", None], missing_level=False).levels["c"] == ["a"]


def test_reads_codes_after_a_json_round_trip() -> None:
    encode = fitted(["a", "b", None])
    again = Encode.from_json(encode.to_json())
    frame = pl.DataFrame({"c": ["b", None, "new"]})
    assert again.read(frame)["c"].tolist() == [1.0, 2.0, -1.0]
    assert np.array_equal(again.read(frame)["c"], encode.read(frame)["c"])
