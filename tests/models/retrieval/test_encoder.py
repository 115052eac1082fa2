from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from proofstone.core.errors import DataError
from proofstone.models.retrieval.encoder import E5Encoder


def test_a_question_is_nearest_to_its_answer_in_either_language(e5: E5Encoder) -> None:
    answers = ["A stolen key must be replaced at once.", "私钥被盗后必须立即更换。",
               "The office opens at nine.", "办公室九点开门。"]  # fmt: skip
    questions = ["Someone stole my private key", "办公室几点开门？"]
    found = e5.embed(questions, "query") @ e5.embed(answers, "passage").T
    # Within a language: across, a passage in the question's own language lies nearer.
    for language in (0, 1):
        assert found[:, language::2].argmax(axis=1).tolist() == [0, 1]


def test_vectors_are_of_length_1_and_depend_on_their_own_text_alone(e5: E5Encoder) -> None:
    texts = ["verify", "", "验证签名", "a longer text than the others " * 5, "😀"]
    together = e5.embed(texts, "passage")
    assert together.shape == (5, e5.dimension)
    assert together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
    alone = np.concatenate([e5.embed([text], "passage") for text in texts])
    np.testing.assert_array_equal(together, alone)
    assert e5.embed([], "query").shape == (0, e5.dimension)


def test_kinds_differ(e5: E5Encoder) -> None:
    assert not np.array_equal(e5.embed(["verify"], "query"), e5.embed(["verify"], "passage"))


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("verify\0 the release", "verify the release"),
        ("verify\u200b", "verify"),
        ("ｖｅｒｉｆｙ", "verify"),
        ("key \ud800", "key ?"),
        ("word " * 3_000, "word " * 100),
        ("\ufdfa" * 3_000, "\ufdfa" * 28),  # 18 characters each: the engine's buffer holds 12
    ],
)
def test_what_the_engine_must_not_see_is_removed_first(e5: E5Encoder, text: str, same: str) -> None:
    found = e5.embed([text, same], "query")
    np.testing.assert_array_equal(found[0], found[1])


def test_the_id_is_the_digest_of_the_weights(e5: E5Encoder, weights: Path) -> None:
    assert e5.id == f"e5:{hashlib.sha256(weights.read_bytes()).hexdigest()}"


def test_damaged_weights_never_reach_the_engine(weights: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.bin"
    with weights.open("rb") as file:
        cut.write_bytes(file.read(1_000_000))
    with pytest.raises(DataError, match=r"cut\.bin: is cut short"):
        E5Encoder(cut)
