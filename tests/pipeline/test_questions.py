from __future__ import annotations

import contextvars
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import yaml
from tests.models.gguf_files import gguf, smollm2, tensor

from proofstone.core.errors import DataError, InputError, MissingExtra
from proofstone.interfaces.cli import main
from proofstone.models.gguf import GgufModel
from proofstone.pipeline.questions import assess_questions
from proofstone.store.store import Store

QUESTIONS = Path(__file__).parents[2] / "examples" / "questions.yaml"
KILLED_AT_THE_FOURTH = """
import os, signal, sys
from pathlib import Path
from proofstone.models.gguf import GgufModel
from proofstone.pipeline.questions import assess_questions
from proofstone.store.store import Store

answer, calls = GgufModel.answer, []

def mortal(self, operation, rows, draw=0):
    calls.append(len(rows))
    if len(calls) == 4:
        os.kill(os.getpid(), signal.SIGKILL)
    return answer(self, operation, rows, draw)

GgufModel.answer = mortal
model, questions, root, report = map(Path, sys.argv[1:])
assess_questions(model, questions, Store(root), report=report)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose store holds what was answered before the process was killed: three."""
    folder = tmp_path_factory.mktemp("questions")
    arguments = [smollm2(), QUESTIONS, folder / ".proofstone", folder / "killed.html"]
    done = subprocess.run(
        [sys.executable, "-c", KILLED_AT_THE_FOURTH, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    return folder


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    made = Store(home / ".proofstone")
    yield made
    made.close()


@pytest.fixture(scope="module")
def resumed(home: Path) -> dict[str, Any]:
    """The assessment that goes on where the killed one was."""
    store = Store(home / ".proofstone")
    try:
        return assess_questions(smollm2(), QUESTIONS, store, report=home / "report.html")
    finally:
        store.close()


def test_a_killed_assessment_goes_on_where_it_was(home: Path, resumed: dict[str, Any]) -> None:
    assert not (home / "killed.html").exists()
    assert resumed["rows_answered"] == 7


def test_the_share_is_that_of_answers_that_hold_an_accepted_text(resumed: dict[str, Any]) -> None:
    (found,) = resumed["findings"]
    asked = yaml.safe_load(QUESTIONS.read_text())
    assert (found["metric"], found["n"], len(asked)) == ("answer_match_rate", 10, 10)
    table = found["details"]["questions"]
    assert [one["prompt"] for one in table] == [one["prompt"] for one in asked]
    for one, question in zip(table, asked, strict=True):
        held = any(text.lower() in one["answer"].lower() for text in question["expect"])
        assert one["matched"] == held
    assert found["value"] == sum(one["matched"] for one in table) / 10
    assert 0 < found["low"] < found["value"] < found["high"] < 1


def test_a_model_of_this_size_answers_some_of_them(resumed: dict[str, Any]) -> None:
    """Seen: 6 of 10. Other processors may round otherwise and answer a little differently."""
    assert 0.3 <= resumed["findings"][0]["value"] <= 0.9


def test_a_second_assessment_asks_nothing_and_says_the_same(
    store: Store, resumed: dict[str, Any], tmp_path: Path
) -> None:
    with mock.patch.object(
        GgufModel, "_engine", property(lambda self: pytest.fail("it was loaded"))
    ):
        again = assess_questions(smollm2(), QUESTIONS, store, report=tmp_path / "again.html")
    assert again["rows_answered"] == 0
    assert again["findings"] == resumed["findings"]
    assert (tmp_path / "again.html").read_text() == Path(resumed["report"]).read_text()


def test_the_report_renders_in_both_languages(resumed: dict[str, Any]) -> None:
    page = Path(resumed["report"]).read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert smollm2().stem in page
    assert "Answer match rate" in page
    assert "回答匹配率" in page


def test_the_command_prints_one_document(
    home: Path, resumed: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["assess", "--model", str(smollm2()), "--questions", str(QUESTIONS), "-C", str(home),
             "--report", str(home / "cli.html"), "--json"]  # fmt: skip
    own = {name: value for name, value in os.environ.items() if not name.startswith("PROOFSTONE_")}
    with (
        mock.patch.object(sys, "argv", ["proofstone", *words]),
        mock.patch.dict(os.environ, own, clear=True),
        pytest.raises(SystemExit) as end,
    ):
        contextvars.copy_context().run(main)
    assert end.value.code == 0
    document = json.loads(capsys.readouterr().out)
    assert document["findings"] == resumed["findings"]
    assert (document["rows_answered"], document["threshold"]) == (0, None)
    assert document["report"] == str(home / "cli.html")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is not a list of questions"),
        ("[]", "is not a list of questions"),
        ("prompt: x", "is not a list of questions"),
        ("- [", "is not YAML"),
        ("- x", "entry 1 is not a question"),
        ("- {prompt: a}", "entry 1 is not a question"),
        ("- {prompt: a, expect: [b]}\n- {prompt: '', expect: [b]}", "entry 2 is not a question"),
        ("- {prompt: 3, expect: [b]}", "entry 1 is not a question"),
        ("- {prompt: a, expect: [b], other: c}", "entry 1 is not a question"),
        ("- {prompt: a, expect: []}", "entry 1: `expect`"),
        ("- {prompt: a, expect: [4]}", "entry 1: `expect`"),
        ("- {prompt: a, expect: [yes]}", "entry 1: `expect`"),
        ("- {prompt: a, expect: ['']}", "entry 1: `expect`"),
    ],
)
def test_a_wrong_questions_file_is_named(
    text: str, says: str, store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "questions.yaml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        assess_questions(smollm2(), path, store)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)
    assert "prompt" in caught.value.hint


def test_files_that_are_not_there_are_named(store: Store, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.yaml"):
        assess_questions(smollm2(), tmp_path / "absent.yaml", store)
    with pytest.raises(DataError, match=r"absent\.gguf"):
        assess_questions(tmp_path / "absent.gguf", QUESTIONS, store)


def test_what_cannot_be_asked_is_no_result(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "long.yaml"
    path.write_text(yaml.safe_dump([{"prompt": "word " * 3000, "expect": ["x"]}]))
    with pytest.raises(DataError, match="row 0, messages") as caught:
        assess_questions(smollm2(), path, store)
    assert "is kept" in caught.value.hint
    tiny = tmp_path / "tiny.gguf"
    tiny.write_bytes(gguf((), (tensor("t", (8,)),), 32))
    with pytest.raises(DataError, match="there is no tokenizer in it"):
        assess_questions(tiny, QUESTIONS, store)
    assert not list(tmp_path.glob("*.html"))


def test_without_llama_cpp_nothing_is_reported(store: Store, tmp_path: Path) -> None:
    with mock.patch.dict(sys.modules, {"xllamacpp": None}), pytest.raises(MissingExtra):
        assess_questions(smollm2(), QUESTIONS, store, report=tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()


def test_one_accepted_text_need_not_be_a_list(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_text("- {prompt: 'What is 2 + 2?', expect: '4'}\n")
    found = assess_questions(smollm2(), path, store)
    assert found["findings"][0]["n"] == 1
    assert found["report"] == str(tmp_path / "one-report.html")
