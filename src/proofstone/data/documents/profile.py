"""What a knowledge base holds, in figures."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from proofstone.data.documents.chunks import information
from proofstone.data.documents.document import Document
from proofstone.models.retrieval.passage import Passage
from proofstone.models.text.words import normalised


def profile(documents: Sequence[Document], passages: Sequence[Passage]) -> dict[str, Any]:
    """Return counts, lengths and duplicates, JSON only.

    `lengths` are those of passages, as `information` measures them, with the ids of the shortest
    and the longest (None where there is no passage). `duplicates` lists the ids of passages whose
    texts are the same but for case, white space and the width of characters.
    """
    same: defaultdict[str, list[str]] = defaultdict(list)
    for one in passages:
        same[" ".join(normalised(one.text).lower().split())].append(one.id)
    return {
        "documents": len(documents),
        "sections": sum(len(one.sections) for one in documents),
        "characters": sum(one.characters for one in documents),
        "formats": _counts(one.format for one in documents),
        "languages": _counts(one.language for one in documents),
        "passages": len(passages),
        "passage_languages": _counts(one.language for one in passages),
        "lengths": _lengths({one.id: information(one.text) for one in passages}),
        "duplicates": [ids for ids in same.values() if len(ids) > 1],
    }


def _counts(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))


def _lengths(lengths: Mapping[str, float]) -> dict[str, Any] | None:
    if not lengths:
        return None
    shortest, longest = min(lengths, key=lengths.__getitem__), max(lengths, key=lengths.__getitem__)
    return {
        "shortest": {"id": shortest, "length": lengths[shortest]},
        "median": statistics.median(lengths.values()),
        "longest": {"id": longest, "length": lengths[longest]},
    }
