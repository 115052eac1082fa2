"""What a release rests on, whatever it does: rows, texts or questions of a file explained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from proofstone.registry.verify import VerifiedModel


def explain_any(verified: VerifiedModel, path: Path, *, limit: int = 5) -> dict[str, Any]:
    """Return the explanation of the first `limit` rows, texts or questions of a file as JSON.

    An assistant's document has `answers`, any other's `rows`; see `explain_questions`,
    `explain_texts` and `explain_file`.

    Raises:
        DataError: the file or a row does not fit; the message names it.
        MissingExtra: a library that the explanation needs is not installed.
    """
    if verified.answers:
        from proofstone.serve.explain_answer import explain_questions

        return explain_questions(verified, path, limit=limit)
    from proofstone.serve.explain_text import explain_texts, reads_text

    if reads_text(verified):
        return explain_texts(verified, path, limit=limit)
    from proofstone.serve.explain import explain_file

    return explain_file(verified, path, limit=limit)
