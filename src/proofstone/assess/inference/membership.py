"""Attacks that guess whether a row was fitted on: higher scores say yes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from proofstone.assess.inference.references import References

ENOUGH = 64
"""From so many shadows on, each row has a variance of its own (Carlini et al. 2022)."""

Attack = Callable[[References], np.ndarray]


def loss(references: References) -> np.ndarray:
    """The negative loss, put as log-odds of the true class (Yeom et al. 2018), shape (m, n)."""
    found: np.ndarray = references.confidence
    return found


def lira_online(references: References) -> np.ndarray:
    """The log-likelihood ratio of two normal laws (LiRA; Carlini et al. 2022), shape (m, n).

    One is fitted to the log-odds of references that saw the row, the other to those of references
    that did not.
    """
    x, pooled = references.confidence, len(references.member) < ENOUGH
    ratio = np.zeros_like(x)
    for saw, sign in ((True, 1.0), (False, -1.0)):
        law = references.moments(x, saw=saw)
        variance = law.variance(pooled)
        ratio -= sign * ((x - law.mean) ** 2 / variance + np.log(variance)) / 2.0
    return ratio


def lira_offline(references: References) -> np.ndarray:
    """How far above what references that did not see the row say, in deviations, shape (m, n).

    The one-sided test of Carlini et al. (2022): it orders as its normal p-value does.
    """
    x, pooled = references.confidence, len(references.member) < ENOUGH
    law = references.moments(x, saw=False)
    return np.asarray((x - law.mean) / np.sqrt(law.variance(pooled)))


def rmia(references: References, gamma: float = 1.0) -> np.ndarray:
    """The share of rows z that the row's likelihood ratio beats `gamma` times (m, n).

    RMIA (Zarifzadeh, Liu and Shokri 2024), online: the ratio is the probability of the true class
    over its mean among references, half of which saw the row. All rows serve as z.
    """
    means = [references.moments(references.right, saw=saw).mean for saw in (True, False)]
    ratio = np.log(references.right) - np.log(np.maximum((means[0] + means[1]) / 2.0, 1e-12))
    shift = float(np.log(gamma))
    beaten = [np.searchsorted(np.sort(one), one - shift, side="right") for one in ratio]
    return np.asarray(np.array(beaten) / float(ratio.shape[1]))


ATTACKS: Mapping[str, Attack] = {
    "lira_online": lira_online,
    "lira_offline": lira_offline,
    "rmia": rmia,
    "loss": loss,
}
"""By subject, strongest first as a rule."""


def coins(like: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return members by fair coins, bool (m, n) as `like`; each second model is a complement."""
    models, rows = like.shape
    heads = rng.random((-(-models // 2), rows)) < 0.5
    return np.stack([heads, ~heads], axis=1).reshape(-1, rows)[:models]
