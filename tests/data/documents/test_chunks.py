from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.data.documents.chunks import OVERLAP, SIZE, information, passages
from proofstone.data.documents.document import Document
from proofstone.data.documents.markdown import read_markdown
from proofstone.data.documents.plain import read_plain
from proofstone.models.retrieval.passage import check_passages

ENGLISH = "A release is signed before it ships. "
CHINESE = "发布之前必须签名并且验证。"


def plain(text: str) -> Document:
    return read_plain(text, "d.txt")


def test_passages_carry_where_they_stand() -> None:
    source = "lead\n\n# Guide\nintro\n## 安装\n### Linux\n步骤一。\n# Other\nx"
    found = passages(read_markdown(source, "docs/g.md"))
    assert [(one.id, one.section, one.text, one.language) for one in found] == [
        ("docs/g.md#/1", "", "lead", "en"),
        ("docs/g.md#guide/1", "", "intro", "en"),
        ("docs/g.md#linux/1", "安装 > Linux", "步骤一。", "zh"),
        ("docs/g.md#other/1", "Other", "x", "en"),
    ]
    assert {(one.document, one.title) for one in found} == {("docs/g.md", "Guide")}
    check_passages(found, "here")


@pytest.mark.parametrize(("sentence", "least", "most"), [(ENGLISH, 600, 900), (CHINESE, 300, 440)])
def test_passages_of_either_language_carry_similar_information(
    sentence: str, least: int, most: int
) -> None:
    found = passages(plain(sentence * 200))
    assert all(least <= len(one.text) <= most for one in found)
    assert all(one.text.startswith(sentence.strip()) for one in found)
    assert all(one.text.endswith(sentence.strip()) for one in found)


def test_neighbours_share_whole_sentences_up_to_the_overlap() -> None:
    numbered = [f"Sentence number {at} of the document." for at in range(100)]
    shared = passages(plain(" ".join(numbered)))
    for before, after in pairwise(shared):
        both = [one for one in numbered if one in before.text and one in after.text]
        assert 1 <= len(both) <= 3
        assert sum(map(len, both)) <= OVERLAP
        assert after.text.startswith(both[0])
        assert before.text.endswith(both[-1])
    apart = passages(plain(" ".join(numbered)), overlap=0)
    assert " ".join(one.text for one in apart) == " ".join(numbered)


def test_sections_do_not_disturb_the_ids_of_others() -> None:
    one = passages(read_markdown(f"# A\n{ENGLISH * 60}\n# B\ntext", "g.md"))
    two = passages(read_markdown("# A\nshort\n# B\ntext", "g.md"))
    assert one[-1].id == two[-1].id == "g.md#b/1"
    assert one == passages(read_markdown(f"# A\n{ENGLISH * 60}\n# B\ntext", "g.md"))


@pytest.mark.parametrize("character", ["x", "签", "\U0001f600", "\U00020000"])
def test_a_sentence_without_end_is_cut(character: str) -> None:
    found = passages(plain(character * 10_000), overlap=0)
    assert "".join(one.text for one in found) == character * 10_000
    assert all(information(one.text) <= SIZE for one in found)


def test_long_sentences_are_cut_at_clauses() -> None:
    found = passages(plain("每个发布版本都带有签名，" * 100), overlap=0)
    assert all(one.text.endswith("，") for one in found)


@pytest.mark.parametrize(("size", "overlap"), [(99, 0), (900, 451), (900, -1)])
def test_sizes_that_make_no_sense(size: int, overlap: int) -> None:
    with pytest.raises(ValueError, match="overlap <= size / 2"):
        passages(plain("x"), size=size, overlap=overlap)


PIECE = st.sampled_from(
    [ENGLISH, CHINESE, "e.g. this. ", "\n\n", "- item\n", "……", "？", "😀 ", "x" * 150]
)


@given(
    st.lists(PIECE | st.text(max_size=30), min_size=1, max_size=60), st.sampled_from([0, 40, 60])
)
def test_no_text_is_lost_and_no_passage_is_empty_or_too_long(
    parts: list[str], overlap: int
) -> None:
    document = plain("start " + "".join(parts))
    text = document.sections[0].text
    found = passages(document, size=120, overlap=overlap)
    check_passages(found, "here")
    flat = "".join(text.split())
    reached = {0}  # how far the passages so far can cover the text without a gap
    for one in found:
        assert one.text == one.text.strip() != ""
        assert information(one.text) <= 120
        piece = "".join(one.text.split())
        starts = [at for at in range(len(flat)) if flat.startswith(piece, at)]
        reached = {at + len(piece) for at in starts for end in reached if at <= end}
    assert len(flat) in reached
    if not overlap:
        assert "".join("".join(one.text.split()) for one in found) == flat
