"""Findings and verdicts: the one schema in which every check reports."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Literal, Self

from proofstone.core.i18n import message


class Verdict(StrEnum):
    """What a check came to. A gate opens only on `PASS`."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    NOT_RUN = "not_run"
    NOT_APPLICABLE = "not_applicable"


FIRST = "first_release"
"""The detail by which a change says that no release stands that could be changed from."""

LEFT_OUT = "rows_left_out"
"""The detail that counts rows which could not be used: no gate opens on what was measured then."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One measured quantity with its interval, and the verdict once a gate has judged it.

    `subject` is what was measured: `all`, a protected column (`sex`), one group
    (`sex=female`), a feature, a slice. `level` is the confidence level of [low, high] after
    correction for the family of tests. `direction` says on which side of `limit` the bound has
    to lie: `max` judges `high`, `min` judges `low`. `evidence` is `procedure` where the rows
    were cross-fitted and `bytes` where the released model itself was measured on held-out rows.
    `details` carries what a chart needs (curve points, group tables), JSON only. `standards` are
    the entries of published lists that it is evidence about, such as `LLM01:2025`. Numbers that
    are not finite, which JSON does not have, become None, also within `details`.
    A finding that no gate judges keeps the verdict `not_applicable` and the reason says so.
    """

    probe: str
    metric: str
    subject: str = "all"
    value: float | None = None
    low: float | None = None
    high: float | None = None
    limit: float | None = None
    direction: Literal["min", "max"] | None = None
    verdict: Verdict = Verdict.NOT_APPLICABLE
    n: int = 0
    level: float = 0.95
    method: str = ""
    reason: str = message("no limit is set")
    rows_needed: int | None = None
    evidence: Literal["procedure", "bytes"] = "bytes"
    details: Mapping[str, Any] = field(default_factory=dict)
    standards: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("value", "low", "high"):
            number = getattr(self, name)
            if number is not None and not math.isfinite(number):
                object.__setattr__(self, name, None)
        if not _finite(self.details):
            object.__setattr__(self, "details", _plain(self.details))

    @property
    def gated(self) -> bool:
        """Whether a limit was declared for this finding."""
        return self.limit is not None

    def judged(self, **changes: Any) -> Self:
        """Return a copy with `changes`; findings are never edited."""
        return replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """The finding as a JSON object."""
        plain = {"details": dict(self.details), "standards": list(self.standards)}
        return vars(self) | {"verdict": str(self.verdict), **plain}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read back what `to_json` wrote."""
        read = {
            "verdict": Verdict(document["verdict"]),
            "standards": tuple(document.get("standards", ())),
        }
        return cls(**{**document, **read})


def _finite(value: Any) -> bool:
    """Whether no number within is infinite or NaN."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, Mapping):
        return all(map(_finite, value.values()))
    return not isinstance(value, list | tuple) or all(map(_finite, value))


def _plain(value: Any) -> Any:
    """The value, with None for every number that is infinite or NaN."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if _finite(value) else None
