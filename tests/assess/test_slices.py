from __future__ import annotations

import numpy as np
import polars as pl

from proofstone.assess.slices import cuts, describe, members, search


def test_columns_are_cut_into_readable_parts() -> None:
    frame = pl.DataFrame(
        {
            "number": [float(i) for i in range(99)] + [None],
            "few": [0, 1] * 50,
            "kind": ["a", "b", None, "a"] * 25,
            "flag": [True, False] * 50,
            "id": list(range(100)),
            "name": [f"n{i}" for i in range(100)],
        }
    )
    parts = cuts(frame, {"sex": np.array(["f", "m"] * 50, dtype=object)})
    labels = {name: cut.labels for name, cut in parts.items()}
    assert labels == {
        "number": ("< 24.5", "in [24.5, 49)", "in [49, 73.5)", ">= 73.5", "is missing"),
        "few": ("= 0", "= 1"),
        "kind": ("= a", "is missing", "= b"),
        "flag": ("= false", "= true"),
        "sex": ("= f", "= m"),
    }
    assert parts["number"].codes[[0, 25, 98, 99]].tolist() == [0, 1, 3, 4]


def test_rare_categories_are_in_no_part() -> None:
    parts = cuts(pl.DataFrame({"k": [f"c{i % 20:02}" for i in range(100)]}), {})
    assert parts["k"].labels == tuple(f"= c{i:02}" for i in range(12))
    assert (parts["k"].codes == -1).sum() == 40


def test_sums_are_those_of_the_members() -> None:
    rng = np.random.default_rng(0)
    frame = pl.DataFrame(
        {"x": rng.normal(size=400), "k": rng.choice(["a", "b", "c"], 400), "z": [None] * 400},
        schema_overrides={"z": pl.Float64},
    )
    loss = rng.exponential(size=400)
    parts = cuts(frame, {})
    found = search(parts, loss, 20)
    assert len({describe(parts, one) for one in found.conditions}) == len(found.conditions)
    for place, condition in enumerate(found.conditions):
        inside = members(parts, condition)
        assert 20 <= inside.sum() == found.rows[place] <= 380
        assert np.isclose(found.total[place], loss[inside].sum())
        assert np.isclose(found.squares[place], (loss[inside] ** 2).sum())
    assert sum(len(condition) == 2 for condition in found.conditions) == 12


def test_ties_at_a_quartile_make_fewer_parts() -> None:
    values = [0.0] * 80 + [float(i) for i in range(20)]
    (cut,) = cuts(pl.DataFrame({"x": values}), {}).values()
    assert cut.labels == ("< 0", ">= 0", "is missing")


def test_free_text_is_cut_by_length_and_language() -> None:
    said = ["good", "quite good", "好", "很好用"]
    frame = pl.DataFrame({"said": [f"{one} {at % 3}" for at, one in enumerate(said * 10)] + [None]})
    parts = cuts(frame, {}, {"said"})
    assert parts.keys() == {"said.length", "said.language"}
    assert parts["said.language"].labels == ("= en", "= zh", "is missing")
    assert parts["said.language"].codes[[0, 2, 40]].tolist() == [0, 1, 2]
    lengths = [parts["said.length"].labels[code] for code in parts["said.length"].codes[[2, 1, 40]]]
    assert lengths == ["= 3", "= 12", "is missing"]
    assert cuts(frame, {})["said"].labels[0] == "= good 0"
