from __future__ import annotations

import unicodedata

import pytest

from proofstone.assess.perturb.wording import CHANGES, upper

TEXTS = {"en": "If the run stops, what is `--seed 7` for?", "zh": "如果停了，用 Verify 怎么办？"}


@pytest.mark.parametrize("way", CHANGES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_words_stay(way: str, language: str) -> None:
    text = TEXTS[language]
    changed = CHANGES[way](text, language)
    assert changed != text

    def letters(said: str) -> str:
        folded = unicodedata.normalize("NFKC", said).casefold()
        return "".join(sign for sign in folded if sign.isalnum())

    assert letters(text) in letters(changed)


def test_options_keep_their_case() -> None:
    assert upper("run --seed or `Serve`", "en") == "RUN --seed OR `Serve`"
