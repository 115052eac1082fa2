from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.core.errors import InputError
from proofstone.models.retrieval.passage import Passage, read_passages, write_passages

_ONE = Passage("a#b/1", "a", "Title", "Section", "en", "Text.")
_TEXT = st.text(st.characters(codec="utf-8"))


@given(
    st.lists(st.builds(Passage, _TEXT, _TEXT, _TEXT, _TEXT, _TEXT, _TEXT), unique_by=lambda p: p.id)
)
def test_reads_back_what_it_wrote(passages: list[Passage]) -> None:
    assert list(read_passages(write_passages(passages), "p.json")) == passages


def test_two_passages_with_one_id_are_refused() -> None:
    content = write_passages([_ONE, replace(_ONE, text="Another.")])
    with pytest.raises(InputError, match=r"p\.json: two passages have the id 'a#b/1'"):
        read_passages(content, "p.json")


def test_a_passage_without_a_field_is_named() -> None:
    state = {"passages": [_ONE.to_json(), {"id": "x"}]}
    with pytest.raises(InputError, match=r"p\.json passage 2: there is no document"):
        read_passages(json.dumps(state).encode(), "p.json")


def test_half_a_character_is_refused() -> None:
    state = {"passages": [_ONE.to_json() | {"text": "\ud800"}]}
    with pytest.raises(InputError, match="no Unicode text"):
        read_passages(json.dumps(state).encode(), "p.json")
