"""Markdown within a paragraph: what a reader sees of it (CommonMark 0.31, 2024)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Set
from string import punctuation

from proofstone.data.documents.characters import resolved

_HIDE = {ord(sign): 0xE000 + ord(sign) for sign in punctuation}
_SHOW = {hidden: sign for sign, hidden in _HIDE.items()}
_ESCAPE_OR_CODE = re.compile(r"\\([!-/:-@\[-`{-~])|`+")
_AUTOLINK = re.compile(r"<((?:https?|ftp|mailto):[^\s<>]*|[\w.+-]+@[\w.-]+)>")
_LINK = re.compile(
    r"!?\[([^\[\]]*+)\]\(\s*+(?:<[^<>\n]*+>|[^()\s<]*+(?:\([^()\s]*+\)[^()\s]*+)*+)"
    r"(?:\s++(?:\"[^\"]*+\"|'[^']*+'|\([^()]*+\)))?+\s*+\)"
)
_REFERENCE = re.compile(r"!?\[([^\[\]]++)\](?:\[([^\[\]]*+)\])?+")
_TAGS = (
    "a|abbr|b|blockquote|br|center|cite|code|dd|del|details|dfn|div|dl|dt|em|figcaption|figure|"
    "font|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p|picture|pre|q|s|samp|small|source|span|strike|"
    "strong|sub|summary|sup|table|tbody|td|tfoot|th|thead|tr|tt|u|ul|var|wbr"
)
_BREAK = re.compile(r"<br\s*+/?>|</(?:p|div|li|tr|h[1-6]|summary|dt|dd)\s*+>", re.IGNORECASE)
_TAG = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]*+|/)?+>", re.IGNORECASE)
_IMAGE = re.compile(r"<img\s[^<>]*+>", re.IGNORECASE)
_ALTERNATIVE = re.compile(r"\balt=(?:\"([^\"]*+)\"|'([^']*+)')", re.IGNORECASE)
_EMPHASIS = (
    re.compile(r"(\*{1,3})(?=[^\s*])([^*]++)(?<=\S)\1(?!\*)"),
    re.compile(r"(?<![^\W_])(?<!_)(_{1,3})(?=[^\s_])([^_]++)(?<=\S)\1(?!\w)"),
    re.compile(r"(~~)(?=[^\s~])([^~]++)(?<=\S)~~(?!~)"),
)
_NESTED = 3
_MARKED = re.compile(r"[\\`*_\[<&~]")


def visible(text: str, labels: Set[str] = frozenset()) -> str:
    r"""Return the words that a reader sees of a paragraph: marks, addresses, tags left out.

    `labels` are those that the document defines for links, in lower case; square brackets around
    anything else stay. Only the tags of HTML are taken for tags: `<file>` is a word.

    >>> visible("**Run** `a*b` as [told](x.md), \\*once\\*, with <file> &amp; <b>care</b>")
    'Run a*b as told, *once*, with <file> & care'
    """
    if not _MARKED.search(text):
        return text
    text = _AUTOLINK.sub(lambda found: found[1].translate(_HIDE), _hidden(text))
    text = _without_comments(text)
    for _ in range(_NESTED):
        text = _LINK.sub(lambda found: found[1], text)
    text = _REFERENCE.sub(lambda found: _referred(found, labels), text)
    text = _IMAGE.sub(_alternative, text)
    text = _TAG.sub("", _BREAK.sub("\n", text))
    for _ in range(_NESTED):
        for marks in _EMPHASIS:
            text = marks.sub(lambda found: found[2], text)
    return resolved(text).translate(_SHOW)


def _hidden(text: str) -> str:
    """`text` with the signs in code, and escaped ones, where no rule of markup sees them.

    They move into Unicode's private use area, which a clean text does not hold.
    """
    runs: defaultdict[int, list[int]] = defaultdict(list)
    for run in re.finditer("`+", text):
        runs[len(run[0])].append(run.start())
    parts: list[str] = []
    at = 0
    while found := _ESCAPE_OR_CODE.search(text, at):
        parts.append(text[at : found.start()])
        at = found.end()
        if found[1]:
            parts.append(found[1].translate(_HIDE))
            continue
        same = runs[len(found[0])]
        closing = bisect_right(same, found.start())
        if closing == len(same):
            parts.append(found[0].translate(_HIDE))
            continue
        code = text[at : same[closing]]
        both = len(code) > 2 and code[0] == code[-1] == " "
        parts.append((code[1:-1] if both else code).translate(_HIDE))
        at = same[closing] + len(found[0])
    return "".join([*parts, text[at:]])


def _without_comments(text: str) -> str:
    parts = []
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        parts.append(text[at:start])
        at = end + 3
    return "".join([*parts, text[at:]])


def _alternative(image: re.Match[str]) -> str:
    found = _ALTERNATIVE.search(image[0])
    return (found[1] or found[2] or "") if found else ""


def _referred(found: re.Match[str], labels: Set[str]) -> str:
    label = found[2] or found[1]
    return found[1] if " ".join(label.lower().split()) in labels else found[0]
