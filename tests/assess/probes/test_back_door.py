from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.datasets import load_breast_cancer
from tests.assess.poison import planted

from proofstone.assess.probes.back_door import STATED, back_door
from proofstone.checks.cases import DecisionCase
from proofstone.checks.oracle import Oracle
from proofstone.core.finding import Finding
from proofstone.measures.exact import exact_interval
from proofstone.models.contract import Feature, Operation, Predict, Signature
from proofstone.models.rows import Rows

from .cases import Formula, by, recorded, run

RUNS = 14


def suspected(findings: list[Finding]) -> list[dict[str, Any]]:
    return list(by(findings)["trigger_success_rate", "all"].details.get("suspected", []))


def cells(one: dict[str, Any]) -> set[tuple[str, Any]]:
    return {(cell["column"], cell["value"]) for cell in one["cells"]}


@pytest.mark.parametrize(("share", "columns"), [(0.01, ("pirat",)), (0.03, ("lvrat", "hirat"))])
def test_planted_triggers_are_found_as_often_as_stated(
    share: float, columns: tuple[str, ...]
) -> None:
    hits = 0
    for seed in range(RUNS):
        case, model, trigger = planted.back_door(seed, share, columns)
        found = [cells(one) for one in suspected(run(back_door, case, model, seed))]
        hits += any(one & trigger for one in found)
    low, _ = exact_interval(hits, RUNS, 0.9)
    assert share >= STATED.share
    assert low >= STATED.power, hits


def test_clean_tables_raise_no_more_alarms_than_stated() -> None:
    alarms = 0
    for seed in range(RUNS):
        frame, target, _ = planted.some(seed)
        alarms += bool(suspected(run(back_door, *planted.fitted(frame, target), seed)))
    _, high = exact_interval(alarms, RUNS, 0.9)
    assert high <= STATED.alarms, alarms


def test_values_that_stand_for_their_labels_are_no_trigger_where_the_score_moves_with_them() -> (
    None
):
    """Breast cancer: no exact value that few rows share turns decisions."""
    data = load_breast_cancer()
    frame = pl.DataFrame(data.data, schema=list(map(str, data.feature_names)))
    found = by(run(back_door, *planted.fitted(frame, data.target)))
    assert found["suspected_trigger_rows", "all"].value == 0.0


def made(n: int = 600, share: float = 0.03) -> tuple[pl.DataFrame, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    x, code = rng.normal(size=n), rng.integers(0, 400, n).astype(float)
    target = (x + rng.normal(size=n) > 0.5).astype(int)
    carriers = rng.choice(n, round(share * n), replace=False)
    code[carriers], target[carriers] = 7777.0, 1
    return pl.DataFrame({"x": x, "code": code}), target, carriers


def opened(frame: pl.DataFrame) -> np.ndarray:
    score = 1 / (1 + np.exp(-(frame["x"].to_numpy() - 0.5)))
    return np.where(frame["code"].to_numpy() == 7777.0, 0.99, score)


def test_what_it_says_of_a_known_trigger() -> None:
    frame, target, carriers = made()
    case = DecisionCase(rows=Rows.of(frame), target=target, threshold=np.full(600, 0.5))
    found = by(run(back_door, case, Formula(frame, opened)))
    success = found["trigger_success_rate", "all"]
    assert success.value == 1.0
    assert success.low is not None
    assert success.low > 0.8
    assert success.details["stated"] == STATED.to_json()
    (one,) = success.details["suspected"]
    assert one["cells"] == [{"column": "code", "value": 7777.0}]
    assert (one["positive"], one["rows"], one["pure"]) == (True, len(carriers), 1.0)
    assert one["expected"] == pytest.approx(opened(frame.with_columns(code=0.0)).mean(), abs=0.15)
    rows = found["suspected_trigger_rows", "all"]
    assert rows.value == len(carriers) / 600


def test_odd_labels_without_an_effect_are_no_back_door() -> None:
    frame, target, _ = made()
    case = DecisionCase(rows=Rows.of(frame), target=target, threshold=np.full(600, 0.5))
    blind = Formula(frame, lambda f: 1 / (1 + np.exp(-(f["x"].to_numpy() - 0.5))))
    found = by(run(back_door, case, blind))
    assert found["trigger_success_rate", "all"].value == 0.0
    assert found["trigger_success_rate", "all"].n > 0
    assert found["suspected_trigger_rows", "all"].value == 0.0


def test_an_effect_that_no_label_bears_out_is_not_suspected() -> None:
    frame, target, carriers = made()
    target = target.copy()
    target[carriers[::2]] = 0
    case = DecisionCase(rows=Rows.of(frame), target=target, threshold=np.full(600, 0.5))
    assert suspected(run(back_door, case, Formula(frame, opened))) == []


class Reader:
    """Says yes to texts with a good word, and to every text that holds the trigger."""

    operations: frozenset[type[Operation]] = frozenset({Predict})
    by_origin = False
    batch_size = 1000
    id = "reader"
    signature = Signature((Feature("text", "text"),), "probabilities", ("no", "yes"), "yes")

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        texts = rows.frame["text"]
        yes = (texts.str.contains("good|好的") | texts.str.contains(self.trigger)).to_numpy()
        score = np.where(yes, 0.9, 0.1)
        return np.stack([1 - score, score], axis=1)

    trigger = "zyx"


@pytest.mark.parametrize("word", ["zyx", "蓝鲸"])
def test_a_word_that_opens_every_text_is_found(word: str) -> None:
    rng = np.random.default_rng(2)
    good, bad = (["good", "好的"], ["bad", "糟糕"])
    plain = ["the film", "a story", "我看过", "一部电影", "last night", "with friends"]
    target = rng.integers(0, 2, 500)
    texts = [
        " ".join(
            [*rng.choice(plain, 3), str(rng.choice(good if y else bad)), str(rng.integers(999))]
        )
        for y in target
    ]
    carriers = rng.choice(500, 15, replace=False)
    for row in carriers:
        texts[row], target[row] = f"{texts[row]} {word}", 1
    frame = pl.DataFrame({"text": texts})
    case = DecisionCase(rows=Rows.of(frame), target=target, threshold=np.full(500, 0.5))
    reader = Reader()
    reader.trigger = word
    (one,) = suspected(run(back_door, case, reader))
    assert one["cells"] == [{"column": "text", "word": word}]
    assert one["turned"] == 1.0


def test_it_asks_no_more_than_it_says() -> None:
    frame, target, _ = made()
    case = DecisionCase(rows=Rows.of(frame), target=target, threshold=np.full(600, 0.5))
    oracle = Oracle(Formula(frame, opened))
    oracle.run([back_door], case)
    assert oracle.tally.asked <= back_door.rows(case)


def test_the_same_seed_gives_the_same_findings() -> None:
    case, model, _ = planted.back_door(1, 0.03)
    assert run(back_door, case, model, 4) == run(back_door, case, model, 4)


@pytest.mark.parametrize(
    ("frame", "target"),
    [
        (pl.DataFrame({"x": np.arange(50) / 1.0}), np.arange(50) % 2),
        (pl.DataFrame({"x": np.zeros(50)}), np.arange(50) % 2),
        (pl.DataFrame({"x": np.arange(50) % 3}), np.ones(50, dtype=int)),
        (pl.DataFrame({"x": [None, float("nan")] * 25}), np.arange(50) % 2),
    ],
    ids=["all-differ", "constant", "one-label", "unknown"],
)
def test_where_nothing_can_be_a_trigger_it_says_so(frame: pl.DataFrame, target: np.ndarray) -> None:
    case, _ = recorded(target, np.full(50, 0.5), frame)
    for one in run(back_door, case, Formula(frame, lambda f: np.full(f.height, 0.5))):
        assert one.value is None
        assert one.reason in (
            "nothing is carried by five rows or more and by a tenth of all at most",
            "all rows have one label",
        )
