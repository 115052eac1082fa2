from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from proofstone.assess.inference.shadows import read_shadows
from proofstone.checks.shadows import Shadows
from proofstone.core.errors import InputError
from proofstone.core.project.schema import Split
from proofstone.train.columns import target
from proofstone.train.families.logistic import family as logistic
from proofstone.train.families.tree import family as tree
from proofstone.train.part import fit_part
from proofstone.train.shadows import _affordable, _whole, shadows

from .conftest import Held

Make = Callable[..., Any]


def planned(made: Any, count: int, chosen: Any = None, **settings: Any) -> Any:
    """The context of train.fit as that of train.shadows."""
    made.settings |= {"shadows": count, "row_budget": None, **settings}
    trials = {"chosen": chosen or {}, "trials": [], "stopped_by": "space"}
    made.inputs["trials"] = Held({"trials.json": json.dumps(trials).encode()})
    return made


def run(context: Any) -> tuple[Held, dict[str, Any]]:
    draft = shadows.function(context)["shadows"]
    files = {name: bytes(one) for name, one in draft.files.items()}
    return Held(files), json.loads(files["shadows.json"])


def every(frame: pl.DataFrame) -> np.ndarray:
    return np.arange(len(frame)) % 3


def read(held: Held, rows: np.ndarray) -> Shadows:
    found, _ = read_shadows(held, rows)
    assert found is not None
    return found


def test_each_row_is_in_half_of_the_models_and_pairs_are_complements(
    small: pl.DataFrame, context: Make
) -> None:
    held, about = run(planned(context(small, every(small), logistic, {}), 4))
    found = read(held, np.arange(len(small)))
    assert about == {
        "format": 1, "candidate": "one", "shadows": 4, "together": False, "reason": "",
    }  # fmt: skip
    assert (found.member.sum(axis=0) == 2).all()
    assert (found.member[0] == ~found.member[1]).all()
    assert 0.4 < found.member[0].mean() < 0.6
    assert (found.member[0] != found.member[2]).any()
    assert found.score.shape == (4, len(small))
    assert not np.array_equal(found.score[0], found.score[1])


def test_a_shadow_is_the_candidates_procedure_on_its_half_with_the_settings_it_found(
    small: pl.DataFrame, context: Make
) -> None:
    searched = {"search": {"method": "grid", "trials": 3}}
    made = planned(context(small, every(small), tree, searched), 2, {"max_depth": 2})
    held, _ = run(made)
    found = read(held, np.arange(len(small)))
    whole = _whole(made, small, np.ones(len(small), bool), Split(**made.settings["split"]))
    assert whole.recipe.candidate.settings == {"max_depth": 2}
    assert whole.recipe.candidate.search.method == "none"
    member = found.member[1]
    labels, _ = target(small, whole.recipe.task)
    alone = fit_part(
        type(whole)(
            **{
                **vars(whole),
                "frame": small.filter(pl.Series(member)),
                "target": labels[member],
                "seed": int(np.random.SeedSequence([made.seed, 1]).generate_state(1)[0]),
            }
        )
    )
    assert np.array_equal(alone.score.astype(np.float32), found.score[1])


def test_how_many_are_sent_together_changes_nothing(
    small: pl.DataFrame, context: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for together in (1, 4, 100):
        monkeypatch.setattr("proofstone.train.shadows._TOGETHER", together)
        found.append(run(planned(context(small, every(small), logistic, {}), 6))[0].files)
    assert found[0] == found[1] == found[2]


def test_the_same_seed_gives_the_same_bytes(small: pl.DataFrame, context: Make) -> None:
    first, second = (
        run(planned(context(small, every(small), logistic, {}), 2))[0] for _ in range(2)
    )
    assert first.files == second.files


def test_held_out_rows_are_scored_and_all_rows_are_drawn_from(
    small: pl.DataFrame, context: Make
) -> None:
    fold = np.where(np.arange(len(small)) % 4 == 0, 0, -1)
    split = {"estimator": "hold_out"}
    held, _ = run(planned(context(small, fold, logistic, {}, split=split), 2))
    rows = np.flatnonzero(fold == 0)
    found = read(held, rows)
    assert found.score.shape == found.member.shape == (2, len(rows))
    with pytest.raises(InputError, match="other rows"):
        read_shadows(held, rows + 1)


def test_rows_of_a_group_share_a_coin(small: pl.DataFrame, context: Make) -> None:
    grouped = small.with_columns(who=pl.Series(np.arange(len(small)) // 4))
    made = context(grouped, every(small), logistic, {}, split={"group": "who"})
    held, about = run(planned(made, 2))
    member = read(held, np.arange(len(small))).member[0]
    assert about["together"] is True
    means = pl.DataFrame({"who": grouped["who"], "in": member}).group_by("who").agg("in").to_series
    assert {len(set(one)) for one in means(1).to_list()} == {1}


def test_a_class_too_rare_for_halves_leaves_no_shadows_and_the_reason(
    hmda: pl.DataFrame, context: Make
) -> None:
    rare = pl.concat([hmda.filter(deny="yes")[:3], hmda.filter(deny="no")[:60]])
    held, about = run(planned(context(rare, every(rare), logistic, {}), 4))
    assert about["shadows"] == 0
    assert "fewer than the 3 inner folds" in about["reason"]
    found, known = read_shadows(held, np.arange(len(rare)))
    assert found is None
    assert known == {"without": about["reason"], "together": False}


@pytest.mark.parametrize(
    ("count", "rows", "budget", "expected"),
    [(64, 2_380, 1_000_000, 64), (64, 40_000, 1_000_000, 24), (64, 10**6, 10**6, 8),
     (4, 10**6, 10**6, 4), (64, 10**6, None, 64)],
)  # fmt: skip
def test_a_large_table_gets_fewer(count: int, rows: int, budget: int, expected: int) -> None:
    assert _affordable(count, rows, budget) == expected


def test_nothing_is_pickled(small: pl.DataFrame, context: Make) -> None:
    held, _ = run(planned(context(small, every(small), logistic, {}), 2))
    assert held.files.keys() == {"shadows.json", "row.npy", "member.npy", "score.npy"}
    score = np.load(io.BytesIO(held.files["score.npy"]), allow_pickle=False)
    assert score.dtype == np.float32
