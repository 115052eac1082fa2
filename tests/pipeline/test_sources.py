"""What an assistant's project file names outside itself is checked before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from proofstone.api import Workspace

FILE = """\
version: 1
name: desk
knowledge: {source: [help]}
questions: {source: questions.yaml}
assistant:
  guards: {order: [limits]}
  candidates: [{name: quoting}]
"""
QUESTION = """\
- id: one
  kind: answerable
  use: judge
  expect: answer
  en: {turns: ["Where?"], accept: [["here"]], sources: ["keys#lost"]}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "help").mkdir()
    (tmp_path / "help" / "keys.md").write_text("# Keys\n\nLost.\n", "utf-8")
    (tmp_path / "questions.yaml").write_text(QUESTION, "utf-8")
    (tmp_path / "proofstone.yaml").write_text(FILE, "utf-8")
    return tmp_path


def problems(home: Path) -> list[tuple[str, int, str]]:
    found = Workspace(home).check()["problems"]
    return [(Path(one["file"]).name, one["line"], one["message"]) for one in found]


def test_a_whole_project_has_none(home: Path) -> None:
    assert problems(home) == []


def test_each_thing_that_is_not_there_is_told_at_once(home: Path) -> None:
    (home / "help" / "keys.md").unlink()
    (home / "questions.yaml").unlink()
    text = FILE.replace("order: [limits]", "toxicity: 1")
    (home / "proofstone.yaml").write_text(text, "utf-8")
    found = problems(home)
    assert [(file, line) for file, line, _ in found] == [
        ("proofstone.yaml", 3), ("proofstone.yaml", 4), ("proofstone.yaml", 6)
    ]  # fmt: skip
    assert "no document" in found[0][2]
    assert "no such file" in found[1][2]
    assert "'toxicity'" in found[2][2]


def test_questions_are_told_with_their_own_lines(home: Path) -> None:
    (home / "questions.yaml").write_text(QUESTION.replace("judge", "jugde"), "utf-8")
    [(file, line, says)] = problems(home)
    assert (file, line) == ("questions.yaml", 3)
    assert "jugde" in says
