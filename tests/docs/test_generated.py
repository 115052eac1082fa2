"""Tables in the documentation are those of the code."""

from __future__ import annotations

import runpy
from pathlib import Path

from proofstone.core.settings import SETTINGS

DOCS = Path(__file__).parents[2] / "docs"


def test_generated_tables_match_the_code() -> None:
    pages = runpy.run_path(str(DOCS / "generate.py"))["pages"]()
    stale = [page.name for page, text in pages.items() if page.read_text("utf-8") != text]
    assert stale == [], "run `make docs`"


def test_every_setting_is_documented() -> None:
    text = (DOCS / "settings.md").read_text("utf-8")
    assert [setting.name for setting in SETTINGS if f"`{setting.variable}`" not in text] == []
