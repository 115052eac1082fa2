"""Loading and checking a project file: every problem at once, each with its remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from proofstone.core.errors import InputError, Problem, ProjectFileError
from proofstone.core.project.known import Known
from proofstone.core.project.load import check_project, load_project

GOOD = """\
version: 1
name: loans
task:
  label: bad
  positive: "yes"
  protected: [sex, race]
data:
  source: loans.csv
  columns:
    bad: {type: category, values: ["no", "yes"]}
    sex: {type: category}
    race: {type: category}
    income: {type: number, min: 0}
    when: {type: number}
train:
  candidates:
    - {name: plain, family: logistic}
    - {name: fair, family: logistic, mitigation: reweighing, attribute: sex}
assess:
  gates:
    - {metric: roc_auc, min: 0.7, reason: below this it is of no use}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "proofstone.yaml"
    path.write_text(text, "utf-8")
    return path


def changed(folder: Path, **changes: Any) -> list[Problem]:
    """Problems of the good file with values at dotted paths changed (`__` stands for a dot)."""
    document = yaml.safe_load(GOOD)
    for path, value in changes.items():
        *parents, last = path.split("__")
        at = document
        for part in parents:
            at = at[int(part)] if isinstance(at, list) else at.setdefault(part, {})
        at[int(last) if isinstance(at, list) else last] = value
    return check_project(write(folder, yaml.safe_dump(document, sort_keys=False)))


def test_a_good_file_loads_from_its_folder(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    assert check_project(tmp_path) == []
    assert load_project(tmp_path).train.candidates[1].attribute == "sex"


def test_the_only_protected_column_is_what_a_mitigation_is_about(tmp_path: Path) -> None:
    text = GOOD.replace("[sex, race]", "[sex]").replace(", attribute: sex", "")
    candidates = load_project(write(tmp_path, text)).train.candidates
    assert [candidate.attribute for candidate in candidates] == [None, "sex"]


def test_every_problem_is_told_at_once_with_line_and_remedy(tmp_path: Path) -> None:
    text = (
        GOOD.replace("family: logistic}", "famly: logistic}")
        .replace('["no", "yes"]', "[no, yes]")
        .replace("min: 0.7, reason: below this it is of no use", "min: 0.7")
        .replace("metric: roc_auc", "metric: roc_acu")
        .replace("label: bad", "label: bda")
    )
    path = write(tmp_path, text)
    with pytest.raises(ProjectFileError) as caught:
        load_project(path)
    told = [(problem.line, problem.field, problem.hint) for problem in caught.value.problems]
    assert (4, "task.label", 'did you mean "bad"?') in told
    assert (10, "data.columns.bad.values[0]", 'quote it: "no"') in told
    assert (10, "data.columns.bad.values[1]", 'quote it: "yes"') in told
    assert (17, "train.candidates[0].famly", 'did you mean "family"?') in told
    assert (17, "train.candidates[0].family", "") in told
    assert (21, "assess.gates[0].metric", 'did you mean "roc_auc"?') in told
    assert [line for line, _, _ in told] == sorted(line for line, _, _ in told)
    assert sum("reason" in problem.message for problem in caught.value.problems) == 1
    assert f"{path}:17: train.candidates[0].famly" in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("changes", "field", "message", "hint"),
    [
        ({"version": 2}, "version", "not one of", "known: 1"),
        ({"name": "My Loans"}, "name", "not a name", 'such as "my-loans"'),
        ({"seed": "5"}, "seed", "whole number", "without quotes"),
        ({"seed": -1}, "seed", "at least 0", ""),
        ({"task__positive": 1}, "task.positive", "a number, not text", 'quote it: "1"'),
        ({"task__positive": "y"}, "task.positive", "not among the values", "known: no, yes"),
        ({"task__protected": "sex"}, "task.protected", "must be a list", "write [sex]"),
        ({"task__protected": ["sex", "race", "bad"]}, "task.protected[2]", "label", ""),
        ({"task__protected": ["sex", "rase"]}, "task.protected[1]", "not in", '"race"'),
        ({"task__use_protected": True}, "task.use_protected", "reason", "use_protected_reason"),
        ({"split__estimator": "holdout"}, "split.estimator", "'holdout'", '"hold_out"'),
        ({"split__group": "hause"}, "split.group", "not in", "known"),
        ({"split__time": "when"}, "split.time", "latest rows", "hold_out"),
        ({"split": None}, "split", "is empty", "delete the line"),
        ({"prepare__outliers": 0.5}, "prepare.outliers", "less than 0.5", ""),
        ({"train__candidates": []}, "train.candidates", "empty", "at least one"),
        ({"train__candidates__1__name": "plain"}, "train.candidates[1].name", "taken", "plain_2"),
        (
            {"train__candidates__0__family": "lgbm"},
            "train.candidates[0].family",
            "lgbm",
            "lightgbm",
        ),
        ({"train__candidates__1__attribute": "six"}, "train.candidates[1].attribute", "six", "sex"),
        ({"train__candidates__1__attribute": None}, "train.candidates[1].mitigation", "say", "or"),
        (
            {"train__candidates__1__mitigation": "thresholds"},
            "train.candidates[1].mitigation",
            "when predicting",
            "use_protected",
        ),
        (
            {"train__candidates__0__search": {"method": "grid", "space": {"c": []}}},
            "train.candidates[0].search.space.c",
            "no values",
            "at least one",
        ),
        ({"train__threshold": {"rule": "fixed"}}, "train.threshold.rule", "needs a value", "add"),
        ({"train__threshold": {"value": 0.5}}, "train.threshold.value", "by itself", "fixed"),
        ({"data__source": ""}, "data.source", "empty", "file"),
        ({"data__rules": [{"name": "r", "expression": " "}]}, "data.rules[0].expression", "", ""),
        ({"data__columns__income__max": -1}, "data.columns.income.min", "above", ""),
        ({"data__columns__sex__max": 1}, "data.columns.sex.max", "for numbers", "delete"),
        ({"data__columns__sex__change": "up"}, "data.columns.sex.change", "category", "none"),
        (
            {"data__columns__note": {"type": "text", "change": "down"}},
            "data.columns.note.change",
            "for numbers",
            "any or none",
        ),
        (
            {"data__columns__own": {"type": "boolean", "change": "up", "values": ["n", "y"]}},
            "data.columns.own.change",
            "a boolean with values is a category",
            "any or none",
        ),
        ({"data__columns__income__values": ["1"]}, "data.columns.income.values", "", "category"),
        ({"data__columns__sex__values": ["f", "f"]}, "data.columns.sex.values[1]", "twice", ""),
        ({"data__columns__sex__type": "string"}, "data.columns.sex.type", "not one of", "known"),
        ({"data__columns__sex__role": "label"}, "data.columns.sex.role", "task.label", "set"),
        ({"data__columns__when__role": "protected"}, "data.columns.when.role", "", "add when"),
        ({"assess__level": 1}, "assess.level", "less than 1", ""),
        ({"assess__gates__0__max": 0.9}, "assess.gates[0].max", "only one", "two gates"),
        ({"assess__gates__0__min": None}, "assess.gates[0]", "no limit", "not_applicable"),
        ({"assess__gates__0__reason": " "}, "assess.gates[0]", "no reason", "report"),
        (
            {"assess__gates__0__metric": "selection_rate_ratio"},
            "assess.gates[0].metric",
            "compares groups",
            "sex or race",
        ),
        ({"assess__gates__0__subject": "rce=a"}, "assess.gates[0].subject", "rce", '"race"'),
        ({"select__prefer": "auc"}, "select.prefer", "auc", '"roc_auc"'),
    ],
)
def test_each_problem_names_field_and_remedy(
    tmp_path: Path, changes: dict[str, Any], field: str, message: str, hint: str
) -> None:
    problems = changed(tmp_path, **changes)
    assert len(problems) == 1, problems
    assert problems[0].field == field
    assert message in problems[0].message
    assert hint in problems[0].hint


@pytest.mark.parametrize("kind", ["number", "boolean"])
def test_numbers_and_booleans_have_a_direction(tmp_path: Path, kind: str) -> None:
    for change in ("up", "down"):
        assert changed(tmp_path, data__columns__own={"type": kind, "change": change}) == []
    assert changed(tmp_path, data__columns__sex__change="none") == []


def test_a_gate_that_does_not_apply_needs_no_limit(tmp_path: Path) -> None:
    gate = {"metric": "roc_auc", "not_applicable": "the score only ranks within a branch"}
    assert changed(tmp_path, assess__gates=[gate]) == []


def test_two_gates_on_the_same_side_of_one_finding_are_one_too_many(tmp_path: Path) -> None:
    gate = {"metric": "roc_auc", "min": 0.7, "reason": "r"}
    problems = changed(tmp_path, assess__gates=[gate, gate | {"min": 0.8}])
    assert [problem.field for problem in problems] == ["assess.gates[1]"]
    assert changed(tmp_path, assess__gates=[gate, {**gate, "min": None, "max": 0.9}]) == []


def test_intersections_are_subjects(tmp_path: Path) -> None:
    gate = {"metric": "selection_rate_difference", "subject": "sex × race", "max": 0.1}
    assert changed(tmp_path, assess__gates=[gate | {"reason": "r"}]) == []


def test_names_of_plugins_are_known_where_they_are_given(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.replace("family: logistic", "family: forest"))
    assert check_project(path, Known(families=frozenset({"forest"}))) == []
    path = write(tmp_path, GOOD.replace("assess:", "assess:\n  probes: [qualty]"))
    assert check_project(path) == []
    (problem,) = check_project(path, Known(probes=frozenset({"quality"})))
    assert problem.hint == 'did you mean "quality"?'


def test_a_file_that_is_not_there_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"proofstone\.yaml: there is no project file"):
        load_project(tmp_path)


def test_broken_yaml_is_a_problem_not_a_crash(tmp_path: Path) -> None:
    problems = check_project(write(tmp_path, "name: [\n"))
    assert [problem.line for problem in problems] == [2]
