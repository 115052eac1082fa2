"""Dates of birth: dates that the sentence around them calls so."""

from __future__ import annotations

from proofstone.guards.recognisers.recogniser import Recogniser, matches

_MONTH = (
    r"(?:[Jj]an(?:uary)?|[Ff]eb(?:ruary)?|[Mm]ar(?:ch)?|[Aa]pr(?:il)?|[Mm]ay|[Jj]une?|[Jj]uly?|"
    r"[Aa]ug(?:ust)?|[Ss]ept?(?:ember)?|[Oo]ct(?:ober)?|[Nn]ov(?:ember)?|[Dd]ec(?:ember)?)\.?"
)
_DATE = (
    r"(?:(?:18|19|20)[0-9]{2} ?[-/.年] ?[01]?[0-9] ?[-/.月] ?[0-3]?[0-9]日?"
    r"|[0-3]?[0-9][-/.][0-3]?[0-9][-/.](?:(?:18|19|20)[0-9]{2}|[0-9]{2})"
    rf"|[0-3]?[0-9](?:st|nd|rd|th)? (?:of )?{_MONTH},? (?:18|19|20)[0-9]{{2}}"
    rf"|{_MONTH} [0-3]?[0-9](?:st|nd|rd|th)?,? (?:18|19|20)[0-9]{{2}})(?![0-9])"
)

RECOGNISERS = (
    Recogniser(
        "BIRTH_DATE",
        0.85,
        matches(
            r"(?:[Bb]orn|[Bb]irth|[Bb]irthday|[Bb]irthdate|DOB|[Dd]\.?o\.?b\.?|生日|出生于?|生于)"
            r"(?: (?:is|on|in|date)|日期|年月日?|是|为|在){0,3}[ :]{0,3}"
            rf"({_DATE})"
        ),
        needs=(
            *("Born", "born", "Birth", "birth", "DOB", "Dob", "dob", ".ob", "o.b"),
            *("生日", "出生", "生于"),
        ),
    ),
    Recogniser(
        "BIRTH_DATE",
        0.8,
        matches(r"((?:19|20)[0-9]{2}年[01]?[0-9]月[0-3]?[0-9]日)(?:出?生)"),
        needs=("生",),
    ),
)
