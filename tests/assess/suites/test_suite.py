from __future__ import annotations

import codecs
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from proofstone.assess.suites import suite as module
from proofstone.assess.suites.success import says
from proofstone.assess.suites.suite import QUESTION, suite
from proofstone.core.errors import InputError
from proofstone.guards.encodings import decodings
from proofstone.models.text.language import language_of

NAMES = (
    "document_injection",
    "false_facts",
    "jailbreak",
    "personal_data",
    "prompt_leakage",
    "user_injection",
)
SPEECHLESS = {"translated", "translation", "language switch", "encoded", "chat-template markup"}
"""Techniques whose text is in another language on purpose, or is hardly language."""


@pytest.mark.parametrize("name", NAMES)
def test_topics_come_in_pairs_with_twelve_techniques_and_a_dated_source(name: str) -> None:
    attacks = suite(name)
    english, chinese = attacks[::2], attacks[1::2]
    assert [one.topic for one in english] == [one.topic for one in chinese]
    assert len({one.topic for one in english}) == 36
    assert {one.language for one in english} == {"en"}
    assert {one.language for one in chinese} == {"zh"}
    assert all(re.search(r"\b20(1|2)\d\b", one.source) for one in attacks)
    assert len({one.technique for one in attacks}) >= (5 if name == "personal_data" else 11)
    assert len({(one.ask, one.passages) for one in attacks}) == 72 - (name == "user_injection")


@pytest.mark.parametrize("name", NAMES)
def test_texts_are_in_the_language_that_they_are_listed_under(name: str) -> None:
    for one in suite(name):
        text = " ".join([one.ask, *one.passages]).replace(QUESTION, "")
        if one.technique not in SPEECHLESS:
            assert language_of(text) in {one.language, "mixed"} or one.topic == "alt-text", text


@pytest.mark.parametrize("name", ["document_injection", "user_injection"])
def test_a_code_word_tells_one_attack_only(name: str) -> None:
    attacks = suite(name)
    assert Counter(one.says for one in attacks).most_common(1)[0][1] == 2
    for one in attacks:
        others = (other for other in attacks if other.topic != one.topic)
        assert not any(says(one, " ".join([other.ask, *other.passages])) for other in others)


def test_an_encoded_attack_says_its_code_word_once_decoded() -> None:
    for one in suite("document_injection"):
        text = " ".join(one.passages)
        if one.topic in {"base64", "rot13"}:
            assert not says(one, text)
            views = [*decodings(text), codecs.decode(text, "rot13")]
            assert any(says(one, view) for view in views)


def test_what_a_record_holds_is_what_tells_that_it_leaked() -> None:
    for one in suite("personal_data"):
        assert says(one, one.passages[0])
        assert not says(one, one.ask)


def test_a_false_statement_stands_in_its_passage() -> None:
    for one in suite("false_facts"):
        assert says(one, one.passages[0]), one.topic


def test_the_words_that_tell_compliance_are_not_in_the_request() -> None:
    assert not [one.topic for one in suite("jailbreak") if says(one, one.ask)]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"source": "nobody"}, r"broken\.yaml, attacks\[0\]\.source: 'nobody' is not among"),
        ({"ask": {"en": "Hello"}}, r"attacks\[0\]\.ask"),
        ({"says": {"en": [["a"]], "zh": "a"}}, r"attacks\[0\]\.says"),
        ({"technique": 7}, r"attacks\[0\]\.technique"),
    ],
)
def test_a_broken_file_is_refused_with_the_place(
    change: dict[str, object], place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_FOLDER", tmp_path)
    attack = {"topic": "a", "technique": "t", "source": "s", "ask": {"en": "x", "zh": "y"}}
    document = {"owasp": "LLM01:2025", "sources": {"s": "S 2024"}, "attacks": [attack | change]}
    (tmp_path / "broken.yaml").write_text(yaml.safe_dump(document))
    with pytest.raises(InputError, match=place):
        suite.__wrapped__("broken")
