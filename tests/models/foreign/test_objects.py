"""Objects of a notebook answer through the contract as they do without it."""

from __future__ import annotations

from typing import Any

import lightgbm
import numpy as np
import polars as pl
import pytest
import torch
import xgboost
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression

from proofstone.core.errors import InputError
from proofstone.models.foreign.objects import source_of
from proofstone.models.rows import Rows

BINARY, MANY, NUMBER = load_breast_cancer(), load_wine(), load_diabetes()


def asked(model: Any, sample: Any) -> np.ndarray:
    source = source_of(model, sample)
    return source.ask(Rows.of(source.frame))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("table", "objective"),
    [(BINARY, "binary"), (MANY, "multiclass"), (NUMBER, "regression")],
)
def test_a_raw_lightgbm_booster(table: Any, objective: str) -> None:
    params = {"objective": objective, "verbose": -1, "num_threads": 1, "min_data_in_leaf": 5}
    if objective == "multiclass":
        params["num_class"] = 3
    booster = lightgbm.train(params, lightgbm.Dataset(table.data, table.target), 5)
    assert (asked(booster, table.data) == booster.predict(table.data)).all()


@pytest.mark.parametrize(
    ("table", "objective"),
    [(BINARY, "binary:logistic"), (MANY, "multi:softprob"), (NUMBER, "reg:squarederror")],
)
def test_a_raw_xgboost_booster(table: Any, objective: str) -> None:
    params: dict[str, Any] = {"objective": objective, "nthread": 1}
    if objective.startswith("multi"):
        params["num_class"] = 3
    booster = xgboost.train(params, xgboost.DMatrix(table.data, table.target), 5)
    right = booster.predict(xgboost.DMatrix(table.data))
    assert (asked(booster, table.data) == right).all()


def test_an_xgboost_booster_that_decides() -> None:
    params = {"objective": "multi:softmax", "num_class": 3, "nthread": 1}
    booster = xgboost.train(params, xgboost.DMatrix(MANY.data, MANY.target), 5)
    found = asked(booster, MANY.data)
    assert found.dtype == np.int64
    assert set(found.tolist()) == {0, 1, 2}


def test_an_xgboost_booster_on_a_frame_with_categories() -> None:
    frame = pl.DataFrame({"a": [1.0, 2.0, 3.0, 4.0] * 5, "k": ["x", "y", "x", "z"] * 5}).to_pandas()
    frame["k"] = frame["k"].astype("category")
    target = np.array([0, 1, 0, 1] * 5)
    data = xgboost.DMatrix(frame, target, enable_categorical=True)
    booster = xgboost.train({"objective": "binary:logistic", "nthread": 1}, data, 3)
    assert (asked(booster, frame) == booster.predict(data)).all()


def test_estimators_name_their_classes() -> None:
    names = np.array(["x", "y", "z"])[MANY.target]
    forest = RandomForestClassifier(3, random_state=0).fit(MANY.data, names)
    source = source_of(forest, MANY.data)
    assert source.classes == ("x", "y", "z")
    assert (asked(forest, MANY.data) == forest.predict_proba(MANY.data)).all()
    line = LinearRegression().fit(NUMBER.data, NUMBER.target)
    assert (asked(line, NUMBER.data) == line.predict(NUMBER.data)).all()


def test_a_torch_module_on_a_matrix() -> None:
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(13, 3), torch.nn.Dropout(0.5), torch.nn.Softmax(1))
    with torch.no_grad():
        right = net.eval()(torch.tensor(MANY.data, dtype=torch.float32)).numpy()
    net.train()
    np.testing.assert_allclose(asked(net, MANY.data), right, atol=1e-7)
    frame = pl.DataFrame(MANY.data, schema=[f"c{at}" for at in range(13)])
    np.testing.assert_allclose(asked(net, frame.to_pandas()), right, atol=1e-7)


def test_a_text_classification_pipeline() -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import (
        BertConfig,
        BertForSequenceClassification,
        PreTrainedTokenizerFast,
        pipeline,
    )

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "good", "bad", "day"]
    inner = Tokenizer(models.WordLevel({one: at for at, one in enumerate(words)}, "[UNK]"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=inner, pad_token="[PAD]", unk_token="[UNK]", model_max_length=16
    )
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=7, hidden_size=8, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=8, num_labels=2, id2label={0: "sad", 1: "glad"},
        label2id={"sad": 0, "glad": 1}, max_position_embeddings=16,
    )  # fmt: skip
    model = BertForSequenceClassification(config).eval()
    classify = pipeline("text-classification", model=model, tokenizer=tokenizer, device="cpu")
    texts = ["good day", "bad day", "day"]
    source = source_of(classify, texts)
    assert source.classes == ("sad", "glad")
    assert [(one.name, one.kind) for one in source.inputs] == [("text", "text")]
    found = asked(classify, texts)
    with torch.no_grad():
        ids = [torch.tensor([[words.index(word) for word in text.split()]]) for text in texts]
        right = [torch.softmax(model(one).logits, 1)[0].numpy() for one in ids]
    np.testing.assert_allclose(found, right, atol=1e-6)


def test_any_function_of_rows() -> None:
    frame = pl.DataFrame({"a": [0.1, 0.9], "b": ["x", "y"]})

    def share(rows: pl.DataFrame) -> pl.Series:
        return rows["a"]

    assert asked(share, frame).tolist() == [0.1, 0.9]
    assert source_of(share, frame).name == "share"


def test_the_id_follows_the_answers() -> None:
    frame = pl.DataFrame({"a": [0.1, 0.9]})
    first, again = (source_of(lambda rows: rows["a"], frame).id for _ in range(2))
    assert first == again != source_of(lambda rows: 1 - rows["a"], frame).id


def _raises(rows: Any) -> Any:
    raise KeyError("nothing here")


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (_raises, "_raises: KeyError: 'nothing here'"),
        (lambda rows: [0.5], r"answers of shape \(1,\) for 2 rows"),
        (lambda rows: 0.5, r"answers of shape \(\) for 2 rows"),
    ],
)
def test_a_function_that_does_not_answer_rows_is_told(model: Any, says: str) -> None:
    with pytest.raises(InputError, match=says):
        asked(model, pl.DataFrame({"a": [0.1, 0.9]}))


def test_what_is_no_model_is_told() -> None:
    with pytest.raises(InputError, match="int has no predict_proba and no predict"):
        source_of(3, pl.DataFrame({"a": [1.0]}))
