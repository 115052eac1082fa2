"""A document as every format is read into: titled sections of plain text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from proofstone.data.documents.formats import Format
from proofstone.models.text.language import Language


@dataclass(frozen=True)
class Section:
    """What stands under one heading, up to the next one.

    `anchor` is what a link to it carries after `#`, unique in its document and empty before the
    first heading. `headings` leads to it, outermost first. `text` is never empty; a blank line
    parts its paragraphs.
    """

    anchor: str
    headings: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Document:
    """What a reader sees of a document, in reading order; it has at least one section.

    `name` is its path in the knowledge base, `characters` the length of its sections' texts.
    """

    name: str
    title: str
    language: Language
    sections: tuple[Section, ...]
    format: Format
    characters: int

    def to_json(self) -> dict[str, Any]:
        """The document as a JSON object."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Document:
        """Read back what `to_json` returned."""
        sections = tuple(
            Section(one["anchor"], tuple(one["headings"]), one["text"])
            for one in document["sections"]
        )
        return cls(**{**document, "sections": sections})
