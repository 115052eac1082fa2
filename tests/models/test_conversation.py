from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.core.errors import InputError
from proofstone.models.conversation import (
    Turn,
    exchange,
    read,
    read_planted,
    read_rows,
    rows_of,
    write,
)

turns = st.builds(Turn, st.sampled_from(["system", "user", "assistant"]), st.text())


@given(st.lists(turns, min_size=1).map(tuple))
def test_what_is_written_is_read_back(conversation: tuple[Turn, ...]) -> None:
    assert read(write(conversation)) == conversation


def test_rows_hold_conversations_and_what_is_planted() -> None:
    talks = [exchange("Hello"), exchange("Hi", "Yes?", "Bye", system="told")]
    rows = rows_of(talks, [(), ("poison 毒",)])
    assert read_rows(rows) == talks
    assert read_planted(rows) == [(), ("poison 毒",)]
    assert read_planted(rows_of(talks)) == [(), ()]


@pytest.mark.parametrize("text", ["", "null", "[]", "[{}]", '[{"role":"user","content":1}]'])
def test_what_is_no_conversation_is_refused_with_its_row(text: str) -> None:
    with pytest.raises(InputError, match="row 3, messages"):
        read(text, 3)
