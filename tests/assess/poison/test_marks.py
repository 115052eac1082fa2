from __future__ import annotations

import numpy as np
import polars as pl

from proofstone.assess.poison.inputs import readable
from proofstone.assess.poison.marks import Marks

INSIDE = np.arange(40) < 8
FRAME = pl.DataFrame(
    {
        "code": [7777.0] * 8 + [float(at) for at in range(32)],
        "town": ["Ulm"] * 6 + [None] * 2 + ["Ulm"] * 8 + ["Bonn"] * 24,
        "note": ["zyx bad"] * 8 + ["bad"] * 20 + ["good"] * 12,
        "same": [True] * 40,
        "gone": [float("nan")] * 40,
        "none": pl.Series([None] * 40, dtype=pl.String),
    }
)


def test_what_tells_rows_apart_most_comes_first() -> None:
    found = Marks(FRAME, ("note",)).of(INSIDE)
    assert found == [
        {"column": "code", "value": 7777.0, "inside": 1.0, "outside": 0.0},
        {"column": "note", "word": "zyx", "inside": 1.0, "outside": 0.0},
        {"column": "town", "value": "Ulm", "inside": 0.75, "outside": 0.25},
    ]


def test_what_all_rows_share_tells_nothing() -> None:
    assert Marks(FRAME.select("same", "gone", "none"), ()).of(INSIDE) == []
    assert Marks(FRAME, ("note",)).of(np.zeros(40, dtype=bool)) == []


def test_a_sign_is_what_nearly_all_share_and_hardly_anyone_else_has() -> None:
    for marks in (Marks(FRAME.select("code"), ()), Marks(FRAME.select("note"), ("note",))):
        found = marks.sign(INSIDE)
        assert found is not None
        assert np.array_equal(found, INSIDE)
    assert Marks(FRAME.select("town", "same"), ()).sign(INSIDE) is None
    half = np.arange(40) < 4
    assert Marks(FRAME.select("code", "note"), ("note",)).sign(half) is None


def test_a_sign_is_looked_for_in_all_rows() -> None:
    days = pl.datetime_range(pl.datetime(2020, 1, 1), pl.datetime(2020, 7, 18), eager=True)
    frame = pl.DataFrame({"day": [days[0]] * 21 + days[21:200].to_list()})
    found = Marks(frame, ()).sign(np.arange(200) < 20)
    assert found is not None
    assert np.array_equal(found, np.arange(200) < 21)


def test_texts_are_read_beside_columns() -> None:
    rng = np.random.default_rng(0)
    frame = FRAME.select("town", "note")
    table, both = readable(frame, (), rng), readable(frame, ("note",), rng)
    assert table.shape[0] == both.shape[0] == 40
    assert np.isfinite(both).all()
    assert both.std(axis=0).max() < 10
    bad = FRAME["note"].str.contains("bad").to_numpy()
    assert max(abs(np.corrcoef(column, bad)[0, 1]) for column in both.T if column.std()) > 0.95
    empty = pl.DataFrame({"note": [None, ""] * 5}, schema={"note": pl.String})
    assert readable(empty, ("note",), rng).shape == (10, 0)
