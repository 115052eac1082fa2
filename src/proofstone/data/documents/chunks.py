"""Documents cut into passages: at headings, then at the ends of sentences."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from proofstone.data.documents.document import Document, Section
from proofstone.models.retrieval.passage import Passage
from proofstone.models.text.language import HAN, language_of
from proofstone.models.text.sentences import sentences

SIZE = 900
OVERLAP = 120
HAN_WEIGHT = 2.25
_LEAST = 100
_HAN = re.compile(f"[{HAN}]")
_CLAUSE = re.compile(r"\n|[，、：;:,]\s*|\s+")
Span = tuple[int, int]


def information(text: str) -> float:
    """Return the length of `text` in English characters: a Han character counts for 2.25.

    So 900 is 900 characters of English or 400 of Chinese. Proofstone's own texts, which exist in
    both languages, take 2.6 English characters for one Chinese (94 sentences, measured 2026);
    2.25 keeps a Chinese passage of that size well within the 512 tokens that an encoder reads.

    >>> information("sign"), information("签名")
    (4.0, 4.5)
    """
    return len(text) + (HAN_WEIGHT - 1) * len(_HAN.findall(text))


def passages(document: Document, *, size: float = SIZE, overlap: float = OVERLAP) -> list[Passage]:
    """Return `document` cut into passages of at most `size`, measured by `information`.

    No passage reaches past its section. Where one section makes several they are of like length,
    and each after the first repeats whole sentences of the one before, at most `overlap` of them.
    A sentence longer than `size` is cut at a clause, a space, or anywhere. Nothing but white space
    is lost.

    An id is `document#anchor/part`, parts counting from 1: it stays as long as the section's
    heading and its text up to there. `section` holds the headings below the document's title,
    joined by ` > `; the text itself does not repeat them.

    Raises:
        ValueError: `size` is below 100, or `overlap` negative or more than half of `size`.
    """
    if size < _LEAST or not 0 <= overlap <= size / 2:
        raise ValueError(f"size {size}, overlap {overlap}: size >= 100, 0 <= overlap <= size / 2")
    found = []
    for section in document.sections:
        for part, text in enumerate(_texts(section, size, overlap), 1):
            found.append(
                Passage(
                    f"{document.name}#{section.anchor}/{part}",
                    document.name,
                    document.title,
                    _headings(section, document.title),
                    language_of(text),
                    text,
                )
            )
    return found


def _headings(section: Section, title: str) -> str:
    first, *below = section.headings or ("",)
    return " > ".join(below if first == title else section.headings)


def _texts(section: Section, size: float, overlap: float) -> Iterator[str]:
    spans = [part for one in _spans(section.text) for part in _cut(section.text, one, size)]
    following = [*(start for start, _ in spans[1:]), len(section.text)]
    weights = [
        information(section.text[start:after])
        for (start, _), after in zip(spans, following, strict=True)
    ]
    for first, last in _groups(weights, size, overlap):
        yield section.text[spans[first][0] : spans[last][1]]


def _spans(text: str) -> Iterator[Span]:
    """Where each sentence of `text` begins and ends."""
    at = 0
    for sentence in sentences(text):
        start = text.index(sentence, at)
        at = start + len(sentence)
        yield start, at


def _cut(text: str, span: Span, size: float) -> Iterator[Span]:
    """Yield `span` in pieces of at most `size`; the ends of clauses go before other places."""
    start, end = span
    while information(text[start : min(end, start + math.ceil(size) + 1)]) > size:
        most = _reach(text, start, end, size)
        half = start + (most - start) // 2
        stops = [found.end() for found in _CLAUSE.finditer(text, half, most)]
        stop = stops[-1] if stops else most
        yield from _stripped(text, start, stop)
        start = stop
    yield from _stripped(text, start, end)


def _reach(text: str, start: int, end: int, size: float) -> int:
    """How far a piece of `size` reaches from `start`."""
    weight, at = 0.0, start
    while at < end:
        weight += HAN_WEIGHT if _HAN.match(text[at]) else 1
        if weight > size:
            return at
        at += 1
    return end


def _stripped(text: str, start: int, end: int) -> Iterator[Span]:
    piece = text[start:end]
    if piece.strip():
        yield start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _groups(weights: Sequence[float], size: float, overlap: float) -> Iterator[Span]:
    """Yield the first and the last sentence of each passage, all about as long."""
    left = sum(weights)
    new = 0
    while new < len(weights):
        first, repeated = _overlapping(weights, new, size, overlap)
        aim = left / max(1, math.ceil(left / (size - repeated)))
        last, taken = new, weights[new]
        while last + 1 < len(weights) and taken < aim:
            if repeated + taken + weights[last + 1] > size:
                break
            last += 1
            taken += weights[last]
        yield first, last
        left -= taken
        new = last + 1


def _overlapping(
    weights: Sequence[float], new: int, size: float, overlap: float
) -> tuple[int, float]:
    """The first sentence to repeat before sentence `new`, and what the repeated ones weigh."""
    first, weight = new, 0.0
    while first and weight + weights[first - 1] <= min(overlap, size - weights[new]):
        first -= 1
        weight += weights[first]
    return first, weight
