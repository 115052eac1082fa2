"""Bytes to text: an encoding is declared, certain, or refused; it is never guessed silently."""

from __future__ import annotations

import codecs
from typing import NamedTuple

from proofstone.core.errors import DataError
from proofstone.core.project.nearest import nearest

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_KNOWN = ("utf-8", "utf-16", "gbk", "gb18030", "big5", "shift_jis", "latin-1", "windows-1252")
_UNICODE = ("utf-8", "utf-16", "utf-32", "utf-7")
_SAMPLE = 1 << 16
_SURELY_UTF8 = 4
_SURELY_GBK = 0.7
_PERHAPS_GBK = 0.3


class Text(NamedTuple):
    """Decoded text and the name of the encoding that it was in."""

    text: str
    encoding: str


def decode(data: bytes, declared: str | None, place: str) -> Text:
    """Return the text of `data`, read as `declared`, else as what it certainly is.

    Certain are a byte-order mark and valid UTF-8. Other bytes are Latin-1 as a last resort, which
    the result names, unless they look like UTF-16, GBK or Windows-1252: then the encoding has to
    be declared.

    Raises:
        DataError: `declared` is unknown or contradicts the bytes; no encoding is certain; the
            message names byte offset and line, the hint what to declare.

    >>> decode("a,b".encode("utf-16"), None, "t.csv")
    Text(text='a,b', encoding='utf-16')
    """
    if declared is not None:
        return _declared(data, declared, place)
    for mark, name in _MARKS:
        if data.startswith(mark):
            return Text(_strictly(data, name, place).removeprefix("\ufeff"), name)
    if 0 in data:
        raise _nul(data, place)
    try:
        return Text(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        return _last_resort(data, error, place)


def _declared(data: bytes, declared: str, place: str) -> Text:
    name = _name(declared)
    text = _strictly(data, declared, place).removeprefix("\ufeff")
    if not name.startswith(_UNICODE) and _is_utf8(data):
        raise DataError(
            f"{place}: {declared} is declared, but the bytes are UTF-8",
            hint="delete data.encoding, or set it to utf-8",
        )
    if "\0" in text:
        if not name.startswith("utf-16") and (wide := _wide(data)):
            raise _wide_error(place, wide)
        raise _nul_in(text, place)
    return Text(text, declared)


def _name(declared: str) -> str:
    try:
        codec = codecs.lookup(declared)
    except LookupError:
        codec = None
    if codec is None or not getattr(codec, "_is_text_encoding", True):
        raise DataError(
            f'data.encoding: there is no text encoding "{declared}"', hint=nearest(declared, _KNOWN)
        )
    return codec.name


def _strictly(data: bytes, name: str, place: str) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError as error:
        raise DataError(
            f"{place}, line {_line(data, error)}, byte {error.start}: "
            f"not valid {name}: {error.reason}",
            hint=f"set data.encoding to the encoding that wrote it, one of {', '.join(_KNOWN)}",
        ) from error


def _line(data: bytes, error: UnicodeDecodeError) -> int:
    return data[: error.start].decode(error.encoding, errors="ignore").count("\n") + 1


def _is_utf8(data: bytes) -> bool:
    """Whether `data` is UTF-8 beyond what chance allows: so many characters are not ASCII."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return sum(not character.isascii() for character in text[:_SAMPLE]) >= _SURELY_UTF8


def _nul(data: bytes, place: str) -> DataError:
    if wide := _wide(data):
        return _wide_error(place, wide)
    return _nul_in(data.decode("latin-1"), place)


def _nul_in(text: str, place: str) -> DataError:
    at = text.index("\0")
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    return DataError(
        f"{place}, line {line}, character {column}: a NUL byte, which no text holds",
        hint="the file is binary or damaged: export the table again as CSV in UTF-8",
    )


def _wide(data: bytes) -> str:
    """The UTF-16 that `data` is in, or nothing: NULs then stand on one side of each pair."""
    sample = data[:_SAMPLE]
    odd, even = sample[1::2].count(0), sample[::2].count(0)
    name = "utf-16-le" if odd > even else "utf-16-be"
    try:
        text = data.decode(name)
    except UnicodeDecodeError:
        return ""
    return name if "\0" not in text and max(odd, even) * 8 > len(sample) else ""


def _wide_error(place: str, name: str) -> DataError:
    return DataError(
        f"{place}: looks like UTF-16 without a byte-order mark", hint=f"set data.encoding: {name}"
    )


def _last_resort(data: bytes, error: UnicodeDecodeError, place: str) -> Text:
    likeness = _gbk_likeness(data)
    where = f"{place}, line {_line(data, error)}, byte {error.start}: not UTF-8"
    if likeness >= _SURELY_GBK:
        raise DataError(
            f"{where}; looks like GBK",
            hint="set data.encoding: gbk, or begin with `proofstone init --encoding gbk` "
            "(or what wrote it, such as gb18030, big5, euc-kr)",
        )
    if likeness >= _PERHAPS_GBK:
        raise DataError(
            f"{where}; GBK and Latin-1 are both possible",
            hint="set data.encoding: gbk, or data.encoding: latin-1; a new project: "
            "`proofstone init --encoding gbk`",
        )
    text = data.decode("latin-1")
    if any("\x80" <= character < "\xa0" for character in text):
        raise DataError(
            f"{where}, and not Latin-1 either: it holds control characters",
            hint="set data.encoding: windows-1252 (or what wrote it, such as shift_jis)",
        )
    return Text(text, "latin-1")


def _gbk_likeness(data: bytes) -> float:
    """The share of characters beyond ASCII that are common in Chinese text, were `data` GBK.

    Common are the characters of GB 2312-1980, whose two bytes are both above 0xA0. Latin-1 text
    seldom has two such bytes in a row.
    """
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return 0.0
    beyond = [character for character in text if not character.isascii()]
    common = sum(_in_gb2312(character) for character in beyond[:_SAMPLE])
    return common / max(1, len(beyond[:_SAMPLE]))


def _in_gb2312(character: str) -> bool:
    try:
        return len(character.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False
