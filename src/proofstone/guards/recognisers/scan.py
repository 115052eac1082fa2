"""Finds personal data and secrets in a text."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from proofstone.guards.folding import folded
from proofstone.guards.recognisers import (
    address,
    birth,
    contact,
    network,
    numbers,
    person,
    plate,
    secrets,
)
from proofstone.guards.recognisers.recogniser import Recognised, Recogniser

RECOGNISERS: tuple[Recogniser, ...] = (
    *contact.RECOGNISERS,
    *numbers.RECOGNISERS,
    *network.RECOGNISERS,
    *birth.RECOGNISERS,
    *address.RECOGNISERS,
    *person.RECOGNISERS,
    *plate.RECOGNISERS,
    *secrets.RECOGNISERS,
)


def scan(text: str) -> list[Recognised]:
    """Return the personal data and secrets in `text`, in order; none overlap.

    Full-width forms and invisible characters between digits do not hide anything; offsets are
    those of `text` as given, in code points. Where two overlap, the surer one stays, then the
    longer, then the earlier.

    Not covered: names and addresses that nothing around them gives away, personal data of other
    languages than English and Chinese, identity numbers of other countries than China and the
    United States, e-mail addresses outside ASCII, anything spelled out in words. A finding says
    what the text looks like, not whose it is. How often both go wrong on labelled texts is what
    `PersonalData.false_alarms` and `.misses` return.

    >>> [(one.kind, one.text) for one in scan("ann@example.com, 手机１３８００１３８０００")]
    [('EMAIL', 'ann@example.com'), ('PHONE', '１３８００１３８０００')]
    """
    plain = folded(text)
    found = []
    for recogniser in RECOGNISERS:
        if recogniser.needs and not any(sign in plain.text for sign in recogniser.needs):
            continue
        for span in recogniser.find(plain.text):
            start, end = plain.span(*span)
            found.append(
                Recognised(recogniser.kind, start, end, text[start:end], recogniser.confidence)
            )
    return apart(found)


def apart(found: Iterable[Recognised]) -> list[Recognised]:
    """Return those of `found` that do not overlap surer, longer or earlier ones, in order."""
    kept: list[Recognised] = []
    starts: list[int] = []
    order = sorted(found, key=lambda one: (-one.confidence, one.start - one.end, one.start))
    for one in order:
        at = bisect_left(starts, one.start)
        after = at < len(kept) and kept[at].start < one.end
        before = at > 0 and kept[at - 1].end > one.start
        if not after and not before:
            kept.insert(at, one)
            starts.insert(at, one.start)
    return kept
