"""Every text that the sources mark has a Chinese translation, and the compiled file is fresh."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src" / "proofstone"
MESSAGES = SOURCES / "locale" / "zh" / "LC_MESSAGES"
FIELD = re.compile(r"\{[^{}]*\}")


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with (MESSAGES / "proofstone.po").open("rb") as file:
        return read_po(file, locale="zh")


def marked() -> Iterator[tuple[str, str]]:
    """Each message id of the sources with its file."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {"_": None, "message": None}
    for found in extract_from_dir(SOURCES, methods, options, keywords=keywords):
        yield str(found[2]), found[0]


def test_every_message_is_translated(catalogue: Catalog) -> None:
    missing = {
        f"{file}: {text}"
        for text, file in marked()
        if (known := catalogue.get(text)) is None or not known.string or known.fuzzy
    }
    assert not missing, "add these to the Chinese catalogue, then `make translations`"


def test_templates_and_modules_are_both_read() -> None:
    files = {file for _text, file in marked()}
    assert "report/templates/gates.html" in files
    assert "report/sentences.py" in files


def test_no_message_hides_in_an_f_string() -> None:
    hidden = [
        f"{path.relative_to(SOURCES)}:{call.lineno}"
        for path in SOURCES.rglob("*.py")
        for text in ast.walk(ast.parse(path.read_text()))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in ("_", "message")
    ]
    assert not hidden, "below Python 3.12 no message is found there: take it out"


def test_no_translation_is_left_over(catalogue: Catalog) -> None:
    texts = {text for text, _file in marked()}
    assert {str(one.id) for one in catalogue if one.id} <= texts


def test_translations_have_the_same_fields(catalogue: Catalog) -> None:
    for one in catalogue:
        if one.id:
            fields = sorted(FIELD.findall(str(one.id)))
            assert sorted(FIELD.findall(str(one.string))) == fields, one.id


def test_the_compiled_catalogue_is_what_the_source_gives(catalogue: Catalog) -> None:
    made = io.BytesIO()
    write_mo(made, catalogue)
    assert (MESSAGES / "proofstone.mo").read_bytes() == made.getvalue(), "run `make translations`"


def test_one_term_for_one_thing(catalogue: Catalog) -> None:
    terms = {
        "Gate": "关卡",
        "Verdict": "结论",
        "Release": "发布版本",
        "Interval": "区间",
        "Quarantine": "隔离",
        "Protected attributes": "受保护属性",
        "Candidate": "候选模型",
    }
    for english, chinese in terms.items():
        known = catalogue.get(english)
        assert known is not None
        assert known.string == chinese
