"""The sources of a reply as a few lines below its text, and without them again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from proofstone.models.assistant.reply import Source
from proofstone.models.text.language import reply_language

_HEADINGS = {"en": "Sources:", "zh": "来源："}
_MOST = 4
_BLOCK = re.compile(rf"\n\n(?:{'|'.join(_HEADINGS.values())})(?:\n- [^\n]*+)++\Z")


def sources_block(question: str, sources: Sequence[Source]) -> str:
    """Return the lines that name `sources`, in the language to answer `question` in.

    Empty where there is none.
    """
    if not sources:
        return ""
    named = dict.fromkeys(_name(one) for one in sources[:_MOST])
    lines = "".join(f"\n- {name}" for name in named)
    return f"\n\n{_HEADINGS[reply_language(question)]}{lines}"


def without_sources(text: str) -> str:
    """Return `text` without the lines that `sources_block` put below it.

    >>> without_sources("It is signed.\\n\\nSources:\\n- Releases › Keys")
    'It is signed.'
    """
    found = _BLOCK.search(text.rstrip())
    return text[: found.start()] if found else text


def _name(source: Source) -> str:
    """Document and section on one line."""
    parts = [source.title or source.document, source.section]
    return " › ".join(" ".join(part.split()) for part in dict.fromkeys(parts) if part.strip())
