from __future__ import annotations

import hashlib
import os
import struct
import subprocess
import sys
from pathlib import Path
from unittest import mock

import numpy as np
import polars as pl
import pytest
from tests.models.gguf_files import entry, gguf, smollm2, tensor, text

from proofstone.core.errors import DataError, InputError, MissingExtra
from proofstone.models.contract import Generate, Model, Predict
from proofstone.models.errors import RowError
from proofstone.models.gguf import GgufModel
from proofstone.models.rows import Rows

PROMPTS = ["Name a colour.", "What is 2 + 2?", "How many days are there in a week?"]
SHORT = Generate(max_tokens=10)


def rows(*prompts: str) -> Rows:
    return Rows.of(pl.DataFrame({"prompt": list(prompts)}, schema={"prompt": pl.String}))


@pytest.fixture(scope="module")
def model() -> GgufModel:
    return GgufModel(smollm2(), context=512)


@pytest.fixture(scope="module")
def answers(model: GgufModel) -> list[str]:
    """What it answers to the prompts, in their order."""
    return list(model.answer(SHORT, rows(*PROMPTS)))


def test_it_is_a_model_that_generates(model: GgufModel) -> None:
    assert isinstance(model, Model)
    assert model.operations == {Generate}
    assert model.signature.output == "text"
    assert [(one.name, one.kind) for one in model.signature.inputs] == [("prompt", "text")]
    assert not model.by_origin


def test_answers_are_texts_one_a_row(model: GgufModel, answers: list[str]) -> None:
    found = model.answer(SHORT, rows(*PROMPTS))
    assert (found.shape, found.dtype) == ((3,), np.dtype(object))
    assert all(isinstance(one, str) and one.strip() for one in answers)
    assert "4" in answers[1]
    assert model.answer(SHORT, rows()).shape == (0,)


def test_without_temperature_an_answer_depends_on_its_prompt_alone(
    model: GgufModel, answers: list[str]
) -> None:
    assert list(model.answer(SHORT, rows(*reversed(PROMPTS)))) == answers[::-1]
    assert [str(model.answer(SHORT, rows(one))[0]) for one in PROMPTS] == answers
    assert list(model.answer(SHORT, rows(PROMPTS[1], PROMPTS[1]))) == [answers[1]] * 2
    assert list(model.answer(SHORT, rows(PROMPTS[0]), draw=3)) == answers[:1]


def test_another_instance_answers_the_same(model: GgufModel, answers: list[str]) -> None:
    again = GgufModel(smollm2(), context=512)
    assert again.id == model.id
    assert list(again.answer(SHORT, rows(*PROMPTS[:1]))) == answers[:1]


def test_with_temperature_each_draw_is_its_own_and_can_be_repeated(model: GgufModel) -> None:
    warm = Generate(max_tokens=10, temperature=1.5)
    draws = [str(model.answer(warm, rows("Tell me a story."), draw)[0]) for draw in range(3)]
    assert len(set(draws)) > 1
    assert [
        str(model.answer(warm, rows("Tell me a story."), draw)[0]) for draw in range(3)
    ] == draws


def test_the_number_of_tokens_is_bounded(model: GgufModel, answers: list[str]) -> None:
    (word,) = model.answer(Generate(max_tokens=1), rows(PROMPTS[0]))
    assert answers[0].startswith(word)
    assert len(word) < len(answers[0])


def test_the_id_is_that_of_the_file_and_the_context(model: GgufModel) -> None:
    with smollm2().open("rb") as file:
        state = hashlib.sha256(b"512")
        state.update(file.read())
    assert model.id == state.hexdigest()
    assert GgufModel(smollm2(), context=256).id != model.id


def test_a_prompt_longer_than_the_context_names_its_row(model: GgufModel) -> None:
    with pytest.raises(RowError, match="row 1, prompt") as caught:
        model.answer(SHORT, rows("hi", "word " * 600))
    assert caught.value.hint == "shorten the prompt"
    assert model.answer(SHORT, rows("hi")).shape == (1,)


def test_another_operation_is_refused(model: GgufModel) -> None:
    with pytest.raises(InputError, match="does not answer Predict"):
        model.answer(Predict(), rows("hi"))


def test_without_llama_cpp_the_extra_is_named() -> None:
    with (
        mock.patch.dict(sys.modules, {"xllamacpp": None}),
        pytest.raises(MissingExtra, match="xllamacpp is not installed") as caught,
    ):
        GgufModel(smollm2())
    assert caught.value.hint == "pip install 'proofstone[text]'"
    assert caught.value.exit_code == 5


PROGRAM = """
import sys
from pathlib import Path
import polars as pl
from proofstone.core.errors import DataError
from proofstone.models.contract import Generate
from proofstone.models.gguf import GgufModel
from proofstone.models.rows import Rows
for path in sys.argv[1:]:
    try:
        GgufModel(Path(path)).answer(Generate(4), Rows.of(pl.DataFrame({"prompt": ["hi"]})))
    except DataError as error:
        print(Path(path).name, bool(error.hint), str(error).removeprefix(path), sep="|")
print("alive")
"""


def test_no_file_kills_the_process(tmp_path: Path) -> None:
    """In a process of its own: what llama.cpp meets there might end it."""
    whole = smollm2().read_bytes()
    kind = entry("general.architecture", 8, text("no-such-kind"))
    files = {
        "cut": whole[: len(whole) // 2],
        "last byte": whole[:-1],
        "rubbish": bytes(range(256)) * 4,
        "header": whole[:24],
        "version": whole[:4] + struct.pack("<I", 9) + whole[8:],
        "empty": gguf((), (tensor("t", (8,)),), 32),
        "kind": gguf((kind,), (tensor("t", (8,)),), 32),
        "layers": whole.replace(b"llama.block_count", b"llama.xlock_count", 1),
        "words": whole.replace(b"tokenizer.ggml.model", b"tokenizer.xxml.model", 1),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *(str(tmp_path / name) for name in files)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    lines = done.stdout.splitlines()
    assert lines[-1] == "alive"
    said = {name: (hint, message) for name, hint, message in (one.split("|") for one in lines[:-1])}
    assert said.keys() == files.keys()
    assert {hint for hint, _ in said.values()} == {"True"}
    assert "cut short" in said["cut"][1]
    assert "cut short" in said["last byte"][1]
    assert "llama.cpp cannot load" in said["layers"][1]


def test_what_is_not_gguf_is_refused_before_it_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(DataError, match="is not a GGUF file"):
        GgufModel(path)
