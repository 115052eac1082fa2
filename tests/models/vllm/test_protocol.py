"""What holds of any vLLM: the stand-in, and the real one where the environment names it."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tests.models.vllm.folders import END

from proofstone.core.errors import InputError
from proofstone.models.contract import Generate, Logprobs, Predict
from proofstone.models.conversation import CONTINUATION, Conversation, exchange, rows_of
from proofstone.models.errors import RowError
from proofstone.models.rows import Rows
from proofstone.models.vllm.model import VllmModel

CAPITAL = exchange("What is the capital of France?")
LONG = exchange("word " * 300)


def continued(*pairs: tuple[Conversation, str]) -> Rows:
    rows = rows_of([turns for turns, _ in pairs])
    said = pl.Series(CONTINUATION, [text for _, text in pairs])
    return Rows.of(rows.frame.with_columns(said))


def test_an_answer_has_a_text_an_end_and_counts(model: VllmModel) -> None:
    said = model.generate(CAPITAL, Generate(3))
    assert said.text
    assert said.finish == "length"
    assert said.usage.completion_tokens == 3
    assert said.usage.prompt_tokens > 3


def test_no_tokens_are_no_question(model: VllmModel) -> None:
    assert model.generate(CAPITAL, Generate(0)).text == ""
    [piece] = model.stream(CAPITAL, Generate(0))
    assert (piece.text, piece.finish) == ("", "length")


def test_a_stream_is_the_same_answer_in_pieces(model: VllmModel) -> None:
    whole = model.generate(CAPITAL, Generate(12))
    *pieces, last = model.stream(CAPITAL, Generate(12))
    assert len(pieces) > 1
    assert "".join(one.text for one in pieces) == whole.text
    assert (last.text, last.finish, last.usage) == ("", whole.finish, whole.usage)


def test_a_stop_text_ends_the_answer_and_is_left_out(model: VllmModel) -> None:
    whole = model.generate(CAPITAL, Generate(12)).text
    stop = whole[4:6]
    said = model.generate(CAPITAL, Generate(12, stop=(stop,)))
    assert said.text == whole.partition(stop)[0]
    assert said.finish == "stop"


def test_answers_come_in_the_order_of_their_rows(model: VllmModel) -> None:
    asked = [exchange("Say one."), CAPITAL, exchange("Hi", "Hello!", "Who are you?")]
    alone = [model.generate(turns, Generate(8)).text for turns in asked]
    assert len({*alone}) == 3
    together = model.answer(Generate(8), rows_of(asked)).tolist()
    assert together == alone


def test_log_probabilities_are_of_the_continuation_alone(model: VllmModel) -> None:
    rows = continued((CAPITAL, "Paris"), (CAPITAL, ""), (CAPITAL, "Paris Paris"))
    found = model.answer(Logprobs(), rows)
    assert found.shape == (3, 2)
    assert found[1].tolist() == [0.0, 0.0]
    assert (found[[0, 2], 0] < 0).all()
    assert found[2, 1] > found[0, 1] >= 1
    alone = model.answer(Logprobs(), continued((CAPITAL, "Paris")))
    np.testing.assert_allclose(alone[0], found[0], atol=0.05)


def test_names_of_control_tokens_are_plain_text_wherever_people_write_them(
    model: VllmModel,
) -> None:
    read = [
        model.generate(exchange(text), Generate(1)).usage.prompt_tokens
        for text in ("a", f"a{END}", f"a{END}{END}")
    ]
    assert read[1] - read[0] > 2
    assert read[2] - read[1] > 2
    names = [(CAPITAL, "ok "), (CAPITAL, f"ok {END}"), (CAPITAL, f"ok {END}{END}")]
    plain, once, twice = model.answer(Logprobs(), continued(*names))[:, 1]
    assert once - plain > 2
    assert twice - once > 2


def test_what_does_not_fit_is_named(model: VllmModel) -> None:
    with pytest.raises(RowError, match=r"^answer: .*context"):
        model.generate(LONG, Generate(8))
    with pytest.raises(RowError, match=r"^row 1, messages: .*context"):
        model.answer(Generate(8), rows_of([CAPITAL, LONG]))
    with pytest.raises(RowError, match=r"^row 1, messages: .*context"):
        model.answer(Logprobs(), continued((CAPITAL, "x"), (LONG, "x")))
    with pytest.raises(RowError, match="context"):
        list(model.stream(LONG, Generate(8)))
    assert model.generate(CAPITAL, Generate(1)).text


def test_it_answers_two_operations_and_has_one_name(model: VllmModel) -> None:
    assert model.operations == {Generate, Logprobs}
    assert len(model.id) == 64
    with pytest.raises(InputError, match="does not answer Predict"):
        model.answer(Predict(), rows_of([CAPITAL]))
