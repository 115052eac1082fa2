from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.registry.releases import signed, write

from proofstone.models.calibration import Uncalibrated
from proofstone.models.contract import Feature, Signature
from proofstone.models.decision import Decision
from proofstone.models.open import model_files
from proofstone.models.prepare.texts import Texts
from proofstone.models.runtimes.tfidf import Tfidf
from proofstone.registry.verify import VerifiedModel, verify
from proofstone.serve.explain_text import explain_texts, reads_text
from proofstone.vault.keys import SigningKey


@pytest.fixture(scope="module")
def reviews(tmp_path_factory: pytest.TempPathFactory) -> VerifiedModel:
    """A release that tells complaints by two characters."""
    known, counts = ("好", "差"), np.array([3, 3])
    runtime = Tfidf("characters", 1, 9, known, counts, np.array([-2.0, 2.0]), 0.1)
    files = model_files(
        runtime="tfidf",
        weights=runtime.to_weights(),
        signature=Signature((Feature("text", "text"),), "probabilities", ("pos", "neg"), "neg"),
        prepared=Texts(("text",)),
        calibration=Uncalibrated(),
        decision=Decision("fixed", "neg", 0.5),
    )
    key = SigningKey.generate()
    folder = tmp_path_factory.mktemp("reviews") / "release"
    return verify(write(signed(files, key), folder), key.public)


def test_words_of_the_first_texts(reviews: VerifiedModel, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    pl.DataFrame({"text": ["质量差", "好，差，好", "好"]}).write_csv(rows)
    found = explain_texts(reviews, rows, limit=2)
    assert found["release"] == reviews.release
    assert len(found["rows"]) == 2
    first, second = found["rows"]
    assert first["contributions"] == [{"feature": "差", "value": None, "contribution": 2.0}]
    assert first["heat"]["parts"][0]["start"] == 2
    for row in (first, second):
        total = row["base"] + sum(one["contribution"] for one in row["contributions"])
        assert 1 / (1 + np.exp(-total)) == pytest.approx(row["score"])


def test_which_releases_read_text(reviews: VerifiedModel, verified: VerifiedModel) -> None:
    assert reads_text(reviews)
    assert not reads_text(verified)
