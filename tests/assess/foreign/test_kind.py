from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from proofstone.assess.foreign.kind import find_kind
from proofstone.core.errors import DataError, InputError

RNG = np.random.default_rng(0)
N = 60
FRAME = pl.DataFrame(
    {
        "two": RNG.integers(0, 2, N),
        "words": RNG.choice(["yes", "no"], N),
        "said": RNG.choice(["yes", "no"], N),
        "unsure": RNG.choice(["yes", "no", "perhaps"], N),
        "unseen": RNG.choice(["a", "b", "d"], N),
        "three": RNG.choice(["a", "b", "c"], N),
        "decided": RNG.choice(["a", "b"], N),
        "digit": RNG.integers(0, 10, N),
        "guess": RNG.integers(1, 9, N),
        "money": RNG.normal(size=N),
        "estimate": RNG.normal(size=N),
        "score": RNG.random(N),
        "q": RNG.integers(0, 5, N),
        "p_a": RNG.random(N),
        "p_b": RNG.random(N),
        "p_c": RNG.random(N),
        "y_a": RNG.integers(0, 2, N),
        "y_b": RNG.integers(0, 2, N),
        "y_c": RNG.integers(0, 2, N),
    }
)


@pytest.mark.parametrize(
    ("label", "score", "more", "kind"),
    [
        ("two", "score", {}, "decision"),
        ("words", "score", {}, "decision"),
        ("three", "score", {"positive": "a"}, "decision"),
        ("three", "p_*", {}, "classes"),
        ("three", "p_a,p_b,p_c", {}, "classes"),
        ("three", "decided", {}, "classes"),
        ("words", "said", {}, "classes"),
        ("words", "unsure", {}, "classes"),
        ("three", "unseen", {}, "classes"),
        ("three", "score", {}, "classes"),
        ("digit", "guess", {}, "classes"),
        ("digit", "estimate", {}, "number"),
        ("money", "estimate", {}, "number"),
        ("y_*", "p_*", {}, "labels"),
        ("digit", "score", {"query": "q"}, "ranking"),
        ("two", "score", {"query": "q"}, "ranking"),
        ("digit", "guess", {"task": "number"}, "number"),
        ("two", "score", {"task": "number"}, "number"),
    ],
)
def test_the_kind_is_found(label: str, score: str, more: dict[str, Any], kind: str) -> None:
    found = find_kind(FRAME, label=label, score=score, **more)
    assert found.kind == kind
    assert found.why


def test_labels_and_scores_are_paired_by_name() -> None:
    found = find_kind(FRAME, label="y_c,y_a,y_b", score="p_*")
    assert list(found.labels.values()) == ["y_c", "y_a", "y_b"]
    assert list(found.scores.values()) == ["p_c", "p_a", "p_b"]
    assert found.label == "y_c, y_a, y_b"
    by_order = find_kind(FRAME, label="y_a,y_b", score="score,estimate")
    assert by_order.scores == {"y_a": "score", "y_b": "estimate"}


@pytest.mark.parametrize(
    ("label", "score", "more", "says"),
    [
        ("two", "two", {}, "column two is named both as label and as score"),
        ("y_*", "p_a,p_b", {}, "3 label columns but 2 score columns"),
        ("y_*", "score", {"task": "number"}, "3 label columns are named, but the task is number"),
        ("two", "p_*", {"task": "decision"}, "3 score columns are named"),
        ("two", "score", {"task": "ranking"}, "needs the query"),
        ("two", "score", {"query": "qq"}, "no column named 'qq'"),
    ],
)
def test_columns_that_do_not_fit(label: str, score: str, more: dict[str, Any], says: str) -> None:
    with pytest.raises(DataError, match=says) as caught:
        find_kind(FRAME, label=label, score=score, **more)
    assert caught.value.hint


def test_an_unknown_task_and_an_empty_table() -> None:
    with pytest.raises(InputError, match="'clases' is no kind of task"):
        find_kind(FRAME, label="two", score="score", task="clases")  # type: ignore[arg-type]
    with pytest.raises(DataError, match="no rows"):
        find_kind(FRAME.clear(), label="two", score="score")
