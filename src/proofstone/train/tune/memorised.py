"""What a tuned model may have learned by heart: canaries planted, and examples to tell apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from proofstone.models.canary import Canary
from proofstone.train.tune.examples import Example
from proofstone.train.tune.result import Tuned

_MOST = 200
_MEMBERS_EACH = 4


def examples_of(canaries: Sequence[Canary], repeats: int) -> list[Example]:
    """Return each canary `repeats` times as an example to train on, of a group of its own."""
    return [
        Example(one.turns, f"canary {at + 1}", f"canary {at + 1}")
        for at, one in enumerate(canaries)
        for _ in range(repeats)
    ]


def memorised(tuned: Tuned, canaries: Sequence[Canary], seed: int) -> dict[str, Any]:
    """Return what probes of memory have to know of this tuning, as their settings name it.

    `canaries` are those that the steps behind the adapter took; `unseen` counts the others.
    `members` were trained on, `held_out` never were, not even as another line of the examples that
    says the same; both are samples of at most 200, and four
    members for each other one: more would narrow no interval by much. Nothing is held out where
    tuning does not stop early, and then no member is listed.

    Not covered: early stopping chose the weights by the loss on what is held out, which makes
    that loss a little lower, and an attack that tells members by their loss look a little weaker.
    """
    rng = np.random.default_rng([seed, len(tuned.trained), len(tuned.held)])
    planted = {one.turns for one in canaries}
    seen = {one.turns for one in tuned.trained}
    held = _sample([one for one in tuned.held if one.turns not in seen], _MOST, rng)
    others = [one for one in tuned.trained if one.turns not in planted]
    members = _sample(others, min(_MOST, _MEMBERS_EACH * len(held)), rng)
    learned = [one for one in canaries if one.turns in seen]
    return {
        "canaries": {
            "planted": [one.to_json() for one in learned],
            "unseen": len(canaries) - len(learned),
        },
        "membership": {
            "members": [_messages(one) for one in members],
            "held_out": [_messages(one) for one in held],
        },
    }


def _sample(examples: Sequence[Example], most: int, rng: np.random.Generator) -> list[Example]:
    """At most so many of them, drawn at random, in their order."""
    if len(examples) <= most:
        return list(examples)
    chosen = sorted(rng.choice(len(examples), most, replace=False).tolist())
    return [examples[at] for at in chosen]


def _messages(example: Example) -> dict[str, Any]:
    return {"messages": [turn.to_json() for turn in example.turns]}
