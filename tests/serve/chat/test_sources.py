from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from proofstone.models.assistant.reply import Source
from proofstone.serve.chat.sources import sources_block, without_sources

KEYS = Source("keys#lost/1", "keys", "Keys", "Lost keys")


def test_sources_are_named_in_the_language_of_the_question() -> None:
    twice = [KEYS, Source("keys#lost/2", "keys", "Keys", "Lost keys")]
    assert sources_block("How?", twice) == "\n\nSources:\n- Keys › Lost keys"
    assert sources_block("怎么办？", [KEYS]) == "\n\n来源：\n- Keys › Lost keys"
    assert sources_block("How?", []) == ""


def test_a_document_without_title_or_section_has_its_name() -> None:
    assert sources_block("How?", [Source("a#/1", "a", "", "")]).endswith("\n- a")


@given(st.text(), st.text(), st.sampled_from(["How?", "怎么办？"]))
def test_the_lines_come_off_again_whatever_the_titles_are(
    text: str, title: str, question: str
) -> None:
    block = sources_block(question, [Source("d#/1", "d", title, "s"), KEYS])
    assert without_sources(without_sources(text) + block) == without_sources(text)


def test_a_text_that_only_speaks_of_sources_stays() -> None:
    text = "Sources:\n- are listed below each answer."
    assert without_sources(text) == text


def test_lines_that_lead_nowhere_are_left_soon() -> None:
    """A backtracking search would take hours for this."""
    text = ("\n\nSources:\n- " + " " * 100_000 + "\n- x" * 20_000) * 2 + "\n\nend"
    assert without_sources(text) == text
