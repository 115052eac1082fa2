"""Bytes of a text document to text: what is declared inside, what is certain, what is likely."""

from __future__ import annotations

import codecs

from proofstone.core.errors import DataError
from proofstone.data.sources.encoding import decode

_CERTAIN = ("utf-8", "utf-16", "utf-32")
_SURELY = 0.7
_PERHAPS = 0.3
_SAMPLE = 1 << 16
_HINT = "open it in an editor and save it in UTF-8"
_LABELS = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "windows-1252"}
"""Labels that stand for a larger encoding (WHATWG Encoding Standard, 2014)."""


def decoded(data: bytes, name: str, label: str = "") -> str:
    """Return the text of `data`: as byte-order mark or valid UTF-8, else as `label` says.

    `label` is the encoding that the document itself declares. Without one, bytes that make common
    Chinese characters are GB 18030 (2022), and what is certainly none of these is Windows-1252.

    Raises:
        DataError: two encodings are possible, or none is.
    """
    try:
        found = decode(data, None, name)
    except DataError as error:
        problem: DataError | None = error
    else:
        problem = None
        if found.encoding in _CERTAIN:
            return found.text
    if 0 in data:
        raise DataError(f"{name}: holds NUL bytes, which no text does", hint=_HINT) from problem
    if declared := _codec(label):
        return _strictly(data, declared, name)
    likeness = _gb2312_share(data)
    if likeness >= _SURELY:
        return _strictly(data, "gb18030", name)
    if likeness >= _PERHAPS:
        raise DataError(f"{name}: not UTF-8; GBK and Latin-1 are both possible", hint=_HINT)
    return _strictly(data, "windows-1252", name)


def _codec(label: str) -> str:
    """Python's name of the text encoding `label`; nothing where it is none or Unicode."""
    name = label.strip().lower()
    try:
        codec = codecs.lookup(_LABELS.get(name, name))
    except (LookupError, ValueError):
        return ""
    text = getattr(codec, "_is_text_encoding", True)
    return "" if not text or codec.name.startswith("utf") else codec.name


def _strictly(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{name}, line {line}, byte {error.start}: neither UTF-8 nor {encoding}", hint=_HINT
        ) from error


def _gb2312_share(data: bytes) -> float:
    """The share of bytes beyond ASCII that make whole characters of GB 2312 (1980)."""
    sample = data[:_SAMPLE]
    beyond = sum(byte >= 0x80 for byte in sample)
    whole = sample.decode("gb2312", errors="ignore")
    return 2 * sum(not one.isascii() for one in whole) / max(1, beyond)
