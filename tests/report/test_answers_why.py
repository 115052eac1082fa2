from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.report.language import in_language
from proofstone.report.record import Record
from proofstone.report.render import _environment
from proofstone.report.sections import answers_why
from proofstone.report.sections.answers_why import heat

ANSWER = {
    "question": "Where is <the key>?",
    "reply": "In keys.",
    "with_all": -4.0,
    "with_none": -30.5,
    "tokens": 9,
    "passages": [
        {"title": "Keys", "section": "Where", "text": "In keys.", "weight": 26.0, "named": True},
        {"title": "Hours", "section": "", "text": "At nine.", "weight": -0.5, "named": False},
    ],
}
TEXT = {
    "row": 7, "score": 0.91, "base": 0.2, "text": "质量很差 <b>", "rest": 0.25,
    "parts": [[0, 1, 0.1], [2, 3, -0.4], [3, 4, 1.6], [4, 99, 5.0], ["x", 2, 3]],
}  # fmt: skip


@pytest.fixture
def explained(record: dict[str, Any], fake: SimpleNamespace) -> dict[str, Any]:
    answers = fake.finding("source_carrier_rate", 1.0, details={"examples": [ANSWER]})
    words = fake.finding("local_words", 0.0, subject="examples", details={"rows": [TEXT]})
    record["candidates"][0]["findings"] = [answers, words]
    return record


def page(record: dict[str, Any], language: str) -> str:
    def made() -> str:
        view = answers_why.view(Record(record))
        return _environment().get_template("answers_why.html").render(view=view)

    return in_language(language, made)


def test_passages_stand_with_what_they_added(explained: dict[str, Any]) -> None:
    view = in_language("en", lambda: answers_why.view(Record(explained)))
    assert view is not None
    (answer,) = view["answers"]
    assert (answer["gain"], answer["tokens"]) == ("26.5", "9")
    assert [(one["name"], one["weight"], one["named"]) for one in answer["passages"]] == [
        ("Keys · Where", "+26.0", True),
        ("Hours", "−0.5", False),
    ]


def test_words_are_marked_by_side_and_size(explained: dict[str, Any]) -> None:
    html = page(explained, "en")
    assert re.findall(r'<mark class="(\w+) level(\d)" title="(\S+)">(.*?)</mark>', html) == [
        ("against", "1", "−0.400", "很"),
        ("for", "4", "+1.600", "差"),
    ]
    assert "Row 7: predicted 91%" in html
    assert "+0.250" in html


@pytest.mark.parametrize("language", ["en", "zh"])
def test_texts_of_the_record_are_escaped(explained: dict[str, Any], language: str) -> None:
    html = page(explained, language)
    assert "&lt;b&gt;" in html
    assert "<the key>" not in html
    assert " style=" not in html


def test_without_explanations_there_is_no_section(record: dict[str, Any]) -> None:
    assert answers_why.view(Record(record)) is None


@given(st.text(max_size=30), st.lists(st.floats(-5, 5), max_size=10))
def test_the_pieces_are_the_text(text: str, values: list[float]) -> None:
    parts = [(at, at + 1, value) for at, value in enumerate(values[: len(text)])]
    pieces = heat(text, parts)
    assert "".join(piece["text"] for piece in pieces) == text
    assert all(0 <= piece["level"] <= 4 for piece in pieces)
