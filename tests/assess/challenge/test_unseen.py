from __future__ import annotations

import numpy as np
import polars as pl
from tests.registry.releases import ROWS, scorer

from proofstone.assess.challenge.unseen import Past, unseen_answers
from proofstone.models.open import open_model

ANSWERS = pl.DataFrame(
    {"row": [0, 1, 2], "score": [0.11, 0.22, 0.33], "threshold": [0.5, 0.5, 0.4]}
)


def past(table: pl.DataFrame, answers: pl.DataFrame = ANSWERS) -> Past:
    return Past(open_model(scorer()), table, answers)


def test_recorded_asked_and_left_out() -> None:
    fresh = ROWS.head(1).with_columns(income=pl.lit(11.0))
    table = pl.concat([fresh, ROWS.reverse()]).with_columns(label=pl.lit("any"))
    side = past(ROWS)
    found = unseen_answers(side, table, np.arange(5), same=False)
    assert (found.recorded, found.asked, found.left_out) == (3, 1, 1)
    assert found.answers["row"].to_list() == [0, 2, 3, 4]
    assert found.answers["score"].to_list()[1:] == [0.33, 0.22, 0.11]
    assert found.answers["score"][0] == side.model.scores(fresh)[0]
    assert found.answers["threshold"].to_list()[1:] == [0.4, 0.5, 0.5]


def test_in_the_very_table_rows_are_known_by_their_place() -> None:
    found = unseen_answers(past(ROWS), ROWS, np.array([3, 1]), same=True)
    assert (found.recorded, found.asked, found.left_out) == (1, 0, 1)
    assert found.answers.rows() == [(1, 0.22, 0.5)]


def test_equal_rows_keep_their_own_answers_in_turn() -> None:
    twins = pl.concat([ROWS.head(1)] * 4)
    side = past(twins)
    found = unseen_answers(side, pl.concat([twins] * 2), np.arange(8), same=False)
    assert (found.recorded, found.asked, found.left_out) == (8, 0, 0)
    assert found.answers["score"].to_list() == [0.11, 0.22, 0.33, 0.11, 0.22, 0.33, 0.11, 0.22]
