"""What a section of the page is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from proofstone.report.record import Record

View = Mapping[str, Any]


@dataclass(frozen=True)
class Section:
    """A section: its anchor (and template), its title as a message id, and its view.

    `view` returns what the template shows, in the language in force, or None when the record
    holds nothing for it; then the section is left out.
    """

    id: str
    title: str
    view: Callable[[Record], View | None]

    @property
    def template(self) -> str:
        """The template's file name."""
        return f"{self.id}.html"
