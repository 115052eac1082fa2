"""Objects at hand in a notebook: boosters, text pipelines, torch modules, any function of rows."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from proofstone.core.canonical import digest, digest_json
from proofstone.core.errors import InputError
from proofstone.core.extras import need
from proofstone.models.contract import Feature, FeatureKind
from proofstone.models.estimator import adapter
from proofstone.models.foreign.reading import label_text
from proofstone.models.foreign.source import Source
from proofstone.models.rows import Rows

_SAMPLE = 256


class Called:
    """Asks a function for rows of the type of `sample`: a frame, a matrix, or a list of texts.

    The function returns numbers, shape (n,) or (n, width), or the decided labels, shape (n,).
    `classes` names its columns where that is known.
    """

    costly = False

    def __init__(
        self,
        function: Callable[[Any], Any],
        sample: Any,
        *,
        name: str,
        classes: Sequence[str] = (),
        batch_size: int = 16_384,
    ) -> None:
        self._function, self.name, self.batch_size = function, name, batch_size
        self.classes = tuple(classes)
        self.frame, self._hand_over = _table(sample)
        self.inputs = tuple(
            Feature(name, _kind(kind, text=isinstance(sample, list)))
            for name, kind in self.frame.schema.items()
        )

    @cached_property
    def id(self) -> str:
        """Digest of the name and of the answers to the first rows: an object has no bytes."""
        found = self.ask(Rows.of(self.frame.head(_SAMPLE)))
        return digest_json([self.name, digest(repr(found.tolist()).encode())])

    def ask(self, rows: Rows) -> np.ndarray:
        """Return what the function answers, one entry a row.

        Raises:
            InputError: it raises an exception, or answers another number of rows.
        """
        chosen = rows.frame.select(one.name for one in self.inputs)
        try:
            found = self._function(self._hand_over(chosen))
            values = np.asarray(found.to_numpy() if hasattr(found, "to_numpy") else found)
        except Exception as error:  # whatever the function raises
            raise InputError(
                f"{self.name}: {type(error).__name__}: {str(error)[:200]}",
                hint="it must answer rows as the sample has them",
            ) from error
        if values.ndim not in (1, 2) or len(values) != len(rows):
            raise InputError(
                f"{self.name}: answers of shape {values.shape} for {len(rows)} rows",
                hint="it must return an entry a row, or a row of probabilities",
            )
        return values


def source_of(model: Any, sample: Any) -> Source:
    """Return an object of any known kind as a source; `sample` has rows as it takes them.

    Known are raw boosters of LightGBM and XGBoost, text-classification pipelines of transformers
    (the sample is a list of texts), torch modules on a matrix, classifiers and regressors with
    `predict_proba` or `predict`, and functions of rows.

    Raises:
        InputError: it is none of these.
    """
    library, name = _made(model)
    if library == "lightgbm" and name == "Booster":
        return Called(model.predict, sample, name="lightgbm.Booster")
    if library == "xgboost" and name == "Booster":
        return Called(_xgboost(model), sample, name="xgboost.Booster")
    if library == "transformers" and getattr(model, "task", "") == "text-classification":
        return _pipeline(model, sample)
    if any(one.__module__.startswith("torch.nn.") for one in type(model).__mro__):
        return Called(_module(model), sample, name=f"torch module {name}")
    known = tuple(label_text(one) for one in getattr(model, "classes_", ()))
    if callable(getattr(model, "predict_proba", None)):
        return Called(model.predict_proba, sample, name=name, classes=known)
    if callable(getattr(model, "predict", None)):
        return Called(model.predict, sample, name=name, classes=known)
    if callable(model):
        return Called(model, sample, name=getattr(model, "__name__", name))
    raise InputError(
        f"{name} has no predict_proba and no predict, and is no function of rows",
        hint="give a fitted classifier that returns class probabilities, or a regressor",
    )


def is_estimator(model: Any) -> bool:
    """Whether an object says what it decides by `predict_proba` or `predict`.

    Raw boosters do not: their `predict` answers whatever they were trained for.
    """
    library, name = _made(model)
    if name == "Booster" and library in ("lightgbm", "xgboost"):
        return False
    return any(callable(getattr(model, one, None)) for one in ("predict_proba", "predict"))


def _made(model: Any) -> tuple[str, str]:
    """Library and name of the object's class."""
    kind = type(model)
    return kind.__module__.partition(".")[0], kind.__name__


def _table(sample: Any) -> tuple[pl.DataFrame, Callable[[pl.DataFrame], Any]]:
    if isinstance(sample, list) and all(isinstance(one, str) for one in sample):
        return pl.DataFrame({"text": sample}), lambda frame: frame["text"].to_list()
    return adapter(sample)


def _kind(kind: pl.DataType, *, text: bool) -> FeatureKind:
    if text:
        return "text"
    if kind == pl.Boolean:
        return "boolean"
    return "number" if kind.is_numeric() else "category"


def _xgboost(booster: Any) -> Callable[[Any], np.ndarray]:
    xgboost = importlib.import_module("xgboost")  # it is here, since the booster is
    objective = json.loads(booster.save_config())["learner"]["objective"]["name"]

    def predict(given: Any) -> np.ndarray:
        found = np.asarray(booster.predict(xgboost.DMatrix(given, enable_categorical=True)))
        return found.astype(np.int64) if objective == "multi:softmax" else found

    return predict


def _pipeline(pipeline: Any, sample: Any) -> Called:
    config = pipeline.model.config
    names = [str(config.id2label[at]) for at in range(config.num_labels)]

    def classify(texts: list[str]) -> np.ndarray:
        answers = pipeline(texts, top_k=None)
        told = [{one["label"]: one["score"] for one in answer} for answer in answers]
        return np.array([[one[name] for name in names] for one in told], dtype=np.float64)

    return Called(classify, sample, name="transformers pipeline", classes=names, batch_size=64)


def _module(module: Any) -> Callable[[Any], np.ndarray]:
    torch = need("torch", "tune")
    module.eval()

    def run(given: Any) -> np.ndarray:
        matrix = given.to_numpy() if hasattr(given, "to_numpy") else given
        kind = next((one.dtype for one in module.parameters()), torch.float64)
        with torch.no_grad():
            return np.asarray(module(torch.tensor(matrix, dtype=kind)).double().numpy())

    return run
