from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from proofstone.core.errors import ProjectFileError
from proofstone.data.knowledge.questions import parse_questions

SHIPPED = files("proofstone") / "templates" / "support" / "questions.yaml"
GOOD = """\
- id: hours
  kind: answerable
  use: judge
  expect: answer
  en: {turns: ["When?"], accept: [["nine", "9"]], sources: ["hours#open"], reference: "At nine."}
  zh: {turns: ["几点？"], accept: [["九点"]], sources: ["hours#open"], reference: "九点。"}
- id: weather
  kind: unanswerable
  use: calibrate
  expect: handover
  en: {turns: ["Will it rain?"]}
"""


def problems(directory: Path, text: str) -> list[str]:
    path = directory / "questions.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ProjectFileError) as caught:
        parse_questions(path)
    return [f"{one.line}: {one.message}" for one in caught.value.problems]


def test_a_question_in_two_languages_is_two_of_one_topic(tmp_path: Path) -> None:
    path = tmp_path / "q.yaml"
    path.write_text(GOOD, "utf-8")
    first, second, third = parse_questions(path)
    assert (first["topic"], first["language"], first["accept"]) == ("hours", "en", [["nine", "9"]])
    assert (second["topic"], second["language"], second["turns"]) == ("hours", "zh", ["几点？"])
    assert (third["expect"], third["sources"], third["must_not"]) == ("handover", [], [])


def test_the_questions_that_ship_hold() -> None:
    found = parse_questions(Path(str(SHIPPED)))
    assert len({one["topic"] for one in found}) >= 150
    assert {one["use"] for one in found} == {"calibrate", "judge"}


def test_every_problem_is_told_with_its_line(tmp_path: Path) -> None:
    wrong = GOOD.replace("kind: unanswerable", "kind: silly").replace("use: judge", "uses: judge")
    said = problems(tmp_path, wrong)
    assert any(one.startswith("3: ") and "uses" in one for one in said)
    assert any(one.startswith("8: ") and "silly" in one for one in said)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("id: weather", "id: hours", "stands twice"),
        ('["When?"]', '["When?", "At nine."]', "the last turn is the assistant's"),
        (', sources: ["hours#open"], reference: "At nine."', "", "needs its sources"),
        ('  en: {turns: ["Will it rain?"]}\n', "", "has no language"),
        ('turns: ["Will it rain?"]', "turns: []", "empty"),
    ],
)
def test_contradictions_are_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert any(says in one for one in problems(tmp_path, GOOD.replace(old, new)))


@pytest.mark.parametrize("text", ["", "a: 1\n", "- [", "[]\n"])
def test_what_is_no_list_of_questions_is_refused(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, text)
