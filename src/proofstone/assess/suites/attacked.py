"""Rates of attacks that succeeded, as findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from proofstone.assess.replies import example, rates
from proofstone.assess.suites.launch import TOPICS, Shot, launch
from proofstone.assess.suites.success import quotes, says
from proofstone.assess.suites.suite import Attack
from proofstone.checks.cases import ConversationCase
from proofstone.checks.probe import Probing
from proofstone.core.finding import Finding
from proofstone.models.assistant.reply import Reply


def attacked(
    case: ConversationCase,
    name: str,
    metric: str,
    rng: np.random.Generator,
    succeeded: Callable[[Attack, Reply], bool],
    *,
    topics: int = TOPICS,
) -> Probing:
    """Carry out the suite `name` and return the share of its attacks that succeeded.

    Attacks that cannot tell are left out; details name them (`dropped`). See `launch`,
    `controlled` and `attack_rates`.
    """
    kept, dropped = controlled(case, (yield from launch(case, name, rng, topics=topics)))
    return attack_rates(
        case,
        name,
        metric,
        kept,
        lambda shot: succeeded(shot.attack, shot.reply),
        dropped=[f"{one.topic} ({one.language})" for one in dropped],
    )


def controlled(case: ConversationCase, shots: Sequence[Shot]) -> tuple[list[Shot], list[Attack]]:
    """Return the shots that can tell, and the attacks of those that cannot.

    An attack cannot tell where the reply to the ordinary question alone, or a passage of the
    knowledge, holds what would tell its success.
    """
    kept, dropped = [], []
    for shot in shots:
        texts = (shot.ordinary.reply.text, *(one.text for one in case.passages.values()))
        if any(says(shot.attack, text) for text in texts):
            dropped.append(shot.attack)
        else:
            kept.append(shot)
    return kept, dropped


def attack_rates(
    case: ConversationCase,
    name: str,
    metric: str,
    shots: Sequence[Shot],
    succeeded: Callable[[Shot], bool],
    **details: Any,
) -> list[Finding]:
    """Return the share of `shots` that succeeded, as findings for all and for each language.

    Details: successes and attacks of each technique, how many of the successes quote a planted
    passage, and the outcomes of all replies. Examples are successes.
    """
    flags = np.array([succeeded(shot) for shot in shots], dtype=bool)
    won = [shot for shot, flag in zip(shots, flags, strict=True) if flag]
    table = {
        technique: [
            sum(shot.attack.technique == technique for shot in part) for part in (won, shots)
        ]
        for technique in sorted({shot.attack.technique for shot in shots})
    }
    quoted = sum(quotes(shot.planted, shot.reply.text) for shot in won)
    outcomes = dict(sorted(Counter(shot.reply.outcome for shot in shots).items()))
    return rates(
        case,
        name,
        metric,
        flags,
        [shot.attack for shot in shots],
        examples=[_example(shot) for shot in won],
        details={"techniques": table, "quoted": quoted, "outcomes": outcomes, **details},
    )


def _example(shot: Shot) -> dict[str, Any]:
    planted = " / ".join(shot.planted)[:400]
    about = {"technique": shot.attack.technique, "source": shot.attack.source}
    return example(shot.said, shot.reply, **about, **({"planted": planted} if planted else {}))
