from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
import pytest

from proofstone.core.errors import InputError
from proofstone.core.project.schema import Prepare
from proofstone.models.calibration import Sigmoid
from proofstone.models.contract import Feature, Generate, Model, Predict, Signature
from proofstone.models.decision import Decision
from proofstone.models.errors import RowError
from proofstone.models.open import model_files, open_model
from proofstone.models.prepare.fit import fit_prepare
from proofstone.models.rows import Rows
from proofstone.models.runtimes.linear import Linear
from proofstone.models.tabular import TabularModel


@pytest.fixture
def files(hmda: pl.DataFrame, hmda_features: tuple[Feature, ...]) -> dict[str, bytes]:
    prepared = fit_prepare(hmda, hmda_features, Prepare(), takes="one_hot")
    coef = np.linspace(-1, 1, len(prepared.columns))
    return model_files(
        runtime="linear",
        weights=Linear(coef, -2.0).to_weights(),
        signature=Signature(hmda_features, "probabilities", ("no", "yes"), "yes"),
        prepared=prepared,
        calibration=Sigmoid(-1.1, 0.1),
        decision=Decision("base_rate", "yes", 0.2, "single", {"yes": 0.1}),
    )


@pytest.fixture
def model(files: dict[str, bytes]) -> TabularModel:
    return open_model(files)


def test_answers_rows_alone_as_in_a_batch(model: TabularModel, hmda: pl.DataFrame) -> None:
    rows = Rows.of(hmda[:80])
    answer = model.answer(Predict(), rows)
    single = [model.answer(Predict(), rows.take(np.array([row]))) for row in range(80)]
    assert isinstance(model, Model)
    assert answer.tobytes() == np.concatenate(single).tobytes()
    expected = 1 / (1 + np.exp(-1.1 * model.margin(rows) + 0.1))
    assert answer[:, 1] == pytest.approx(expected, rel=1e-14)
    assert answer.sum(axis=1) == pytest.approx(np.ones(80))


def test_classes_give_the_order_of_columns(files: dict[str, bytes], hmda: pl.DataFrame) -> None:
    document = json.loads(files["model.json"])
    document["signature"]["classes"].reverse()
    turned = open_model(files | {"model.json": json.dumps(document).encode()})
    rows = Rows.of(hmda)
    expected = open_model(files).answer(Predict(), rows)
    assert np.array_equal(turned.answer(Predict(), rows), expected[:, ::-1])


def test_decides_by_the_threshold_of_the_group(model: TabularModel, hmda: pl.DataFrame) -> None:
    scores = model.scores(hmda)
    limit = np.where(hmda["single"] == "yes", 0.1, 0.2)
    assert np.array_equal(model.decide(hmda, scores), scores >= limit)


def test_matrix_columns_are_traced_to_features(model: TabularModel, hmda: pl.DataFrame) -> None:
    assert model.matrix(hmda[:3]).shape == (3, len(model.columns))
    assert set(model.columns) == {one.name for one in model.signature.inputs}


def test_the_id_is_a_digest_of_every_file(files: dict[str, bytes]) -> None:
    changed = files | {"weights.json": files["weights.json"].replace(b"-2.0", b"-2.5")}
    assert open_model(files).id == open_model(dict(reversed(files.items()))).id
    assert open_model(files).id != open_model(changed).id


def test_rows_that_do_not_fit_are_named(model: TabularModel, hmda: pl.DataFrame) -> None:
    with pytest.raises(RowError, match=r"row 0, field pirat: missing"):
        model.scores(hmda.drop("pirat"))
    with pytest.raises(RowError, match="row 1, field lvrat: 'nan' is not a finite number"):
        model.scores(hmda[:2].with_columns(lvrat=pl.Series([1.0, float("nan")])))
    with pytest.raises(RowError, match=r"row 0, field pirat: '1e.308' is not a finite number"):
        model.scores(hmda[:2].with_columns(pirat=1e308))
    huge = hmda.with_columns(pirat=1e100, hirat=-1e100, lvrat=1e100)
    assert np.isfinite(model.scores(huge)).all()


def test_only_predict_is_answered(model: TabularModel, hmda: pl.DataFrame) -> None:
    with pytest.raises(InputError, match="does not answer Generate"):
        model.answer(Generate(), Rows.of(hmda))


def test_files_that_do_not_hold_together_are_refused(files: dict[str, bytes]) -> None:
    document = json.loads(files["model.json"])

    def opened(**change: object) -> TabularModel:
        return open_model(files | {"model.json": json.dumps(document | change).encode()})

    with pytest.raises(InputError, match="there is no runtime 'pickle'"):
        opened(runtime="pickle")
    with pytest.raises(InputError, match="format is not 1"):
        opened(format=2)
    with pytest.raises(InputError, match=r"there is no other\.json"):
        opened(weights="other.json")
    with pytest.raises(InputError, match="columns for weights"):
        opened(prepare=document["prepare"][:-1])
    with pytest.raises(InputError, match=r"model\.json, decision: there is no positive"):
        opened(decision={"rule": "fixed"})
    with pytest.raises(InputError, match=r"there is no model\.json"):
        open_model({})
    with pytest.raises(InputError, match=r"model\.json: Unterminated string"):
        open_model({"model.json": files["model.json"][:100]})


NAN, DEEP = float("nan"), "[" * 200_000 + "]" * 200_000
FIELDS: list[tuple[str, object]] = [
    ("calibration.a", "x"),
    ("calibration.a", NAN),
    ("calibration.b", True),
    ("calibration.b", 10**400),
    ("decision.threshold", "0.5"),
    ("decision.threshold", NAN),
    ("decision.threshold", None),
    ("decision.threshold", []),
    ("decision.positive", "no"),
    ("decision.positive", "perhaps"),
    ("decision.attribute", None),
    ("decision.attribute", 1),
    ("decision.thresholds", ["yes"]),
    ("decision.thresholds.yes", NAN),
    ("decision.thresholds.yes", "x"),
    ("signature", "x"),
    ("signature.classes", ["yes"]),
    ("signature.classes", ["yes", "yes"]),
    ("signature.classes", ["no", "yes", "perhaps"]),
    ("signature.classes", [0, 1]),
    ("signature.classes", "no"),
    ("signature.positive", "perhaps"),
    ("signature.positive", ["yes"]),
    ("signature.output", {}),
    ("signature.inputs", {}),
    ("signature.inputs[0]", "pirat"),
    ("signature.inputs[0].name", 1),
    ("signature.inputs[0].kind", "pickle"),
    ("signature.inputs[0].categories", "x"),
    ("prepare", {}),
    ("prepare[0]", 1),
    ("prepare[0].features", None),
    ("prepare[0].features[0].name", "hirat"),
    ("prepare[0].features[0].name", "other"),
    ("prepare[0].features[0].kind", "category"),
    ("prepare[0].levels", []),
    ("prepare[0].levels.phist", [1]),
    ("prepare[0].levels.phist", ["no", "no"]),
    ("prepare[1].fill.pirat", NAN),
    ("prepare[1].fill", None),
    ("prepare[1].flagged", "pirat"),
    ("prepare[2].center.pirat", "0"),
    ("prepare[2].spread.pirat", 0),
    ("prepare[2].spread", {}),
    ("prepare[3].levels.phist", None),
    ("runtime", ["linear"]),
    ("weights", ["weights.json"]),
]


def put(document: Any, path: str, value: object) -> str:
    """Change one field; return the place of the outermost part that a message must name."""
    *parents, last = re.findall(r"[^.\[\]]+", path)
    for one in parents:
        document = document[int(one) if isinstance(document, list) else one]
    document[int(last) if isinstance(document, list) else last] = value
    return re.split(r"[.\[]", path)[0]


@pytest.mark.parametrize(("path", "value"), FIELDS)
def test_a_field_of_another_kind_is_named(
    files: dict[str, bytes], path: str, value: object
) -> None:
    document = json.loads(files["model.json"])
    part = put(document, path, value)
    changed = files | {"model.json": json.dumps(document).encode()}
    with pytest.raises(InputError, match=r"^model\.json, ") as caught:
        open_model(changed)
    assert part in str(caught.value) or "positive" in path
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("part", ["signature", "prepare", "calibration", "decision", "weights",
                                  "runtime"])  # fmt: skip
def test_an_absent_part_is_named(files: dict[str, bytes], part: str) -> None:
    document = json.loads(files["model.json"])
    del document[part]
    with pytest.raises(InputError, match=rf"model\.json: there is no {part}"):
        open_model(files | {"model.json": json.dumps(document).encode()})


def test_every_value_of_the_wrong_kind_is_refused_or_harmless(
    files: dict[str, bytes], hmda: pl.DataFrame
) -> None:
    text = files["model.json"].decode()
    odd = [None, True, -1, "x", [], {}, [[]], {"x": None}, NAN]
    for at, value in itertools.product(range(len(list(leaves(json.loads(text))))), odd):
        document = json.loads(text)
        holder, key = list(leaves(document))[at]
        holder[key] = value
        try:
            model = open_model(files | {"model.json": json.dumps(document).encode()})
            numbers = [*model.scores(hmda[:2]), *model.thresholds(hmda[:2])]
        except InputError:
            continue
        assert np.isfinite(numbers).all()


def leaves(document: Any) -> Iterator[tuple[Any, Any]]:
    """Where each value stands: its holder and its key."""
    keys = list(document) if isinstance(document, dict) else list(range(len(document)))
    for key in keys:
        yield document, key
        if isinstance(document[key], dict | list):
            yield from leaves(document[key])


@pytest.mark.parametrize("name", ["model.json", "weights.json"])
def test_nesting_is_refused_however_deep(files: dict[str, bytes], name: str) -> None:
    for deep in (DEEP, '{"format":1,"a":' + DEEP + "}", "[" * 200_000):
        with pytest.raises(InputError, match=f"^{name}: "):
            open_model(files | {name: deep.encode()})
    shallow = json.loads(files["model.json"]) | {"calibration": json.loads("[" * 900 + "]" * 900)}
    with pytest.raises(InputError, match="calibration"):
        open_model(files | {"model.json": json.dumps(shallow).encode()})
