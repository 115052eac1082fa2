from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from proofstone.assess.attack.corrupt import (
    KINDS,
    UNITS,
    Corruption,
    corruptions_of,
    most_copies,
)
from proofstone.assess.attack.noise import noisy, spreads, written
from proofstone.models.rows import Rows

N = 2000
RNG = np.random.default_rng(0)
FRAME = pl.DataFrame(
    {
        "a": RNG.normal(10, 2, N),
        "b": RNG.normal(11, 3, N),
        "far": RNG.normal(1000, 3, N),
        "whole": RNG.integers(1, 7, N),
        "kind": RNG.choice(["yes", "no", "perhaps"], N),
        "words": ["the quick brown fox jumps over the lazy dog"] * N,
    }
)
ROWS = Rows.of(FRAME)


def every() -> list[Corruption]:
    rng = np.random.default_rng(1)
    return corruptions_of(ROWS, spreads(FRAME), {"words"}, 0.1, rng)


def of(kind: str) -> list[Corruption]:
    return [one for one in every() if one.kind == kind]


def test_every_kind_comes_and_types_stay() -> None:
    found = every()
    assert {one.kind for one in found} == set(KINDS)
    assert all(one.rows.frame.schema == FRAME.schema for one in found)
    assert all((one.rows.origin == ROWS.origin).all() for one in found)
    asked = [one for one in found if one.weight is None]
    assert len(asked) <= most_copies(FRAME)


def test_a_tenth_of_the_cells_is_mistyped_or_lost() -> None:
    (typos,), (missing,) = of("typos"), of("missing")
    changed = (typos.rows.frame["kind"] != FRAME["kind"]).mean()
    assert changed == pytest.approx(0.1, abs=0.03)  # a doubled letter always shows, so nearly all
    assert (typos.rows.frame["words"] != FRAME["words"]).mean() == pytest.approx(0.1, abs=0.03)
    assert typos.rows.frame.select("a", "b", "whole").equals(FRAME.select("a", "b", "whole"))
    for name in FRAME.columns:
        assert missing.rows.frame[name].null_count() / N == pytest.approx(0.1, abs=0.03)


@pytest.mark.parametrize(("kind", "factor"), UNITS.items())
def test_one_number_of_each_row_has_a_wrong_unit(kind: str, factor: float) -> None:
    (one,) = of(kind)
    numbers = ["a", "b", "far", "whole"]
    ratio = np.stack(
        [(one.rows.frame[name] / FRAME[name]).to_numpy() for name in numbers], axis=1
    )  # fmt: skip
    wrong = np.abs(ratio - 1) > 1e-9
    assert (wrong.sum(axis=1) == 1).all()
    assert ratio[:, :3][wrong[:, :3]] == pytest.approx(factor)


def test_like_columns_change_places() -> None:
    (one,) = of("swapped")
    assert (one.rows.frame["a"] == FRAME["b"]).all()
    assert (one.rows.frame["b"] == FRAME["a"]).all()
    assert one.rows.frame.select("far", "whole").equals(FRAME.select("far", "whole"))


def test_shifts_move_the_mean_by_half_a_deviation_by_values_or_by_rows() -> None:
    spread = FRAME["a"].std()
    for kind in ("shifted", "reweighted"):
        for one in of(kind):
            if one.column.startswith("a "):
                mean = np.average(one.rows.frame["a"].to_numpy(), weights=one.weight)
                sign = 1 if one.column.endswith("+") else -1
                moved = (mean - FRAME["a"].mean()) / spread
                assert moved == pytest.approx(0.5 * sign, abs=1e-9 if kind == "shifted" else 0.06)
    assert all(one.rows is ROWS for one in of("reweighted"))


def test_noise_has_the_size_that_was_asked_and_keeps_gaps_and_whole_numbers() -> None:
    frame = FRAME.with_columns(a=pl.when(pl.col("a") > 12).then(None).otherwise(pl.col("a")))
    rows = noisy(Rows.of(frame), spreads(frame), 0.25, 3, np.random.default_rng(2))
    assert len(rows) == 3 * N
    moved = rows.frame["far"].to_numpy() - np.repeat(FRAME["far"].to_numpy(), 3)
    assert moved.std() == pytest.approx(0.25 * FRAME["far"].std(), rel=0.03)
    assert rows.frame["a"].null_count() == 3 * frame["a"].null_count()
    assert rows.frame.schema == frame.schema


def test_a_whole_number_column_holds_what_it_can() -> None:
    rows = written(Rows.of(pl.DataFrame({"x": pl.Series([1, 2, 3], dtype=pl.Int8)})), "x",
                   np.array([1e9, -1e9, np.nan]))  # fmt: skip
    assert rows.frame["x"].to_list() == [127, -128, None]


def test_constants_and_empty_columns_are_left_alone() -> None:
    frame = pl.DataFrame({"x": [1.0] * 5, "gone": pl.Series([None] * 5, dtype=pl.Float64)})
    found = corruptions_of(Rows.of(frame), spreads(frame), set(), 0.1, np.random.default_rng(0))
    assert {one.kind for one in found} == {"missing"}


def test_quartiles_are_taken_once_a_column(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pl.DataFrame({f"x{at}": RNG.normal(0, 1, 50) for at in range(12)})
    taken: list[int] = []
    quantile = np.nanquantile
    monkeypatch.setattr(np, "nanquantile", lambda *given: taken.append(1) or quantile(*given))
    found = corruptions_of(Rows.of(frame), spreads(frame), set(), 0.1, np.random.default_rng(0))
    assert "swapped" in {one.kind for one in found}
    assert len(taken) == 12


def test_of_many_texts_two_hundred_are_mistyped_and_enumerations_are_not() -> None:
    names = [f"name{at}" for at in range(N)]
    frame = pl.DataFrame(
        {"name": names * 2, "kind": pl.Series(["a", "b"] * N, dtype=pl.Categorical)}
    )
    rng = np.random.default_rng(0)
    found = corruptions_of(Rows.of(frame), {}, set(), 1.0, rng)
    (typos,) = [one for one in found if one.kind == "typos"]
    assert typos.rows.frame["kind"].equals(frame["kind"])
    changed = (typos.rows.frame["name"] != frame["name"]).to_numpy()
    assert 150 < changed[:N].sum() <= 200
    assert (changed[:N] == changed[N:]).all()
