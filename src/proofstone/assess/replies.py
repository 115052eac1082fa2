"""What probes of assistants share: replies read back, and rates for all and for each language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

import numpy as np

from proofstone.assess.measured import measured
from proofstone.checks.cases import Case
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.clusters import clustered_mean, clustered_wilson
from proofstone.measures.intervals import Interval
from proofstone.models.assistant.reply import Reply

LANGUAGES = ("en", "zh")
_SHOWN = 12
_LONGEST = 400


def read_replies(answers: np.ndarray) -> list[Reply]:
    """The replies in an array of answers, in its order."""
    return [Reply.from_json(answer) for answer in answers]


class About(Protocol):
    """What is known of a question: its language, and the topic that its languages share."""

    @property
    def topic(self) -> str:
        """Questions of one topic depend on each other."""

    @property
    def language(self) -> str:
        """The language that it is asked in."""


def subjects(about: Sequence[About]) -> Iterator[tuple[str, np.ndarray]]:
    """Yield `all` and each language that occurs, with the mask of its rows, bool (n,)."""
    spoken = np.array([one.language for one in about], dtype=object)
    yield "all", np.ones(len(spoken), dtype=bool)
    for language in LANGUAGES:
        if (spoken == language).any():
            yield f"language={language}", spoken == language


def rates(
    case: Case,
    probe: str,
    metric: str,
    flags: np.ndarray,
    about: Sequence[About],
    *,
    examples: Sequence[Mapping[str, Any]] = (),
    details: Mapping[str, Any] | None = None,
) -> list[Finding]:
    """Return the share of `flags` (bool, (n,)) as findings: for all, and for each language.

    Intervals are Wilson's (1927), for as many independent rows as topics make of them (Rao and
    Scott 1992). The finding for all carries `examples`, the first of them.
    """
    topics = np.array([one.topic for one in about], dtype=object)
    found = []
    for subject, mask in subjects(about):
        n = int(mask.sum())
        shown = {"examples": list(examples[:_SHOWN])} if subject == "all" and examples else {}
        finding = measured(
            case,
            probe,
            metric,
            float(flags[mask].mean()) if n else float("nan"),
            partial(clustered_wilson, flags[mask], topics[mask]),
            n=n,
            method=message("Wilson, by topic"),
            subject=subject,
            absent=message("no question asks it"),
            details={**(details or {}), **shown},
        )
        found.append(finding)
    return found


def means(
    case: Case,
    probe: str,
    metric: str,
    values: np.ndarray,
    about: Sequence[About],
    *,
    shares: bool = False,
) -> list[Finding]:
    """Return the mean of `values` (n,) as findings: for all, and for each language.

    `shares` says that values lie in [0, 1], and so does their interval.
    """
    topics = np.array([one.topic for one in about], dtype=object)
    return [
        measured(
            case,
            probe,
            metric,
            float(values[mask].mean()) if mask.any() else float("nan"),
            partial(_within if shares else clustered_mean, values[mask], topics[mask]),
            n=int(mask.sum()),
            method=message("t interval, by topic"),
            subject=subject,
            absent=message("no question asks it"),
        )
        for subject, mask in subjects(about)
    ]


def _within(values: np.ndarray, topics: np.ndarray, level: float) -> Interval[float]:
    """The t interval, cut where no mean of values in [0, 1] can lie."""
    low, high = clustered_mean(values, topics, level)
    return Interval(max(low, 0.0), min(high, 1.0))


def example(question: str, reply: Reply, **more: Any) -> dict[str, Any]:
    """One question and its reply, shortened, as a finding shows them."""
    sources = [source.id for source in reply.sources]
    text = reply.text if len(reply.text) <= _LONGEST else f"{reply.text[:_LONGEST]}…"
    return {
        "question": question[:_LONGEST],
        "reply": text,
        "outcome": reply.outcome,
        "sources": sources,
        **more,
    }
