from __future__ import annotations

import pytest

from proofstone.interfaces.cli.explained import heat_text, show_explanation

HEAT = {
    "text": "not bad tea",
    "parts": [
        {"start": 0, "end": 3, "contribution": 1.0},
        {"start": 4, "end": 7, "contribution": -0.5},
    ],
}
PASSAGE = {"id": "keys#lost/1", "found": {"score": 0.8, "meaning": 0.7, "words": [
    {"word": "key", "matched": 0.06, "meant": 0.2}, {"word": "the", "matched": 0.0, "meant": 0.0},
]}}  # fmt: skip


def test_words_are_marked_where_they_stand() -> None:
    text = heat_text(HEAT)
    assert text.plain == "not bad tea"
    marked = {text.plain[span.start : span.end]: str(span.style) for span in text.spans}
    assert marked == {"not": "bold reverse blue", "bad": "red italic"}


def test_a_text_is_shown_whole_and_by_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    words = [{"feature": "not", "value": None, "contribution": 1.0}]
    show_explanation({"rows": [{"row": 0, "score": 0.9, "contributions": words, "heat": HEAT}]})
    shown = capsys.readouterr().out
    assert "not bad tea" in shown
    assert "+1.000" in shown


def test_an_answer_shows_its_passages(capsys: pytest.CaptureFixture[str]) -> None:
    piece = {"passage": "keys#lost/1", "text": "A lost key.", "weight": 21.5, "error": 0.0,
             "without": 20.0}  # fmt: skip
    about = {"question": "Where?", "text": "In [keys].", "method": "Banzhaf", "passages": [PASSAGE]}
    show_explanation({"answers": [about | {"pieces": [piece]}, about | {"pieces": []}]})
    shown = capsys.readouterr().out
    assert "+21.5 ± 0.0" in shown
    assert "In [keys]." in shown
    assert "keys#lost/1: found by key, the, score 0.800" in shown
