"""E-mail addresses and telephone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from proofstone.guards.recognisers.recogniser import Recogniser, extended, matches

_DOMAIN = re.compile(r"@((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24})")
_LOCAL = re.compile(r"[A-Za-z0-9._%+'-]{1,64}\Z")
_PASSWORD = re.compile(r"://[^\s/?#@]{0,256}:[^\s/?#@]{0,256}\Z")
_END = r"(?![0-9A-Za-z])"


def _emails(text: str) -> Iterator[tuple[int, int]]:
    """Yield addresses of RFC 5321 in ASCII, read outwards from the sign @.

    What stands before it in `scheme://user:password@host` (RFC 3986) is a password, and a secret.
    """
    for found in _DOMAIN.finditer(text):
        at = found.start()
        if _PASSWORD.search(text, max(0, at - 512), at):
            continue
        local = _LOCAL.search(text, max(0, at - 64), at)
        if local and (begin := local[0].lstrip(".'-")):
            yield at - len(begin), found.end()


def _international(number: str) -> bool:
    return 8 <= sum(sign.isdigit() for sign in number) <= 15


RECOGNISERS = (
    Recogniser("EMAIL", 0.98, _emails, needs=("@",)),
    # Mainland mobile numbers: eleven digits that begin with 13 to 19.
    Recogniser(
        "PHONE",
        0.9,
        extended(
            rf"1[3-9][0-9][ .-]?[0-9]{{4}}[ .-]?[0-9]{{4}}{_END}", r"\(?(?:\+|00)?86\)?[ .-]?"
        ),
    ),
    # Mainland landlines with their area code set apart, then 400 and 800 numbers.
    Recogniser(
        "PHONE",
        0.75,
        extended(
            rf"0[1-9][0-9]{{1,2}}(?:\) ?|[ -])[2-9][0-9]{{6,7}}(?:-[0-9]{{1,4}})?{_END}", r"\("
        ),
    ),
    Recogniser("PHONE", 0.7, extended(rf"[48]00-[0-9]{{3}}-?[0-9]{{4}}(?!-){_END}", r"\+86[ -]?")),
    # Any country, after a plus sign (ITU-T E.164: at most 15 digits), however it is spaced.
    Recogniser(
        "PHONE",
        0.85,
        matches(
            rf"\+(?<![0-9A-Za-z]\+)[1-9][0-9]{{0,2}}(?:[ .-]?\(?[0-9]{{1,5}}\)?){{2,6}}{_END}",
            _international,
        ),
        needs=("+",),
    ),
    # North American numbers, set apart as 212 555 0143.
    Recogniser(
        "PHONE",
        0.75,
        extended(
            rf"[2-9][0-9]{{2}}(?:\) ?|[ .-])[2-9][0-9]{{2}}[ .-][0-9]{{4}}(?!-){_END}",
            r"(?:\+?1[ .-]?)?\(?",
        ),
    ),
    # Any digits that the sentence calls such a number.
    Recogniser(
        "PHONE",
        0.8,
        matches(
            r"(?:[Pp]hone|[Mm]obile|[Cc]ell|[Tt]el|[Cc]all me|[Tt]ext me|电话|手机|联系方式|致电)"
            r"(?: (?:is|at|on|number|no\.?)|号码?|是|为){0,3}[ :.,]{0,3}"
            rf"(\(?[0-9](?:[ .()-]{{0,2}}[0-9]){{6,13}})(?!-){_END}"
        ),
        needs=(
            *("hone", "obile", "Cell", "cell", "Tel", "tel", "all me", "ext me"),
            *("电话", "手机", "联系方式", "致电"),
        ),
    ),
)
