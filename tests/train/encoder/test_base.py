from __future__ import annotations

from pathlib import Path

import pytest

from proofstone.core.errors import DataError, InputError, VerificationError
from proofstone.models.sources.fetch import fetch
from proofstone.train.encoder.base import open_base

from .small import write_base


def digest(folder: Path) -> str:
    return fetch(str(folder), folder=folder.parent / "shelf").sha256


def test_an_unknown_base_needs_its_digest(base: dict[str, str]) -> None:
    with pytest.raises(InputError, match="has no base_sha256"):
        open_base(base["base"], None)
    with pytest.raises(VerificationError, match="was expected"):
        open_base(base["base"], "0" * 64)
    with pytest.raises(InputError, match="is no whole path"):
        open_base("models/encoder", "0" * 64)


@pytest.mark.parametrize(
    ("change", "message"),
    [({"model_type": "gpt2"}, "model_type is 'gpt2'"), ({"hidden_act": "relu"}, "hidden_act"),
     ({"position_embedding_type": "relative_key"}, "places are not absolute")],
)  # fmt: skip
def test_another_architecture_is_refused(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    folder = write_base(tmp_path / "other", **change)
    with pytest.raises(DataError, match=message):
        open_base(str(folder), digest(folder))


def test_a_folder_without_a_tokenizer_is_refused(tmp_path: Path) -> None:
    folder = write_base(tmp_path / "bare")
    (folder / "tokenizer.json").unlink()
    with pytest.raises(DataError, match=r"has no tokenizer\.json"):
        open_base(str(folder), digest(folder))
