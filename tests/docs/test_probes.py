"""Every registered probe has a page that says what it measures, how, and what it does not."""

from __future__ import annotations

from importlib.metadata import entry_points

import pytest
from tests.docs.pages import DOCS, ROOT

PAGES = DOCS / "probes"
NAMES = sorted(entry.name for entry in entry_points(group="proofstone.probes"))


def test_pages_and_probes_are_the_same() -> None:
    assert sorted(page.stem for page in PAGES.glob("*.md") if page.stem != "index") == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_page_names_every_metric_and_its_limits(name: str) -> None:
    [entry] = entry_points(group="proofstone.probes", name=name)
    probe = entry.load()
    text = (PAGES / f"{name}.md").read_text("utf-8")
    assert text.startswith(f"# {name}\n")
    assert [metric for metric in probe.metrics if f"`{metric}`" not in text] == []
    for part in ("**Limits.**", "**Interval.**", "**Not covered.**"):
        assert part in text, part


def test_the_table_and_the_navigation_lead_to_every_page() -> None:
    table = (PAGES / "index.md").read_text("utf-8")
    navigation = (ROOT / "mkdocs.yml").read_text("utf-8")
    assert [name for name in NAMES if f"[{name}]({name}.md)" not in table] == []
    assert [name for name in NAMES if f"probes/{name}.md" not in navigation] == []
