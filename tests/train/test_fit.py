from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from proofstone.core.artifact import Draft
from proofstone.core.errors import DataError, InputError
from proofstone.models.open import open_model
from proofstone.models.tabular import TabularModel
from proofstone.train.families.lightgbm import family as boosted
from proofstone.train.families.logistic import family as logistic
from proofstone.train.families.tree import family as tree
from proofstone.train.fit import fit
from proofstone.train.folds import deal

Make = Callable[..., Any]


def folds(frame: pl.DataFrame, number: int = 3) -> np.ndarray:
    return deal((frame["deny"] == "yes").to_numpy(), number, np.random.default_rng(0))


def run(context: Any) -> Mapping[str, Draft]:
    return fit.function(context)


def predictions(drafts: Mapping[str, Draft]) -> pl.DataFrame:
    content = drafts["predictions"].files["predictions.parquet"]
    assert isinstance(content, bytes)
    return pl.read_parquet(io.BytesIO(content))


def trials(drafts: Mapping[str, Draft]) -> dict[str, Any]:
    content = drafts["trials"].files["trials.json"]
    assert isinstance(content, bytes)
    return dict(json.loads(content))


def fold_model(drafts: Mapping[str, Draft], number: int) -> TabularModel:
    prefix = f"{number}/"
    files = drafts["fold_models"].files
    return open_model(
        {name.removeprefix(prefix): bytes(content) for name, content in files.items()
         if name.startswith(prefix) and isinstance(content, bytes)}
    )  # fmt: skip


def final_model(drafts: Mapping[str, Draft]) -> TabularModel:
    return open_model({name: bytes(one) for name, one in drafts["model"].files.items()
                       if isinstance(one, bytes)})  # fmt: skip


@pytest.mark.parametrize("family", [logistic, tree, boosted])
def test_every_row_is_judged_by_the_model_that_never_saw_it(
    context: Make, small: pl.DataFrame, family: Any
) -> None:
    fold = folds(small)
    settings = {"rounds": 20} if family is boosted else {}
    made = context(small, fold, family, {"settings": settings})
    drafts, again = run(made), run(made)
    found = predictions(drafts)
    assert found.schema == {"row": pl.Int64, "fold": pl.Int32, "score": pl.Float64,
                            "threshold": pl.Float64, "decision": pl.Boolean,
                            "label": pl.Boolean}  # fmt: skip
    assert found["row"].to_list() == list(range(small.height))
    for number in range(3):
        model, rows = fold_model(drafts, number), found.filter(fold == number)
        part = small.filter(fold == number)
        assert np.array_equal(rows["score"], model.scores(part))
        assert np.array_equal(rows["decision"], model.decide(part, rows["score"].to_numpy()))
        assert set(rows["threshold"]) == {model.decision.threshold}
    assert np.array_equal(found["label"], small["deny"] == "yes")
    assert {role: draft.files for role, draft in drafts.items()} == {
        role: draft.files for role, draft in again.items()
    }
    assert final_model(drafts).signature.positive == "yes"


def test_judged_rows_have_no_influence_on_their_model(context: Make, small: pl.DataFrame) -> None:
    """Fold 0 is turned into nonsense, labels too: its model stays the same to the last byte."""
    fold = folds(small)
    held = pl.Series(fold == 0)
    nonsense = small.with_columns(
        pl.when(held).then(pl.col("pirat") * 1000 + 5).otherwise("pirat").alias("pirat"),
        pl.when(held).then(pl.lit("new")).otherwise("phist").alias("phist"),
        pl.when(held & (pl.int_range(pl.len()) % 2 == 0))
        .then(pl.lit("yes")).otherwise("deny").alias("deny"),
    )  # fmt: skip
    candidate = {"search": {"method": "random", "trials": 3}, "mitigation": "reweighing"}
    one, other = (
        run(context(frame, fold, logistic, candidate, prepare={"outliers": 0.01}))
        for frame in (small, nonsense)
    )
    assert fold_model(one, 0).id == fold_model(other, 0).id
    assert fold_model(one, 1).id != fold_model(other, 1).id
    assert final_model(one).id != final_model(other).id


def test_held_out_rows_are_judged_by_the_one_model(context: Make, small: pl.DataFrame) -> None:
    fold = np.where(np.arange(small.height) % 4 == 0, 0, -1)
    drafts = run(context(small, fold, logistic, {}, split={"estimator": "hold_out"}))
    files = dict(drafts["model"].files)
    background = json.loads(files.pop("background.json"))
    assert {f"0/{name}": one for name, one in files.items()} == drafts["fold_models"].files
    trained = small.filter(pl.Series(fold == -1))
    assert len(background) == min(100, trained.height)
    assert {row["pirat"] for row in background} <= set(trained["pirat"])
    assert not {"deny", "afam"} & set(background[0])
    assert predictions(drafts)["row"].to_list() == np.flatnonzero(fold == 0).tolist()


def test_the_mortgages_are_told_apart_and_the_gap_is_there(
    context: Make, hmda: pl.DataFrame
) -> None:
    found = predictions(run(context(hmda, folds(hmda, 5), logistic, {})))
    label, decision = found["label"].to_numpy(), found["decision"].to_numpy()
    black = (hmda["afam"] == "yes").to_numpy()
    rates = [decision[group & ~label].mean() for group in (black, ~black)]
    assert 0.80 < roc_auc_score(label, found["score"]) < 0.84
    assert decision.mean() == pytest.approx(label.mean(), abs=0.01)
    assert rates == pytest.approx([0.18, 0.05], abs=0.025)


def test_protected_columns_are_used_in_training_only(context: Make, small: pl.DataFrame) -> None:
    fold = folds(small, 2)
    plain = run(context(small, fold, logistic, {}))
    for mitigation in ("reweighing", "grid_search"):
        candidate = {"mitigation": mitigation, "search": {"folds": 2}}
        drafts = run(context(small, fold, logistic, candidate))
        model = final_model(drafts)
        assert "afam" not in {one.name for one in model.signature.inputs}
        assert model.decision.attribute is None
        assert model.id != final_model(plain).id
        unknown = small.drop("afam", "deny")
        assert np.isfinite(model.scores(unknown)).all()


def test_constrained_training_narrows_the_gap_and_records_its_choice(
    context: Make, hmda: pl.DataFrame
) -> None:
    fold = folds(hmda, 2)
    search = {"folds": 2}
    black = (hmda["afam"] == "yes").to_numpy()
    gaps = []
    for candidate in ({"search": search}, {"search": search, "mitigation": "grid_search"}):
        drafts = run(context(hmda, fold, logistic, candidate))
        found = predictions(drafts)
        decision, label = found["decision"].to_numpy(), found["label"].to_numpy()
        gaps.append(decision[black & ~label].mean() - decision[~black & ~label].mean())
    assert gaps[1] < gaps[0] / 2
    chosen = trials(drafts)["parts"][0]["mitigation"]
    assert chosen["chosen"] in {point["place"] for point in chosen["points"]}
    assert "least log loss" in chosen["rule"]


def test_group_thresholds_are_carried_in_the_model(context: Make, small: pl.DataFrame) -> None:
    allowed = {"use_protected": True, "use_protected_reason": "a test"}
    candidate = {"mitigation": "thresholds", "constraint": "selection_rate"}
    drafts = run(context(small, folds(small), logistic, candidate, task=allowed))
    model, found = fold_model(drafts, 0), predictions(drafts)
    assert model.decision.attribute == "afam"
    assert set(model.decision.thresholds or ()) == {"no", "yes"}
    assert found.filter(pl.col("fold") == 0)["threshold"].n_unique() == 2
    with pytest.raises(InputError, match=r"task\.use_protected forbids"):
        run(context(small, folds(small), logistic, candidate))


def test_the_search_is_recorded_with_what_ended_it(context: Make, small: pl.DataFrame) -> None:
    search = {"method": "bayesian", "trials": 4, "folds": 2, "space": {"C": [0.01, 1.0]}}
    record = trials(run(context(small, folds(small), logistic, {"search": search})))
    assert record["count"] == 16
    assert record["deterministic"] is True
    assert [part["part"] for part in record["parts"]] == ["0", "1", "2", "final"]
    for part in record["parts"]:
        best = min(part["trials"], key=lambda trial: trial["value"])
        assert part["chosen"] == best["settings"]
        assert part["stopped_by"] == "trials"
    timed = search | {"seconds": 1e-6}
    record = trials(run(context(small, folds(small), logistic, {"search": timed})))
    assert record["deterministic"] is False
    assert {part["stopped_by"] for part in record["parts"]} == {"seconds"}


def test_rows_that_belong_together_share_an_inner_fold(context: Make, small: pl.DataFrame) -> None:
    frame = small.with_columns(house=(pl.int_range(pl.len()) // 4).cast(pl.String))
    drafts = run(context(frame, folds(frame), logistic, {}, split={"group": "house"}))
    assert "house" not in {one.name for one in final_model(drafts).signature.inputs}
    apart = run(context(frame.drop("house"), folds(frame), logistic, {}))
    assert final_model(drafts).calibration != final_model(apart).calibration


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"pirat": pl.col("pirat").cast(pl.String)},
            "row 0, field pirat: '0.221.*' is not a number",
        ),
        ({"pirat": pl.lit(float("nan"))}, "row 0, field pirat: 'nan' is not a finite number"),
        ({"deny": pl.lit("no")}, "its values are no, not yes and one other"),
    ],
)
def test_bad_values_name_the_row_of_the_table(
    context: Make, small: pl.DataFrame, change: dict[str, pl.Expr], message: str
) -> None:
    made = context(small, folds(small), logistic, {})
    broken = context(small.with_columns(**change), folds(small), logistic, {})
    schema = made.inputs["table"].files["schema.json"]
    broken.inputs["table"].files["schema.json"] = schema
    with pytest.raises(DataError, match=message):
        run(broken)


def test_a_split_that_judges_nothing_and_bad_settings_are_refused(
    context: Make, small: pl.DataFrame
) -> None:
    with pytest.raises(InputError, match="judges no row"):
        run(context(small, np.full(small.height, -1), logistic, {}))
    with pytest.raises(InputError, match="settings of the family logistic: trees"):
        run(context(small, folds(small), logistic, {"settings": {"trees": 3}}))
    with pytest.raises(InputError, match="mitigation needs a protected column"):
        run(context(small, folds(small), logistic, {"mitigation": "reweighing"},
                    task={"protected": []}))  # fmt: skip


def test_importing_the_step_loads_no_heavy_library() -> None:
    heavy = "{'sklearn', 'lightgbm', 'interpret', 'optuna', 'fairlearn', 'pandas', 'scipy'}"
    code = f"import sys, proofstone.train.fit; print(sorted({heavy} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert shown.stdout.strip() == "[]"
