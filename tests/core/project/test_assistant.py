"""The project file of an assistant: what holds, and what is told when it does not."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
import yaml

from proofstone.core.project.assistant import AssistantProject
from proofstone.core.project.json_schema import json_schema
from proofstone.core.project.kinds import kind_of, read_project
from proofstone.core.project.load import check_project, load_project
from proofstone.core.project.schema import DecisionProject

GOOD = """\
version: 1
name: desk
knowledge: {source: [help]}
questions: {source: questions.yaml}
assistant:
  candidates:
    - {name: quoting}
    - {name: wording, generator: model.gguf}
assess:
  gates:
    - {metric: answer_quality, min: 0.5, reason: "half is the least"}
    - {metric: answer_quality, subject: language=zh, min: 0.4, reason: "as for all"}
    - {metric: counterfactual_outcome_difference, max: 0.3, reason: "nobody is treated otherwise"}
"""


def problems(directory: Path, text: str) -> list[str]:
    (directory / "proofstone.yaml").write_text(text, "utf-8")
    return [f"{one.line} {one.field}: {one.message}" for one in check_project(directory)]


def test_an_assistants_project_is_loaded_as_one(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD) == []
    project = load_project(tmp_path)
    assert isinstance(project, AssistantProject)
    assert project.candidate_names == ["quoting", "wording"]
    assert project.select.prefer == "answer_quality"
    assert read_project(project.model_dump(mode="json")) == project


def test_the_kind_follows_from_the_section_assistant() -> None:
    assert kind_of({"assistant": None}) is AssistantProject
    assert kind_of({"task": {}}) is DecisionProject
    assert kind_of(None) is DecisionProject


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("knowledge: {source: [help]}", "knowledge: {source: []}", "3 knowledge.source"),
        ("generator: model.gguf", "tune: {}", "8 assistant.candidates[1].tune: tune is for"),
        ("model.gguf", "m.gguf, adapter: a.gguf, tune: {steps: 1}", "given and tuned at once"),
        ("name: wording", "name: quoting", 'the name "quoting" is taken on line 7'),
        ("answer_quality, min", "answer_qualty, min", 'no metric "answer_qualty" is measured'),
        ("assistant:", "assistant:\n  memory: {turns: -1}", "must be at least 0"),
        ("version: 1", "version: 1\ntask: {label: y}", 'unknown key "task"'),
    ],
)
def test_every_problem_is_told_with_its_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    found = problems(tmp_path, GOOD.replace(old, new))
    assert any(says in one for one in found), found


@pytest.mark.parametrize("form", ["chat", "./chat/", "file://chat", "{home}/chat"])
@pytest.mark.parametrize("key", ["adapter: a.gguf", "tune: {steps: 1}"])
def test_an_adapter_for_a_folder_is_refused_where_it_can_be_seen(
    tmp_path: Path, form: str, key: str
) -> None:
    text = GOOD.replace("model.gguf", f"{form.format(home=tmp_path)}, {key}")
    assert problems(tmp_path, text) == []
    (tmp_path / "chat").mkdir()
    name = key.partition(":")[0]
    says = f"{name} is for a GGUF file, and the generator is a folder"
    assert problems(tmp_path, text) == [f"8 assistant.candidates[1].{name}: {says}"]
    assert problems(tmp_path, text.replace(f", {key}", "")) == []


@pytest.mark.parametrize("address", ["~nobody-of-this-name/chat", "x" * 300, "hf://owner/chat"])
def test_an_address_that_leads_nowhere_yet_is_no_problem_of_the_file(
    tmp_path: Path, address: str
) -> None:
    text = GOOD.replace("model.gguf", f'"{address}", adapter: a.gguf')
    assert problems(tmp_path, text) == []


def test_the_schema_for_editors_accepts_it_and_names_what_is_wrong() -> None:
    validator = jsonschema.Draft202012Validator(json_schema())
    assert list(validator.iter_errors(yaml.safe_load(GOOD))) == []
    wrong = yaml.safe_load(GOOD.replace("{source: [help]}", "{sources: [help]}"))
    assert {error.json_path for error in validator.iter_errors(wrong)} == {"$.knowledge"}
