from __future__ import annotations

import copy
import json
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.core.i18n import language
from proofstone.report.frame import frame
from proofstone.report.render import render

VOID = {"meta", "br", "link", "input", "hr", "img", "base"}


class Reader(HTMLParser):
    """Checks nesting and collects what the tests ask about."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.values: list[str] = []
        self.images: list[set[str]] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append(tag)
        self.attributes |= set(named)
        self.values += [value or "" for name, value in attrs if name in ("src", "href", "srcset")]
        if "id" in named:
            self.ids.append(named["id"] or "")
        if tag == "a":
            self.links.append(named.get("href") or "")
        if tag == "svg" and named.get("role") == "img":
            self.images.append(set())
        elif self.images and tag in ("title", "desc"):
            self.images[-1].add(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_the_page_is_well_formed_and_its_links_lead_somewhere(page: str) -> None:
    read = Reader(page)
    assert read.open == []
    assert len(read.ids) == len(set(read.ids))
    assert {link.removeprefix("#") for link in read.links} <= set(read.ids)
    assert {"en", "zh", "en-gates", "zh-gates"} <= set(read.ids)


def test_the_page_holds_no_script_and_loads_nothing(page: str) -> None:
    read = Reader(page)
    assert not {"script", "link", "img", "iframe", "object", "form", "base"} & set(read.tags)
    assert "style" not in read.attributes
    assert not {name for name in read.attributes if name.startswith("on")}
    assert all(value.startswith("#") for value in read.values)
    assert "@import" not in page
    assert "default-src 'none'" in page


def test_every_chart_names_and_describes_itself(page: str) -> None:
    images = Reader(page).images
    assert len(images) > 60
    assert all(parts == {"title", "desc"} for parts in images)


def test_size_and_bytes(fake: SimpleNamespace, page: str) -> None:
    assert len(page.encode()) < 500_000
    assert render(fake.record()) == page


def test_rendering_leaves_the_language_of_the_caller(record: dict[str, Any]) -> None:
    before = language()
    render(record)
    assert language() == before


def test_verdict_stands_before_all_sections(page: str) -> None:
    text = "".join(Reader(page).text)
    assert text.index("Gate shut") < text.index("Scorecard of gates")
    assert "Of 5 limits, 1 broken and 2 undecided." in text
    assert "5 项限值中，1 项违反，2 项未决。" in text


@pytest.mark.parametrize(
    "part",
    ["project", "data", "candidates", "winner", "selection", "verdict", "gates", "release",
     "steps", "cost", "decisions", "environment", "not_tested", "name", "seed"],
)  # fmt: skip
@pytest.mark.parametrize("null", [False, True])
def test_any_part_may_be_missing(record: dict[str, Any], part: str, null: bool) -> None:
    if null:
        record[part] = None
    else:
        del record[part]
    assert Reader(render(record)).open == []


def test_sections_without_content_are_left_out(fake: SimpleNamespace) -> None:
    ids = Reader(render({})).ids
    assert {"en-candidates", "en-gates", "en-data", "en-cost", "en-groups"}.isdisjoint(ids)
    ids = Reader(render(fake.bare())).ids
    assert {"en-gates", "en-groups", "en-explanations"} <= set(ids)
    assert {"en-data", "en-cost", "en-decisions", "en-candidates"}.isdisjoint(ids)


def test_without_gates_nothing_is_said_to_hold(record: dict[str, Any]) -> None:
    page = render({**record, "gates": [], "verdict": "pass"})
    assert "No limit was set, so nothing has been judged." in page
    assert "Gate open" not in page


def test_an_open_gate(record: dict[str, Any]) -> None:
    record["gates"] = [one for one in record["gates"] if one["verdict"] == "pass"]
    page = render({**record, "verdict": "pass", "release": "ab" * 32})
    assert "Gate open" in page
    assert "All 2 limits hold." in page
    assert "ab" * 32 in page
    assert "What would open this gate" not in page


def replaced(value: Any, new: str) -> Any:
    """`value` with every text (but not the verdicts) replaced."""
    if isinstance(value, dict):
        keep = ("verdict", "metric", "direction", "evidence", "way", "winner")
        return {k: v if k in keep else replaced(v, new) for k, v in value.items()}
    if isinstance(value, list):
        return [replaced(one, new) for one in value]
    return new if isinstance(value, str) else value


HOSTILE = "<script>alert('x')</script>\" onload=x & {{ 7 * 7 }} {name}"


def test_texts_of_the_record_are_escaped(record: dict[str, Any]) -> None:
    page = render(replaced(record, HOSTILE))
    read = Reader(page)
    assert "script" not in read.tags
    assert "onload" not in read.attributes
    assert read.open == []
    assert HOSTILE in "".join(read.text)
    assert "alert(" not in page.replace("alert(&#39;x&#39;)", "")


def holed(value: Any, hole: Any) -> Any:
    """`value` with every fraction replaced."""
    if isinstance(value, dict):
        return {k: holed(v, hole) for k, v in value.items()}
    if isinstance(value, list):
        return [holed(one, hole) for one in value]
    return hole if isinstance(value, float) else value


@pytest.mark.parametrize("hole", [None, float("nan"), float("inf"), 0.0, -1e300, 1e300])
def test_any_number_may_be_wanting_or_wild(record: dict[str, Any], hole: Any) -> None:
    page = render(holed(record, hole))
    text = "".join(Reader(page).text)
    assert "nan" not in text.lower().replace("finance", "")
    assert "None" not in text


def test_two_hundred_features_stay_small(record: dict[str, Any], fake: SimpleNamespace) -> None:
    names = ["feature_" + "very_long_" * 8 + str(index) for index in range(200)]
    for candidate in record["candidates"]:
        kept = [f for f in candidate["findings"] if "shapley" not in f["metric"]]
        more = [
            fake.finding("mean_abs_shapley", 1 / (9 + index), 0.001, 0.2, subject=name)
            for index, name in enumerate(names)
        ]
        candidate["findings"] = kept + more
    column = record["data"]["profile"]["columns"][-1]
    record["data"]["profile"]["columns"] = [column | {"name": name} for name in names]
    page = render(record)
    assert len(page.encode()) < 2_000_000
    assert names[199] in page


def test_not_tested_is_said(page: str) -> None:
    assert "Robustness to manipulated applications" in page
    assert "the data hold none" in page


def test_it_never_says_compliant(page: str) -> None:
    assert "complian" not in page.lower()
    assert "合规" not in page


def test_a_frame_carries_the_page(record: dict[str, Any]) -> None:
    framed = frame(record, height=500)
    assert framed.startswith("<iframe")
    assert "height:500px" in framed
    assert "&lt;base href=&#34;about:srcdoc&#34;&gt;" in framed
    assert framed.count("<") == 2


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
PARTS = ["project", "data", "candidates", "selection", "gates", "steps", "cost", "decisions",
         "environment", "not_tested", "findings", "winner", "verdict"]  # fmt: skip


@given(st.dictionaries(st.sampled_from(PARTS), JSON))
def test_no_json_object_breaks_the_page(document: dict[str, Any]) -> None:
    assert Reader(render(document)).open == []


def test_the_record_is_not_changed(record: dict[str, Any]) -> None:
    before = copy.deepcopy(record)
    render(record)
    assert json.dumps(before) == json.dumps(record)
