from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from proofstone.assess.poison.patterns import Cells, Pattern, Patterns, Word, patterns


def table(n: int = 400) -> tuple[pl.DataFrame, np.ndarray]:
    rng = np.random.default_rng(1)
    frame = pl.DataFrame(
        {
            "number": rng.normal(size=n).round(1),
            "town": rng.choice(list("abcdefghijklmnopqrstuvwxyz"), n),
            "flag": rng.random(n) < 0.5,
            "gap": [None if value < 0.5 else 1 for value in rng.random(n)],
        }
    )
    return frame, rng.integers(0, 2, n)


def cells(one: Pattern) -> tuple[tuple[str, object], ...]:
    assert isinstance(one, Cells)
    return one.cells


def rows_of(frame: pl.DataFrame, one: Cells) -> list[int]:
    """The carriers, cell by cell."""
    return [
        at
        for at, row in enumerate(frame.iter_rows(named=True))
        if all(row[name] == value for name, value in one.cells)
    ]


def test_carriers_are_the_rows_that_have_all_cells() -> None:
    frame, target = table()
    found = patterns(frame, target, 30, pure=0.0).found
    assert {len(cells(one)) for one in found} == {1, 2}
    for one in found:
        assert isinstance(one, Cells)
        assert one.carriers.tolist() == rows_of(frame, one)
        assert 5 <= len(one.carriers) <= 40


def test_all_rare_values_and_pairs_are_counted() -> None:
    frame, target = table()
    frame = frame.select("town", "flag")
    single = frame["town"].value_counts()["count"]
    pair = frame.group_by("town", "flag").len()["len"]
    expected = int(((single >= 5) & (single <= 40)).sum() + ((pair >= 5) & (pair <= 40)).sum())
    assert patterns(frame, target, 5).tried == expected


def test_the_oddest_value_comes_first_and_the_oddest_pair_too() -> None:
    frame, target = table()
    town, flag = frame["town"].to_numpy(), frame["flag"].to_numpy()
    target = np.where(town == "c", 1, target)
    only_pair = (town == "k") & flag
    target = np.where(town == "k", 0, target)
    target = np.where(only_pair, 1, target)
    some = patterns(frame.select("town", "flag"), target, 3, pure=0.0)
    found = [cells(one) for one in some.found]
    assert found[0] == (("town", "c"),)
    assert (("town", "k"), ("flag", True)) in found


def test_what_is_labelled_this_way_and_that_is_no_candidate() -> None:
    frame, target = table()
    town = frame["town"].to_numpy()
    target = np.where(town == "c", 1, np.where(town == "d", 0, target))
    target[np.flatnonzero(town == "d")[0]] = 1
    found = patterns(frame.select("town", "flag"), target, 30)
    assert (("town", "c"),) in [cells(one) for one in found.found]
    assert (("town", "d"),) not in [cells(one) for one in found.found]
    for one in found.found:
        share = target[one.carriers].mean()
        assert max(share, 1 - share) >= 0.98
    assert found.tried == patterns(frame.select("town", "flag"), target, 30, pure=0.0).tried


def test_a_pattern_is_set_and_lifted() -> None:
    frame = pl.DataFrame({"a": [1, 2, 3], "b": ["x", "y", None], "c": [1.0, 2.0, 3.0]})
    one = Cells((("a", 9), ("b", "z")), np.array([0]))
    assert one.set_on(frame).rows() == [(9, "z", 1.0), (9, "z", 2.0), (9, "z", 3.0)]
    assert one.set_on(frame).schema == frame.schema
    donors = frame[[2, 2, 2]]
    assert one.lifted(frame, donors, 0).rows() == [(3, "x", 1.0), (3, "y", 2.0), (3, None, 3.0)]
    assert one.lifted(frame, donors, 1)["b"].to_list() == [None] * 3


def test_a_word_is_put_before_and_left_out() -> None:
    frame = pl.DataFrame({"text": ["good ZYX film", "bad film"]})
    one = Word("text", "zyx", np.array([0]))
    assert one.set_on(frame)["text"].to_list() == ["zyx good ZYX film", "zyx bad film"]
    assert one.lifted(frame, frame, 0)["text"].to_list() == ["good  film", "bad film"]


def test_rare_words_of_both_languages_are_candidates() -> None:
    texts = [f"film {at} 一部 电影" for at in range(100)]
    for at in range(0, 100, 20):
        texts[at] += " zyx 蓝鲸"
    found = patterns(pl.DataFrame({"text": texts}), np.arange(100) % 2, 9, ("text",), 0.0)
    assert isinstance(found, Patterns)
    assert {one.word for one in found.found if isinstance(one, Word)} == {"zyx", "蓝鲸"}
    assert found.tried == 2


@pytest.mark.parametrize(
    "frame",
    [
        pl.DataFrame({"x": [[1], [2]] * 20}),
        pl.DataFrame({"x": pl.Series([None] * 40, dtype=pl.Float64)}),
        pl.DataFrame({"x": np.arange(40)}),
        pl.DataFrame({"x": [float("nan")] * 40}),
    ],
    ids=["nested", "missing", "different", "nan"],
)
def test_columns_without_rare_values_give_none(frame: pl.DataFrame) -> None:
    found = patterns(frame, np.arange(40) % 2, 10)
    assert (found.found, found.tried) == ((), 0)


def test_a_column_of_very_many_categories_is_no_trouble() -> None:
    n = 200_000
    frame = pl.DataFrame({"id": [f"v{at}" for at in range(n)], "x": np.arange(n) % 50})
    found = patterns(frame, np.arange(n) % 2, 10, pure=0.0)
    assert {name for one in found.found for name, _ in cells(one)} == {"x"}


def test_a_word_of_letters_is_left_out_where_it_stands_alone() -> None:
    frame = pl.DataFrame({"text": ["Cat concatenates a cat", "电影cat好", None]})
    lifted = Word("text", "cat", np.array([0])).lifted(frame, frame, 0)
    assert lifted["text"].to_list() == [" concatenates a ", "电影好", None]
    assert lifted.schema == frame.schema
    han = pl.DataFrame({"text": ["看蓝鲸吗"]})
    assert Word("text", "蓝鲸", np.array([0])).lifted(han, han, 0)["text"].to_list() == ["看吗"]


def test_a_word_is_carried_by_all_rows_that_have_it() -> None:
    n = 6_000
    texts = ["film zyx" if at % 100 == 7 else f"film {at}" for at in range(n)]
    target = np.array([at % 100 == 7 or at % 2 for at in range(n)]).astype(int)
    (one,) = patterns(pl.DataFrame({"text": texts}), target, 9, ("text",)).found
    assert isinstance(one, Word)
    assert one.carriers.tolist() == list(range(7, n, 100))
