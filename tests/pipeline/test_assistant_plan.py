"""The plan of an assistant: weights are fetched once, tuning comes in between."""

from __future__ import annotations

from pathlib import Path

import pytest

from proofstone.core.errors import DataError, InputError
from proofstone.core.project.known import LANGUAGE_PROBES
from proofstone.core.project.load import load_project
from proofstone.pipeline.node import Plan
from proofstone.pipeline.plan import make_plan

FILE = """\
version: 1
name: desk
knowledge: {source: [help]}
questions: {source: questions.yaml}
assistant:
  candidates:
    - {name: quoting}
    - {name: wording, generator: chat.gguf}
    - {name: tuned, generator: chat.gguf, tune: {steps: 1}}
    - {name: adapted, generator: chat.gguf, adapter: adapter.gguf}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "help").mkdir()
    (tmp_path / "help" / "keys.md").write_text("# Keys\n\nLost.\n", "utf-8")
    for name in ("questions.yaml", "chat.gguf", "adapter.gguf"):
        (tmp_path / name).write_text(name, "utf-8")
    (tmp_path / "proofstone.yaml").write_text(FILE, "utf-8")
    return tmp_path


def plan(home: Path) -> Plan:
    return make_plan(load_project(home), home)


def test_steps_come_in_the_order_in_which_they_read(home: Path) -> None:
    names = [node.name for node in plan(home)]
    assert names == [
        "data.read", "data.check", "data.profile", "data.questions", "data.weights/encoder",
        "data.weights/chat.gguf", "data.weights/adapter.gguf", "train.retrieval",
        "train.fit/quoting", "assess.candidate/quoting", "train.fit/wording",
        "assess.candidate/wording", "train.tune/tuned", "train.fit/tuned",
        "assess.candidate/tuned", "train.fit/adapted", "assess.candidate/adapted", "select",
    ]  # fmt: skip
    seen: set[str] = set()
    for node in plan(home):
        assert {port.node for port in node.inputs.values()} <= seen
        seen.add(node.name)


def test_models_of_one_name_are_two_steps(home: Path) -> None:
    (home / "other").mkdir()
    (home / "other" / "chat.gguf").write_text("another", "utf-8")
    file = home / "proofstone.yaml"
    more = "    - {name: other, generator: other/chat.gguf}\n"
    file.write_text(file.read_text("utf-8") + more, "utf-8")
    made = plan(home)
    assert made.node("train.fit/other").inputs["generator"].node == "data.weights/chat.gguf~2"
    assert made.node("train.fit/wording").inputs["generator"].node == "data.weights/chat.gguf"
    found = {
        made.node(f"data.weights/{name}").settings["address"]
        for name in ("chat.gguf", "chat.gguf~2")
    }
    assert found == {"chat.gguf", "other/chat.gguf"}


def test_a_tuned_candidate_gets_its_adapter_from_tuning(home: Path) -> None:
    fit = plan(home).node("train.fit/tuned")
    assert fit.inputs["adapter"].node == "train.tune/tuned"
    assert (
        plan(home).node("train.fit/adapted").inputs["adapter"].node == "data.weights/adapter.gguf"
    )
    assert "generator" not in plan(home).node("train.fit/quoting").inputs


def test_what_tuning_left_is_known_to_those_who_measure_it_and_to_no_other(home: Path) -> None:
    made = plan(home)
    known = made.node("assess.candidate/tuned").inputs["memorised"]
    assert (known.node, known.role) == ("train.tune/tuned", "memorised")
    for name in ("quoting", "wording", "adapted"):
        assert "memorised" not in made.node(f"assess.candidate/{name}").inputs


def test_all_probes_of_assistants_run_and_none_of_tables(home: Path) -> None:
    assert set(plan(home).node("assess.candidate/quoting").plugins) == LANGUAGE_PROBES


def test_another_candidate_leaves_retrieval_alone(home: Path) -> None:
    before = plan(home).node("train.retrieval").settings
    text = FILE + "    - {name: more, generator: chat.gguf, max_tokens: 8}\n"
    (home / "proofstone.yaml").write_text(text, "utf-8")
    assert plan(home).node("train.retrieval").settings == before


@pytest.mark.parametrize("name", ["help/keys.md", "questions.yaml", "chat.gguf"])
def test_what_is_read_counts_by_its_content(home: Path, name: str) -> None:
    before = [node.settings for node in plan(home)]
    (home / name).write_text("# Other\n\nText.\n", "utf-8")
    assert [node.settings for node in plan(home)] != before


@pytest.mark.parametrize(
    ("name", "says"), [("questions.yaml", "no such file"), ("help", "no such")]
)
def test_what_is_not_there_is_named(home: Path, name: str, says: str) -> None:
    (home / name).rename(home / "elsewhere")
    with pytest.raises(DataError, match=says) as caught:
        plan(home)
    assert name in str(caught.value)


@pytest.mark.parametrize(
    ("guards", "says"),
    [("{order: [none]}", "no guard named 'none'"), ("{odd: 1}", "assistant.guards: 'odd'")],
)
def test_an_unknown_guard_or_setting_is_named_before_anything_runs(
    home: Path, guards: str, says: str
) -> None:
    text = FILE.replace("assistant:\n", f"assistant:\n  guards: {guards}\n")
    (home / "proofstone.yaml").write_text(text, "utf-8")
    with pytest.raises(InputError, match=says):
        plan(home)
