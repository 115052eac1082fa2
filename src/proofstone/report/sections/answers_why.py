"""Why single answers were given, by passage, and why single texts were scored so, by word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from proofstone.report.charts.bars import bar_chart
from proofstone.report.charts.scale import Scale
from proofstone.report.numbers import count, number, plain, share
from proofstone.report.record import Record, find, listing, mapping
from proofstone.report.sections.section import View

STRONGEST = 6
LEVELS = 4


def view(record: Record) -> View | None:
    """Answers with their passages, texts with their words; None when neither was measured."""
    asked = find(record.findings, "source_carrier_rate")
    read = find(record.findings, "local_words", "examples")
    answers = [_answer(mapping(one)) for one in _listed(asked, "examples")]
    texts = [_text(mapping(one)) for one in _listed(read, "rows")]
    if not answers and not texts:
        return None
    return {"answers": answers, "texts": texts, "positive": record.positive}


def _listed(finding: Any, name: str) -> list[Any]:
    return [] if finding is None else listing(finding.details.get(name))


def _answer(example: Mapping[str, Any]) -> dict[str, Any]:
    passages = [mapping(one) for one in listing(example.get("passages"))]
    weights = [number(one.get("weight")) or 0.0 for one in passages]
    scale = Scale.around([*weights, 0.0], pad=0.05)
    whole, none = number(example.get("with_all")), number(example.get("with_none"))
    gain = None if whole is None or none is None else whole - none
    return {
        "question": str(example.get("question", "")),
        "reply": str(example.get("reply", "")),
        "gain": plain(gain, 1),
        "tokens": count(example.get("tokens")),
        "passages": [
            _passage(one, weight, scale) for one, weight in zip(passages, weights, strict=True)
        ],
    }


def _passage(passage: Mapping[str, Any], weight: float, scale: Scale) -> dict[str, Any]:
    names = [str(passage.get(name) or "") for name in ("title", "section")]
    name = " · ".join(filter(None, names))
    return {
        "name": name,
        "text": str(passage.get("text", "")),
        "named": passage.get("named") is True,
        "weight": signed(weight, 1),
        "chart": bar_chart(
            title=name,
            description=signed(weight, 1),
            value=weight,
            low=None,
            high=None,
            scale=scale,
        ),
    }


def _text(row: Mapping[str, Any]) -> dict[str, Any]:
    text = str(row.get("text", ""))
    parts = _parts(row.get("parts"), len(text))
    strongest = sorted(parts, key=lambda one: (-abs(one[2]), one[0]))[:STRONGEST]
    rest = number(row.get("rest")) or 0.0
    return {
        "row": str(row.get("row", "")),
        "score": share(number(row.get("score"))),
        "base": plain(number(row.get("base"))),
        "pieces": heat(text, parts),
        "strongest": [(text[start:end], signed(value)) for start, end, value in strongest],
        "rest": signed(rest) if rest else "",
    }


def _parts(raw: Any, size: int) -> list[tuple[int, int, float]]:
    """Parts in order that lie within the text and do not overlap; others are left out."""
    found: list[tuple[int, int, float]] = []
    for one in listing(raw):
        cells = [number(cell) for cell in listing(one)]
        if len(cells) != 3 or None in cells:
            continue
        start, end, value = int(cells[0] or 0), int(cells[1] or 0), cells[2] or 0.0
        after = found[-1][1] if found else 0
        if after <= start < end <= size:
            found.append((start, end, value))
    return found


def heat(text: str, parts: Sequence[tuple[int, int, float]]) -> list[dict[str, Any]]:
    """Return `text` in pieces as the heat map shows them; joined they are the text.

    `parts` are (start, end, value) in order. A piece's `level` is 0 where it added next to
    nothing, else 1 to 4 by its share of the greatest value; `side` is `for` or `against`.

    >>> heat("not bad", [(0, 3, 0.4), (4, 7, -0.1)])[2]
    {'text': 'bad', 'level': 1, 'side': 'against', 'value': '−0.100'}
    """
    greatest = max((abs(value) for _start, _end, value in parts), default=0.0)
    cuts = sorted({0, len(text), *(cut for start, end, _value in parts for cut in (start, end))})
    values = {(start, end): value for start, end, value in parts}
    pieces = []
    for span in pairwise(cuts):
        value = values.get(span, 0.0)
        level = round(LEVELS * abs(value) / greatest) if greatest else 0
        pieces.append(
            {
                "text": text[slice(*span)],
                "level": level,
                "side": "for" if value > 0 else "against",
                "value": signed(value),
            }
        )
    return pieces


def signed(value: float, digits: int = 3) -> str:
    """Return a number with its sign, also where it is positive.

    >>> signed(0.5), signed(-0.5), signed(0.0)
    ('+0.500', '−0.500', '0.000')
    """
    text = plain(value, digits)
    return f"+{text}" if value > 0 and float(text) else text
