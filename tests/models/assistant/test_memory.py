from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from proofstone.models.assistant.memory import Window, queries
from proofstone.models.conversation import exchange


def test_the_window_keeps_the_last_turns_that_fit() -> None:
    talk = exchange("one", "two", "three", "four", "five", system="told")
    assert [turn.content for turn in Window(2, 100).of(talk)] == ["three", "four"]
    assert [turn.content for turn in Window(9, 9).of(talk)] == ["three", "four"]
    assert Window(0, 100).of(talk) == ()
    assert all(turn.role != "system" for turn in Window(9, 100).of(talk))


def test_a_question_is_searched_for_alone_and_with_the_one_before() -> None:
    talk = exchange("How long?", "A day.", "And in Chinese?")
    assert queries(talk[:-1], "And in Chinese?") == [
        "And in Chinese?", "How long? And in Chinese?"
    ]  # fmt: skip
    assert queries((), "Alone") == ["Alone"]


@given(
    st.lists(st.text(max_size=20), min_size=1, max_size=12), st.integers(0, 9), st.integers(0, 60)
)
def test_a_window_is_never_wider_than_it_may_be(said: list[str], turns: int, most: int) -> None:
    kept = Window(turns, most).of(exchange(*said))
    assert len(kept) <= turns
    assert sum(len(turn.content) for turn in kept) <= most
    earlier = exchange(*said)[:-1]
    assert kept == earlier[len(earlier) - len(kept) :]
