"""Secrets: private keys, tokens of known shape, and what a sentence calls a password or key."""

from __future__ import annotations

import math
from collections import Counter

from proofstone.guards.recognisers.recogniser import Recogniser, matches

_BITS = 3.0
_TOKENS = (
    r"AKIA[0-9A-Z]{16}",
    r"gh[pousr]_[A-Za-z0-9]{30,}",
    r"github_pat_[A-Za-z0-9_]{30,}",
    r"glpat-[A-Za-z0-9_-]{20,}",
    r"sk-[A-Za-z0-9_-]{20,}",
    r"xox[abprs]-[A-Za-z0-9-]{10,}",
    r"AIza[0-9A-Za-z_-]{35}",
    r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
)


def entropy(text: str) -> float:
    """Return the Shannon entropy (1948) of the characters of `text`, in bits a character.

    >>> entropy("aaaa"), entropy("abcd")
    (0.0, 2.0)
    """
    total = len(text)
    return 0.0 - sum(n / total * math.log2(n / total) for n in Counter(text).values())


def _random(token: str) -> bool:
    return entropy(token) >= _BITS


def _chosen(word: str) -> bool:
    """Whether a word after "password is" is one: letters with digits or signs, or a random text."""
    mixed = any(sign.isdigit() for sign in word) and any(sign.isalpha() for sign in word)
    signs = any(sign in "!@#$%^&*_+=~" for sign in word[:-1])
    return mixed or signs or word.isdigit()


RECOGNISERS = (
    Recogniser(
        "SECRET",
        0.99,
        matches(
            r"-----BEGIN (?:[A-Z]{1,10} ){0,3}PRIVATE KEY-----"
            r"(?:[A-Za-z0-9+/=\s:,.]|-(?!-)){0,8192}"
            r"(?:-----END (?:[A-Z]{1,10} ){0,3}PRIVATE KEY-----)?"
        ),
        needs=("PRIVATE KEY",),
    ),
    Recogniser(
        "SECRET",
        0.95,
        matches(rf"(?<![A-Za-z0-9])(?:{'|'.join(_TOKENS)})", _random),
        needs=("AKIA", "gh", "glpat-", "sk-", "xox", "AIza", "eyJ"),
    ),
    # The password of an address such as https://user:password@host (RFC 3986, section 3.2.1).
    Recogniser(
        "SECRET", 0.95, matches(r"://[^\s/?#@:]{0,128}:([^\s/?#@]{1,256})@"), needs=("://",)
    ),
    Recogniser(
        "SECRET",
        0.8,
        matches(
            r"(?:[Aa][Pp][Ii][ _-]?[Kk][Ee][Yy]|[Ss]ecret|SECRET|[Tt]oken|TOKEN|密钥|令牌)"
            r"\s?(?:is|=|:|是|为)\s{0,2}[\"'`]?([A-Za-z0-9_./+=-]{16,})",
            _random,
        ),
        needs=(
            *("Key", "key", "kEy", "keY", "KEy", "KeY", "kEY", "KEY"),
            *("ecret", "SECRET", "oken", "TOKEN", "密钥", "令牌"),
        ),
    ),
    Recogniser(
        "SECRET",
        0.75,
        matches(
            r"(?:[Pp]ass ?word|PASSWORD|[Pp]asswd|[Pp]wd|PIN|密码|口令)"
            r"\s?(?:is|=|:|是|为)\s{0,2}[\"'`]?([!-~]{4,64}?)(?=[\"'`,;]|\.?(?:[^!-~]|\Z))",
            _chosen,
        ),
        needs=("assword", "ass word", "PASSWORD", "asswd", "Pwd", "pwd", "PIN", "密码", "口令"),
    ),
)
