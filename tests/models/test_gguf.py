from __future__ import annotations

import os
import stat
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import polars as pl
import pytest
from tests.models.gguf_files import entry, gguf, smollm2, tensor, text, tiny

from proofstone.core.errors import DataError, InputError, MissingExtra
from proofstone.models.contract import Generate, Logprobs, Model, Predict
from proofstone.models.conversation import CONTINUATION, exchange, rows_of
from proofstone.models.errors import RowError
from proofstone.models.generation import Piece
from proofstone.models.gguf import GgufModel
from proofstone.models.rows import Rows

PROMPTS = ["Name a colour.", "What is 2 + 2?", "How many days are there in a week?"]
SHORT = Generate(max_tokens=10)


def rows(*prompts: str) -> Rows:
    return rows_of([exchange(prompt) for prompt in prompts])


def listening() -> set[str]:
    """The sockets of this process on which TCP connections are taken."""
    open_ports = Path("/proc/net/tcp").read_text().splitlines()[1:]
    inodes = {line.split()[9] for line in open_ports if line.split()[3] == "0A"}
    ours = {str(one.readlink()) for one in Path("/proc/self/fd").iterdir() if one.is_symlink()}
    return {f"socket:[{inode}]" for inode in inodes} & ours


@pytest.fixture(scope="module")
def before() -> set[str]:
    """What this process listened on before the model was loaded."""
    return listening()


@pytest.fixture(scope="module")
def model(before: set[str]) -> GgufModel:
    return GgufModel(smollm2(), context=512)


@pytest.fixture(scope="module")
def answers(model: GgufModel) -> list[str]:
    """What it answers to the prompts, in their order."""
    return list(model.answer(SHORT, rows(*PROMPTS)))


def test_it_is_a_model_that_generates(model: GgufModel) -> None:
    assert isinstance(model, Model)
    assert model.operations == {Generate, Logprobs}
    assert model.signature.output == "text"
    assert [(one.name, one.kind) for one in model.signature.inputs] == [("messages", "text")]
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


def test_the_id_tells_what_answers_depend_on(model: GgufModel) -> None:
    assert GgufModel(smollm2(), context=512).id == model.id
    others = [{"context": 256}, {"context": 512, "threads": 2}, {"context": 512, "parallel": 2}]
    ids = {GgufModel(smollm2(), **other).id for other in others}
    assert len(ids | {model.id}) == 4


def test_a_conversation_longer_than_the_context_names_its_row_and_the_lengths(
    model: GgufModel,
) -> None:
    with pytest.raises(RowError, match=r"row 1, messages: has 631 tokens, and 512") as caught:
        model.answer(SHORT, rows("hi", "word " * 600))
    assert caught.value.hint == "shorten it, or open the model with a larger context"
    with pytest.raises(RowError, match=r"^messages: has 631 tokens, and 512"):
        list(model.stream(exchange("word " * 600), SHORT))
    assert model.answer(SHORT, rows("hi")).shape == (1,)


FLOAT32 = [
    ("What is the capital of France?", "Paris", -4.104),
    ("What is the capital of France?", "The capital of France is Paris.", -2.579),
    ("Name a colour.", "Blue is a colour.", -15.941),
    ("How many days are there in a week?", "There are seven days in a week.", -8.214),
    ("Hi", "Hello! How can I help you?", -3.973),
    ("Say something in French.", "L'Étoile brille.", -26.677),
    ("Write code.", "def f(x):\n    return x + 1\n", -15.305),
    ("Emoji?", "I like 🙂 very much.", -33.108),
    ("Count.", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10", -13.477),
    ("Leading space?", " .  ok", -37.541),
    ("What is 2 + 2?", "2 + 2 = 4", -3.034),
    ("中国的首都是哪里？", "北京", -7.727),
    ("中国的首都是哪里？", "中国的首都是北京。", -15.150),
    ("你好", "你好！很高兴见到你。", -36.080),
    ("退货需要几天？", "退货需要七天。", -15.668),
    ("请用中文回答：天空是什么颜色？", "天空是蓝色的。", -27.230),
    ("一加一等于几？", "一加一等于二。", -17.407),
    ("谢谢", "不客气😊", -33.415),
    ("Translate 'book' into Chinese.", "书", -6.041),
    ("Mixed?", "Paris 巴黎 is in France 法国.", -80.913),
]
"""What transformers 5.23 and PyTorch 2.13 find in float32 with the same weights, dequantised."""


def test_log_probabilities_are_near_those_of_float32(model: GgufModel) -> None:
    """llama.cpp rounds activations to 8 bits, a token at a time; one layer agrees to 5e-3."""
    asked = rows(*(question for question, _, _ in FLOAT32))
    said = pl.Series(CONTINUATION, [text for _, text, _ in FLOAT32])
    found = model.answer(Logprobs(), Rows(asked.frame.with_columns(said), asked.origin))
    wanted = np.array([total for _, _, total in FLOAT32])
    each = np.abs(found[:, 0] - wanted) / found[:, 1]
    assert each.max() < 0.3
    assert each.mean() < 0.06


def test_generation_ends_before_a_stop_text(model: GgufModel) -> None:
    ask = exchange("What is 2 + 2?")
    whole = model.generate(ask, Generate(max_tokens=12))
    stopped = model.generate(ask, Generate(max_tokens=12, stop=("zzz", "4")))
    assert stopped.text == whole.text.partition("4")[0]
    assert stopped.finish == "stop"
    assert stopped.usage.completion_tokens < whole.usage.completion_tokens


def test_the_finish_tells_a_cut_from_an_end(model: GgufModel) -> None:
    assert model.generate(exchange("Hi"), Generate(max_tokens=2)).finish == "length"
    assert model.generate(exchange("Hi"), Generate(max_tokens=300)).finish == "stop"
    nothing = model.generate(exchange("Hi"), Generate(max_tokens=0))
    assert (nothing.text, nothing.finish, nothing.usage.completion_tokens) == ("", "length", 0)


def test_a_stream_says_what_the_whole_answer_says(model: GgufModel) -> None:
    for operation in (SHORT, Generate(max_tokens=40, stop=(".",)), Generate(max_tokens=0)):
        whole = model.generate(exchange(PROMPTS[0]), operation)
        *pieces, last = model.stream(exchange(PROMPTS[0]), operation)
        assert "".join(one.text for one in pieces) == whole.text
        assert {(one.finish, one.usage) for one in pieces} <= {(None, None)}
        assert (last.text, last.finish, last.usage) == ("", whole.finish, whole.usage)


class _Watched:
    """Passes a server's answers on; counts what it reported and whether it came to its end."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.reported = 0
        self.returned = 0

    def handle_chat_completions(self, body: Any, callback: Any = None) -> Any:
        if callback is None:
            return self._server.handle_chat_completions(body)

        def counted(one: Any) -> Any:
            self.reported += 1
            return callback(one)

        self._server.handle_chat_completions(body, counted)
        self.returned += 1
        return None


@pytest.fixture
def watched(model: GgufModel) -> Iterator[_Watched]:
    """The server of the model, watched."""
    engine = model._engine
    engine._server = _Watched(engine._server)
    yield engine._server
    engine._server = engine._server._server


LONG = Generate(max_tokens=400)
STORY = exchange("Tell me a very long story about the sea.")


def test_closing_a_stream_stops_llama_cpp_and_frees_its_slot(
    model: GgufModel, watched: _Watched, answers: list[str]
) -> None:
    stream = model.stream(STORY, LONG)
    said = [next(stream).text for _ in range(3)]
    stream.close()
    assert all(said)
    assert watched.returned == 1
    assert watched.reported < 100
    assert not [one for one in threading.enumerate() if one.name == "llama.cpp"]
    assert model.answer(SHORT, rows(PROMPTS[0]))[0] == answers[0]


def test_a_cancelled_stream_ends_without_a_last_piece(model: GgufModel, watched: _Watched) -> None:
    seen: list[Piece] = []
    stream = model.stream(STORY, LONG, cancelled=lambda: len(seen) >= 2)
    seen.extend(stream)
    assert len(seen) == 2
    assert all(piece.finish is None for piece in seen)
    assert watched.returned == 1
    assert watched.reported < 100


def test_a_stream_is_cancelled_while_the_prompt_is_read(
    watched: _Watched, model: GgufModel
) -> None:
    asked = iter([False, False, True])
    assert not list(
        model.stream(exchange("word " * 400), LONG, cancelled=lambda: next(asked, True))
    )
    assert watched.returned == 1
    assert watched.reported < 6


def test_streams_side_by_side_do_not_mix() -> None:
    model = GgufModel(smollm2(), context=256, parallel=2)
    questions = ["Count from 1 to 9.", "Say the word blue."]

    def said(question: str) -> str:
        return "".join(one.text for one in model.stream(exchange(question), Generate(8)))

    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(said, questions))
    assert "1" in together[0]
    assert "lue" in together[1]
    assert "lue" not in together[0]


def test_nobody_else_reaches_the_server_that_llama_cpp_brings(
    before: set[str], model: GgufModel
) -> None:
    place = Path(model._engine._socket)
    assert stat.S_ISSOCK(place.stat().st_mode)
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert listening() <= before


@pytest.mark.parametrize("name", ["context", "parallel", "threads"])
def test_a_setting_below_one_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=f"{name} 0"):
        GgufModel(smollm2(), **{name: 0})


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
from proofstone.core.errors import DataError
from proofstone.models.contract import Generate
from proofstone.models.gguf import GgufModel
from proofstone.models.conversation import exchange, rows_of
for path in sys.argv[1:]:
    try:
        GgufModel(Path(path)).answer(Generate(4), rows_of([exchange("hi")]))
    except DataError as error:
        print(Path(path).name, bool(error.hint), str(error).removeprefix(path), sep="|")
print("alive")
"""


def test_no_file_kills_the_process(tmp_path: Path) -> None:
    """In a process of its own: what llama.cpp meets there might end it.

    From "no layer" on, llama.cpp 11549 would: each was found by changing bytes at random.
    """
    whole = tiny(tmp_path / "whole").read_bytes()
    kind = entry("general.architecture", 8, text("no-such-kind"))
    layers, length = text("llama.block_count"), text("llama.context_length")
    least = text("llama.attention.layer_norm_rms_epsilon") + struct.pack("<I", 6)
    at = whole.index(least) + len(least)
    norm = text("output_norm.weight") + struct.pack("<IQ", 1, 64)
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
        "foreign tokenizer": whole.replace(b"token_embd.weight", b"token_xmbd.weight", 1),
        "no layer": _with(whole, layers, "<II", 4, 0),
        "many layers": _with(whole, layers, "<II", 4, 1 << 20),
        "no context": _with(whole, length, "<II", 4, 0),
        "endless context": _with(whole, length, "<II", 4, 1 << 31),
        "no number": whole[:at] + struct.pack("<f", float("nan")) + whole[at + 4 :],
        "negative": whole[:at] + struct.pack("<f", -1.0) + whole[at + 4 :],
        "integers": _with(whole, norm, "<I", 26),
        "a word twice": whole.replace(text("!"), text('"'), 1),
        "a word cut": whole.replace(text("<|im_end|>"), text("!\0im_end|>"), 1),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *(str(tmp_path / name) for name in files)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "GGML_NO_BACKTRACE": "1"},
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
    assert "llama.cpp cannot load" in said["words"][1]
    assert "block_count: 0 is no number from 1 to 512" in said["no layer"][1]
    assert "names a token twice" in said["a word cut"][1]
    assert "there are 259 tokens" in said["foreign tokenizer"][1]


def _with(whole: bytes, name: bytes, form: str, *values: int) -> bytes:
    """The file with other bytes behind a name."""
    at = whole.index(name) + len(name)
    return whole[:at] + struct.pack(form, *values) + whole[at + struct.calcsize(form) :]


def test_what_is_not_gguf_is_refused_before_it_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(DataError, match="is not a GGUF file"):
        GgufModel(path)
