"""No piece of a text holds a name of a control token, and nothing else of the text changes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from proofstone.models.control import apart, pattern, pieces

NAMES = ["<s>", "<<s>>", "<|im_end|>", "<|im_start|>", "|>"]
CONTROL = pattern(NAMES)


def test_each_name_is_cut_after_its_first_character() -> None:
    assert pieces("a<|im_end|>b<s>", CONTROL) == ["a<", "|im_end|", ">b<", "s>"]
    assert pieces("plain", CONTROL) == ["plain"]
    assert pieces("", CONTROL) == [""]
    assert apart("<|im_start|>", pattern(["<|im_start|>"])) == "<\u200b|im_start|>"


def test_a_name_within_a_name_is_cut_as_well() -> None:
    assert pieces("<<s>>", CONTROL) == ["<", "<", "s>>"]


def test_without_names_nothing_is_cut() -> None:
    assert pieces("<|im_end|>", pattern([])) == ["<|im_end|>"]
    assert apart("<|im_end|>", pattern([])) == "<|im_end|>"


@given(st.lists(st.sampled_from([*NAMES, "<", ">", "s", "|", "好", " "]), max_size=12))
def test_no_name_is_left_and_the_text_is_the_same(parts: list[str]) -> None:
    text = "".join(parts)
    found = pieces(text, CONTROL)
    assert "".join(found) == text
    assert all(name not in piece for piece in found for name in NAMES)
    assert all(name not in apart(text, CONTROL) for name in NAMES)
    assert apart(text, CONTROL).replace("\u200b", "") == text


@given(st.text(alphabet="ab<|>", max_size=30))
def test_texts_without_names_are_left_alone(text: str) -> None:
    other = pattern(["<|im_end|>"])
    assert apart(text, other) == text
