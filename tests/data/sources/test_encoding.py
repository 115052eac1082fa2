from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.core.errors import DataError
from proofstone.data.sources.encoding import decode

CHINESE = "姓名,城市,拒绝\n张伟,北京,是\n王芳,上海,否\n"
GERMAN = "Name,Straße\nMüller,Königstraße 5\nGroß,Öhringer Weg\n"
FRENCH = "nom,ville\nÉlodie,Besançon\nRené,Orléans\nZoë,Nîmes\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("text", [CHINESE, GERMAN])
def test_certain_encodings_are_read(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding), None, "t.csv").text == text


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("gbk", "gbk"),
        ("gb18030", "gbk"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("shift_jis", "shift_jis"),
    ],
)
def test_others_have_to_be_declared_and_are_then_read(encoding: str, named: str) -> None:
    text = CHINESE if encoding != "shift_jis" else "名前,拒否\nさくら,はい\nたろう,いいえ\n"
    with pytest.raises(DataError) as caught:
        decode(text.encode(encoding), None, "t.csv")
    assert named in caught.value.hint
    assert caught.value.exit_code == 2
    assert decode(text.encode(encoding), encoding, "t.csv") == (text, encoding)


def test_the_hint_for_gbk_serves_a_new_project_too() -> None:
    with pytest.raises(DataError, match="looks like GBK") as caught:
        decode(CHINESE.encode("gbk"), None, "t.csv")
    assert "data.encoding: gbk" in caught.value.hint
    assert "`proofstone init --encoding gbk`" in caught.value.hint


@pytest.mark.parametrize("text", [GERMAN, FRENCH])
def test_latin_1_is_the_last_resort_and_named(text: str) -> None:
    assert decode(text.encode("latin-1"), None, "t.csv") == (text, "latin-1")


def test_windows_1252_is_not_taken_for_latin_1() -> None:
    with pytest.raises(DataError, match="not Latin-1 either") as caught:
        decode("price,what\n5 €,“café”\n".encode("windows-1252"), None, "t.csv")
    assert "windows-1252" in caught.value.hint


def test_wrong_declaration_names_line_and_byte() -> None:
    data = b"a,b\n1,2\n" + "3,é\n".encode("latin-1")
    with pytest.raises(DataError, match=r"t\.csv, line 3, byte 10: not valid utf-8"):
        decode(data, "utf-8", "t.csv")
    wide = "a,b\n1,2\n".encode("utf-16-le") + b"\x00\xd8\x00"
    with pytest.raises(DataError, match=r"line 3, byte 16"):
        decode(wide, "utf-16-le", "t.csv")


@pytest.mark.parametrize("declared", ["gbk", "latin-1", "windows-1252", "big5"])
def test_declaring_another_encoding_for_utf_8_is_never_silent(declared: str) -> None:
    with pytest.raises(DataError):
        decode((CHINESE + GERMAN).encode(), declared, "t.csv")


def test_a_declared_encoding_of_single_bytes_does_not_hide_utf_16() -> None:
    with pytest.raises(DataError, match="UTF-16"):
        decode(GERMAN.encode("utf-16-le"), "latin-1", "t.csv")


@pytest.mark.parametrize("name", ["gkb", "rot13", "base64"])
def test_unknown_encodings_are_refused(name: str) -> None:
    with pytest.raises(DataError, match=r"data\.encoding"):
        decode(b"a", name, "t.csv")


@pytest.mark.parametrize("declared", [None, "utf-8"])
def test_a_nul_byte_is_placed(declared: str | None) -> None:
    with pytest.raises(DataError, match=r"t\.csv, line 2, character 3: a NUL byte"):
        decode(b"a,b\n1,\x002\n", declared, "t.csv")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), min_size=1))
def test_any_text_survives_utf_8_and_marked_utf_16(text: str) -> None:
    assert decode(text.encode(), None, "t").text == text
    assert decode(text.encode("utf-16"), None, "t").text == text
