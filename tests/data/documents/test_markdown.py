from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.core.errors import DataError
from proofstone.data.documents.document import Document
from proofstone.data.documents.markdown import read_markdown

GUIDE = """\
---
title: dropped
---
Before any heading.

# Verify a release

Run `proofstone verify **x**` [offline](https://example.test "tip"), _now_.
A soft
line.

## 安装 步骤！

先安装
再运行。

- first
- second
  goes on

```sh
pip install  proofstone
# no heading
```

Setext
------

| Plan | Price | Note |
|:-----|------:|------|
| Basic | 5 \\| 6 | |
| **Pro** | 9 | new |
"""


def sections(text: str) -> list[tuple[str, tuple[str, ...], str]]:
    return [(one.anchor, one.headings, one.text) for one in read_markdown(text, "g.md").sections]


def text(source: str) -> str:
    return "\n\n".join(one[2] for one in sections(source))


def test_headings_make_sections_with_the_anchors_of_github() -> None:
    found = sections(GUIDE)
    assert [one[:2] for one in found] == [
        ("", ()),
        ("verify-a-release", ("Verify a release",)),
        ("安装-步骤", ("Verify a release", "安装 步骤！")),
        ("setext", ("Verify a release", "Setext")),
    ]
    assert found[1][2] == "Run proofstone verify **x** offline, now. A soft line."
    assert found[2][2] == (
        "先安装再运行。\n\n- first\n- second goes on\n\npip install  proofstone\n# no heading"
    )
    assert found[3][2] == "Plan: Basic; Price: 5 | 6\nPlan: Pro; Price: 9; Note: new"


def test_the_document_says_what_it_is() -> None:
    document = read_markdown(GUIDE, "docs/guide.md")
    assert document.title == "Verify a release"
    assert (document.name, document.format) == ("docs/guide.md", "markdown")
    assert document.language == "en"
    assert document.characters == sum(len(one.text) for one in document.sections)
    assert read_markdown("仅有中文。", "问答.md").title == "问答"


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("[![logo](a.png)](b.html) text", "logo text"),
        ("snake_case and 2 * 3 * 4", "snake_case and 2 * 3 * 4"),
        ("**重点**：***全部***和~~旧~~", "重点：全部和旧"),
        ("a <b>bold</b> List<String> <name> a < b", "a bold List<String> <name> a < b"),
        ("``a ` b`` and ` ` alone `", "a ` b and   alone `".replace("   ", " ")),
        ("see [docs][ref] and a[i][j]\n\n[ref]: http://x", "see docs and a[i][j]"),
        ("<https://x.test/a_b_c> &amp; &copy;", "https://x.test/a_b_c & ©"),
        ("one  \ntwo\\\nthree", "one\ntwo\nthree"),
        ("x <!-- hidden\n\nstill --> y", "x <!-- hidden\n\nstill --> y"),
        ("<!-- hidden\n\nstill -->shown", "shown"),
        ("<script>\nalert(1)\n</script>\nshown", "shown"),
        ("> quoted\n> text\n\n    code  *kept*", "quoted text\n\ncode  *kept*"),
        ("> ```\n> a\n> ```\n> after", "a\n\nafter"),
        ("---\n\nno field\n\n---\nx", "no field\n\nx"),
        ("```\nunclosed", "unclosed"),
        ("#no heading\n\n####### seven", "#no heading\n\n####### seven"),
        ("a\u200bb\u202e c\ue02a\U000e0041", "ab c"),
        ("![图 示](a(b).png)", "图 示"),
        ("- [x] done\n\n  more of it", "- [x] done\n\nmore of it"),
    ],
)
def test_what_a_reader_sees(source: str, seen: str) -> None:
    assert text(source) == seen


def test_headings_without_text_of_their_own_are_not_lost() -> None:
    assert sections("# A\n## B\n## C\ntext\n# A") == [
        ("b", ("A", "B"), "B"),
        ("c", ("A", "C"), "text"),
        ("a-1", ("A",), "A"),
    ]


def test_a_paragraph_above_a_rule_by_mistake_stays_a_paragraph() -> None:
    assert sections("word " * 60 + "\n---\nx")[0][1] == ()


def test_own_anchors() -> None:
    assert sections("## Title {#own .c}\nx\n## Own\ny")[0][:2] == ("own", ("Title",))


@pytest.mark.parametrize(
    "source", ["", "  \n\n", "---\na: b\n---\n", "<!-- never closed", "\u200b"]
)
def test_no_text_is_an_error(source: str) -> None:
    with pytest.raises(DataError, match=r"g\.md: holds no text"):
        read_markdown(source, "g.md")


def test_an_endless_document_is_refused() -> None:
    with pytest.raises(DataError, match="endless document: more than 2,000,000") as caught:
        read_markdown(("word " * 2_000 + "\n\n") * 201, "g.md")
    assert caught.value.hint


def test_headings_without_end_are_refused() -> None:
    with pytest.raises(DataError, match="endless document: more than 50,000 headings"):
        read_markdown("# a\n" * 60_000, "g.md")


@pytest.mark.parametrize(
    "unit",
    ["[", "[a](", "`" + "a``", '<img alt="a" ', "**a _b ", ">", "<!--", "{#a", "| a ", "&#1", "- "],
)
def test_hostile_markup_is_read_in_linear_time(unit: str) -> None:
    # Quadratic reading of these would take minutes.
    assert isinstance(read_markdown("# x\ny " + unit * 60_000, "g.md"), Document)


WORDS = st.from_regex(r"[a-z]{3,8}|[一-龥]{2,6}", fullmatch=True)
INLINE = st.sampled_from(["{}", "**{}**", "_{}_", "`{}`", "[{}](u.md)", "~~{}~~", "<b>{}</b>"])
LINE = st.lists(st.tuples(INLINE, WORDS), min_size=1, max_size=5)
BLOCK = st.sampled_from(
    [
        "{}",
        "# {}",
        "## {} ##",
        "- {}",
        "1. {}",
        "> {}",
        "```\n{}\n```",
        "{}\n===",
        "| {} | b |\n|-|-|",
    ]
)


@given(st.lists(st.tuples(BLOCK, LINE), min_size=1, max_size=8))
def test_visible_words_are_never_lost(blocks: list[tuple[str, list[tuple[str, str]]]]) -> None:
    source, words = [], []
    for block, line in blocks:
        source.append(block.format(" ".join(mark.format(word) for mark, word in line)))
        words += [word for _, word in line]
    document = read_markdown("\n\n".join(source), "g.md")
    seen = " ".join([" ".join(one.headings) + " " + one.text for one in document.sections])
    assert [word for word in words if word not in seen] == []


@given(
    st.text(st.characters(codec=None), max_size=80)
    | st.text("#*_`[]()<>!|-=~>&;\\ \n1.a", max_size=80)
)
def test_no_text_breaks_the_reader(source: str) -> None:
    try:
        document = read_markdown(source, "g.md")
    except DataError:
        return
    for one in document.sections:
        assert one.text == one.text.strip("\n")
        assert one.text.encode()
        assert one.text.strip()
    anchors = [one.anchor for one in document.sections]
    assert len(set(anchors)) == len(anchors)


def test_an_anchor_that_is_given_goes_before_one_that_is_made() -> None:
    found = read_markdown("# Returns\n\nIntro.\n\n## Returns {#returns}\n\nHow.\n", "returns")
    assert [(one.anchor, one.text) for one in found.sections] == [
        ("returns-1", "Intro."), ("returns", "How.")
    ]  # fmt: skip
