from __future__ import annotations

import json

from proofstone.data.documents.chunks import passages
from proofstone.data.documents.html import read_html
from proofstone.data.documents.markdown import read_markdown
from proofstone.data.documents.profile import profile


def test_a_knowledge_base_in_figures() -> None:
    documents = [
        read_markdown("# A\nThe same  text.\n# B\nlonger than the other one", "a.md"),
        read_html("<p>ＴHE SAME text.".encode(), "b.html"),
        read_markdown("签名。", "c.md"),
    ]
    found = profile(documents, [part for one in documents for part in passages(one)])
    assert json.loads(json.dumps(found)) == {
        "documents": 3,
        "sections": 4,
        "characters": 14 + 25 + 14 + 3,
        "formats": {"html": 1, "markdown": 2},
        "languages": {"en": 2, "zh": 1},
        "passages": 4,
        "passage_languages": {"en": 3, "zh": 1},
        "lengths": {
            "shortest": {"id": "c.md#/1", "length": 5.5},
            "median": 14.0,
            "longest": {"id": "a.md#b/1", "length": 25.0},
        },
        "duplicates": [["a.md#a/1", "b.html#/1"]],
    }


def test_nothing_has_no_lengths() -> None:
    assert profile([], [])["lengths"] is None
