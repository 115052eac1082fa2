"""Number plates of vehicles in mainland China (GA 36-2018)."""

from __future__ import annotations

from proofstone.guards.recognisers.recogniser import Recogniser, matches

_SIGN = "[A-HJ-NP-Z0-9]"

RECOGNISERS = (
    Recogniser(
        "PLATE",
        0.85,
        matches(
            r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·•. ]?"
            rf"(?:[DF]{_SIGN}[0-9]{{4}}|[0-9]{{5}}[DF]|{_SIGN}{{4}}[A-HJ-NP-Z0-9挂学警港澳])"
            r"(?![0-9A-Za-z])"
        ),
    ),
)
