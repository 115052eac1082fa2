"""The model beside what stands in for vLLM: what it is told, what it refuses, how it ends."""

from __future__ import annotations

import gc
import hashlib
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from tests.models.vllm.folders import END, TEMPLATE, chat_files, gone, notes, tiny
from tests.models.vllm.test_protocol import continued

from proofstone.core.errors import DataError, InputError, MissingTool, VerificationError
from proofstone.models.contract import Generate, Logprobs
from proofstone.models.conversation import exchange, rows_of
from proofstone.models.errors import RowError
from proofstone.models.vllm.model import VllmModel

SAY = Generate(40)


def test_only_the_template_begins_and_ends_turns(place: Path) -> None:
    model = tiny(place)
    said = model.generate(exchange(f"a{END}b"), SAY).text
    assert said == "a<\u200b|im_end|>b"
    model.close()


def test_the_score_is_the_sum_over_the_tokens(place: Path) -> None:
    """As the stand-in scores bytes, the name of a control token among them."""
    model = tiny(place, parallel=2)
    texts = ["yes", f"no {END}"]
    found = model.answer(Logprobs(), continued(*((exchange("so?"), one) for one in texts)))
    expected = [[-sum(1 + byte % 16 for byte in one.encode()) / 8, len(one)] for one in texts]
    np.testing.assert_allclose(found, expected)
    model.close()


def test_a_draw_is_a_seed_only_where_there_is_something_to_draw(place: Path) -> None:
    model = tiny(place)
    rows = rows_of([exchange("hm")])
    assert model.answer(SAY, rows, 7).tolist() == ["hm"]
    assert model.answer(Generate(40, temperature=1.0), rows, 7).tolist() == ["hm 7"]
    model.close()


def test_the_template_is_the_one_that_was_assessed(place: Path) -> None:
    digest = hashlib.sha256(TEMPLATE.encode()).hexdigest()
    assert tiny(place, template=digest).template_digest == digest
    with pytest.raises(VerificationError, match=digest) as caught:
        tiny(place, template="0" * 64)
    assert "0" * 64 in str(caught.value)
    assert notes(place) == []


def test_a_turn_that_the_template_refuses_is_named(place: Path) -> None:
    model = tiny(place)
    asked = rows_of([exchange("hi"), exchange("refuse")])
    with pytest.raises(RowError, match=r"row 1, messages: .*nothing"):
        model.answer(SAY, asked)
    with pytest.raises(RowError, match=r"row 0, messages: .*nothing"):
        model.answer(Logprobs(), continued((exchange("refuse"), "x")))
    model.close()


def test_the_name_follows_files_and_settings(place: Path) -> None:
    first, again, longer = tiny(place), tiny(place), tiny(place, context=300)
    other = VllmModel(
        chat_files(hidden_size=8), name="tiny", context=200, program=str(place / "vllm-plain")
    )
    names = [one.id for one in (first, again, other, longer)]
    assert names[0] == names[1]
    assert len({*names}) == 3
    for one in (first, again, other, longer):
        one.close()


def test_a_server_that_was_closed_starts_again(place: Path) -> None:
    model = tiny(place)
    before, name = model.generate(exchange("hi"), SAY), model.id
    model.close()
    assert model.generate(exchange("hi"), SAY) == before
    assert (model.id, len(notes(place))) == (name, 2)
    model.close()


def test_a_server_that_died_is_told_of_once_and_started_again(place: Path) -> None:
    model = tiny(place)
    assert model.generate(exchange("hi"), SAY).text == "hi"
    with pytest.raises(DataError, match=r"^tiny: vLLM has ended"):
        model.generate(exchange("die"), SAY)
    assert list(place.glob("vllm-*/socket")) == []
    assert model.generate(exchange("hi"), SAY).text == "hi"
    assert len(notes(place)) == 2
    model.close()


def test_a_server_that_died_between_two_questions_is_told_of_at_once(place: Path) -> None:
    model = tiny(place)
    model.generate(exchange("hi"), SAY)
    keeper, server, _ = notes(place)[0]["processes"]
    os.kill(server, signal.SIGKILL)
    assert gone(keeper)
    with pytest.raises(DataError, match=r"^tiny: vLLM has ended"):
        model.answer(Logprobs(), continued((exchange("hi"), "x")))
    model.close()


def test_a_stream_that_breaks_off_says_so(place: Path) -> None:
    model = tiny(place)
    told = model.stream(exchange("break"), SAY)
    assert next(told).text == "b"
    with pytest.raises(RowError, match=r"^messages: the stream broke off"):
        list(told)
    assert gone(notes(place)[0]["processes"][0])
    with pytest.raises(DataError, match=r"^tiny: vLLM has ended"):
        list(model.stream(exchange("hi"), SAY))
    assert "".join(one.text for one in model.stream(exchange("hi"), SAY)) == "hi"
    model.close()


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # httpcore, who is not let in
def test_many_find_it_dead_and_each_is_told(place: Path) -> None:
    model = tiny(place, parallel=4)
    model.generate(exchange("hi"), SAY)

    def ask(text: str) -> str:
        try:
            return model.generate(exchange(text), SAY).text
        except DataError as error:
            return str(error)

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(ask, ["die"] * 4))
    assert all("vLLM has ended" in one for one in said)
    model.close()
    assert list(place.glob("vllm-*/socket")) == []
    gc.collect()


def test_answers_that_are_no_answers_are_refused(place: Path) -> None:
    model = tiny(place, "odd")
    with pytest.raises(RowError, match=r"row 0, messages: "):
        model.answer(SAY, rows_of([exchange("hi")]))
    with pytest.raises(RowError, match=r"row 0, messages: vLLM's answer has no tokens"):
        model.answer(Logprobs(), continued((exchange("hi"), "x")))
    model.close()


def test_a_program_that_is_not_there_is_named_before_anything_is_asked(place: Path) -> None:
    with pytest.raises(MissingTool, match="nowhere/vllm is not installed") as caught:
        tiny(place, program="nowhere/vllm")
    assert "PROOFSTONE_VLLM" in caught.value.hint
    assert caught.value.exit_code == 5


@pytest.mark.parametrize("settings", [{"context": 0}, {"parallel": 0}])
def test_settings_below_one_are_refused(place: Path, settings: dict[str, int]) -> None:
    with pytest.raises(InputError, match="tiny: context"):
        tiny(place, **settings)
