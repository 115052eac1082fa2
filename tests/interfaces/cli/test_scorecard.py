"""The scorecard of an assistant, on a record with invented numbers, and of a table beside it."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from proofstone.interfaces.cli import scorecard
from proofstone.interfaces.cli.scorecard import (
    asked_line,
    candidates_table,
    gap_gate,
    gate_lines,
    print_scorecard,
)

FAKES = Path(__file__).parents[2] / "report"
Printed = Callable[[dict[str, Any]], list[str]]


@pytest.fixture
def record() -> dict[str, Any]:
    made: dict[str, Any] = runpy.run_path(str(FAKES / "fake_assistant.py"))["record"]()
    return made


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Printed:
    monkeypatch.setenv("COLUMNS", "100")

    def lines(record: dict[str, Any]) -> list[str]:
        document = {"steps": [{"status": "ran"}, {"status": "restored"}], "report": "report.html"}
        print_scorecard(record, document)
        return capsys.readouterr().out.splitlines()

    return lines


def test_candidates_show_what_a_board_asks_about(record: dict[str, Any], printed: Printed) -> None:
    heading, *rows = printed(record)[:4]
    assert heading.split() == [
        "candidate", "answer_quality", "wrongly_answered", "handover", "gates",
    ]  # fmt: skip
    assert "★ extractive" in rows[0]
    assert "0.49 [0.43, 0.55]" in rows[0]
    assert "0.14 [0.08, 0.20]" in rows[0]
    assert rows[0].endswith("✗ 6/7")
    assert "smollm2-tuned" in rows[2]


def test_it_fits_a_hundred_columns(record: dict[str, Any], printed: Printed) -> None:
    lines = printed(record)
    assert max(len(line) for line in lines) <= 100
    assert max(len(line) for line in lines[:4]) <= 80, "cut where no terminal says how wide it is"


def test_what_it_answers_from_and_how_much_was_asked(record: dict[str, Any]) -> None:
    (line,) = asked_line(record)
    assert line.plain == (
        "answers from 56 documents (273 passages); judged by 296 questions with an answer, "
        "106 without"
    )


def test_gates_tell_the_subject_and_lengths_without_decimals(record: dict[str, Any]) -> None:
    lines = [line.plain for line in gate_lines(record)]
    assert "✓ pass  wrongly_answered_rate (language=zh)  0.120 [0.040, 0.200]  ≤ 0.20" in lines
    assert "✓ pass  reply_length_p95 (all)  812 [772, 852]  ≤ 900" in lines


def test_what_would_open_counts_the_gate_s_own_questions(record: dict[str, Any]) -> None:
    gate = record["gates"][1] | {"verdict": "inconclusive", "rows_needed": 530}
    gate["would_open"] = [{"way": "rows", "rows": 9999, "now": 410, "opens": True}]
    _gate, way = gate_lines({**record, "gates": [gate]})
    assert way.plain == "  would open: about 530 of them instead of 106"


def test_a_preferred_metric_is_shown_once_and_first(record: dict[str, Any]) -> None:
    record["project"]["select"]["prefer"] = "handover_rate"
    columns = [str(one.header) for one in candidates_table(record, None).columns]
    assert columns == [
        "candidate", "handover", "answer_quality", "wrongly_answered", "gates",
    ]  # fmt: skip


def test_a_table_keeps_its_gap(record: dict[str, Any]) -> None:
    table = runpy.run_path(str(FAKES / "fake.py"))["record"]()
    gap = gap_gate(table)
    assert gap is not None
    assert gap["subject"] == "afam"
    assert gap_gate(record) is None
    assert list(asked_line(table)) == []


def test_many_candidates_are_cut(record: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scorecard, "_CANDIDATES", 2)
    assert candidates_table(record, None).row_count == 2


def test_each_way_has_a_line_that_says_what_it_buys_and_what_it_costs() -> None:
    table = runpy.run_path(str(FAKES / "fake.py"))["record"]()
    lines = [line.plain for line in gate_lines(table)]
    at = next(place for place, line in enumerate(lines) if line.startswith("✗ fail"))
    assert lines[at + 1] == "  would open: thresholds moved by -0.05 (accuracy 0.881 → 0.869)"
    assert lines[at + 2] == (
        "  would open: logistic-reweighed (reweighing): false_positive_rate_difference 0.132 → "
        "0.071; costs roc_auc 0.829 → 0.825"
    )
    table["gates"][1]["would_open"] = []
    lines = [line.plain for line in gate_lines(table)]
    assert lines[at + 1 : at + 3] == [
        "  would open: nothing that was measured",
        "  comes nearest: logistic-thresholds (thresholds): false_positive_rate_difference 0.132 "
        "→ 0.012; costs roc_auc 0.829 → 0.829",
    ]
