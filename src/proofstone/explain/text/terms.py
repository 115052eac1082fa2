"""What each character of a text added to a bag of terms' log-odds, exactly."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from proofstone.core.i18n import message
from proofstone.explain.text.heat import Heat, Part
from proofstone.models.runtimes.tfidf import Tfidf, Unit, terms
from proofstone.models.text.language import HAN
from proofstone.models.text.words import normalised, words

Span = tuple[int, int]

_METHOD = message("contributions of terms, exact, shared out among their characters")
_PARTS = re.compile(rf"[{HAN}]|[^\W_{HAN}]+|\s+|.", re.DOTALL)
_PAIR = re.compile(rf"[{HAN}]{{2}}")


def heat_of_terms(model: Tfidf, text: str) -> Heat:
    """Return what each word, or Chinese character, of `text` added.

    The model is linear in its terms, so what a term adds is exact (`Tfidf.added`); it is shared
    out evenly among the term's places in the text, and there among its characters. Compared is
    with a text of no known term, which scores the intercept.

    Not covered: a term's weight also depends on the others, through the text's norm.
    """
    shown = normalised(text) if model.unit == "words" else text
    spans = unit_spans(shown, model.unit)
    added = model.added(text)
    heat = np.zeros(len(shown))
    names = terms(text, model.unit, model.longest)
    times = Counter(names)
    at = 0
    for length in range(1, model.longest + 1):
        for start in range(len(spans) - length + 1):
            share = added.get(names[at], 0.0) / times[names[at]]
            at += 1
            if share:
                held = spans[start : start + length]
                size = sum(end - begin for begin, end in held)
                for begin, end in held:
                    heat[begin:end] += share / size
    (margin,) = model.margin(np.array([[text]], dtype=object)).tolist()
    return Heat(shown, model.intercept, margin, _parts(shown, heat), _METHOD)


def unit_spans(text: str, unit: Unit) -> list[Span]:
    """Return where the units that `models.runtimes.tfidf.terms` makes of `text` stand in it.

    For words `text` has to be normalised.
    """
    lowered = text.lower()
    origin = [at for at, one in enumerate(text) for _ in one.lower()]
    found = _word_spans(lowered, words(text)) if unit == "words" else _character_spans(lowered)
    return [(origin[start], origin[end - 1] + 1) for start, end in found]


def _word_spans(lowered: str, said: Sequence[str]) -> list[Span]:
    spans: list[Span] = []
    after = 0
    for word in said:
        # Pairs of one run of Han characters overlap by a character.
        paired = spans and _PAIR.fullmatch(word) and _PAIR.fullmatch(lowered[slice(*spans[-1])])
        if paired and lowered.startswith(word, spans[-1][0] + 1):
            start = spans[-1][0] + 1
        else:
            start = lowered.index(word, after)
        after = start + len(word)
        spans.append((start, after))
    return spans


def _character_spans(lowered: str) -> list[Span]:
    spans: list[Span] = []
    for found in re.finditer(r"\S", lowered):
        last = spans[-1][1] if spans else found.start()
        if found.start() > last:
            spans.append((last, found.start()))
        spans.append(found.span())
    return spans


def _parts(text: str, heat: np.ndarray) -> tuple[Part, ...]:
    found = [one.span() for one in _PARTS.finditer(text)]
    parts = [Part(start, end, float(heat[start:end].sum())) for start, end in found]
    return tuple(part for part in parts if part.value)
