"""The two cards as parts of the page."""

from __future__ import annotations

from proofstone.report.cards import data_blocks, model_blocks
from proofstone.report.record import Record
from proofstone.report.sections.section import View


def view(record: Record) -> View:
    """The blocks of both cards."""
    return {"model": model_blocks(record), "data": data_blocks(record)}
