"""Whether a text is English, Chinese, both or neither, told by its letters."""

from __future__ import annotations

import re
from typing import Literal

Language = Literal["en", "zh", "mixed", "other"]

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
"""Ranges of Han characters (Unicode 15.1) for a regular expression's class."""

_HAN = re.compile(f"[{HAN}]")
_LATIN = re.compile(r"[A-Za-z]+")
_LETTER = re.compile(r"[^\W\d_]")
_SHARE = 0.3


def language_of(text: str) -> Language:
    """Return the language of `text`.

    A Latin word weighs as much as one Han character. `mixed` has at least three tenths of both;
    `other` has mostly letters of a third script, or no letters at all.

    Not covered: Latin-script languages other than English, and Japanese written in Han alone.

    >>> language_of("How do I verify a release?"), language_of("用 verify 命令验证发布版本")
    ('en', 'zh')
    """
    han, latin = len(_HAN.findall(text)), _LATIN.findall(text)
    others = len(_LETTER.findall(text)) - han - sum(len(word) for word in latin)
    known = han + len(latin)
    if not known or others > known:
        return "other"
    share = han / known
    if _SHARE <= share <= 1 - _SHARE:
        return "mixed"
    return "zh" if share > 0.5 else "en"


def reply_language(text: str) -> Literal["en", "zh"]:
    """Return the language to answer `text` in: Chinese where it has more Han than Latin words.

    >>> reply_language("GPU 内存不够怎么办"), reply_language("???")
    ('zh', 'en')
    """
    han = len(_HAN.findall(text))
    return "zh" if han and han >= len(_LATIN.findall(text)) else "en"
