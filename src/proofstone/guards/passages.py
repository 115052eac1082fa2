"""Passages as they may be answered from: free of orders to the model, and of personal data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from proofstone.guards.documents import cases, document_score, shipped
from proofstone.guards.guard import GuardSettings
from proofstone.guards.injection_guard import InjectionGuard
from proofstone.guards.labelled import Rate
from proofstone.guards.personal_data import PersonalData
from proofstone.guards.recognisers.mask import Masking
from proofstone.guards.recognisers.recogniser import Kind, Recognised
from proofstone.models.retrieval.passage import Passage

_MACHINES = frozenset[Kind](("IP", "MAC"))
_SURE_NAME = 0.7
# Numbers of firms that callers do not pay for, or pay little: 400 in China, 800 to 888 in North
# America (the toll-free codes of the FCC).
_FREE = re.compile(r"(?:86|1)?(?:400|8(?:00|33|44|55|66|77|88))[0-9]{7}")
_NO_DIGIT = re.compile(r"[^0-9]")


@dataclass(frozen=True)
class Sifted:
    """What became of passages: those `kept`, in order, and the positions of those `dropped`.

    `masked` has position and kind of each value that a placeholder stands for in one kept.
    """

    kept: tuple[Passage, ...]
    dropped: tuple[int, ...]
    masked: tuple[tuple[int, Kind], ...]


class PassageScreen:
    """Drops passages that give orders to the model, and masks personal data in the others.

    The same before an index is built and when an answer is made. A passage is dropped from the
    shipped threshold of `document_score` on, its title and section read along, whatever
    `injection_action` says, which is about questions; where the guard `injection` is off, none is.
    Where `personal_data` is on, what it masks in messages is masked in text, section and title,
    except addresses of machines (IP, MAC), numbers that are free to call, and names less sure than
    0.7: a help desk's text holds many that are nobody's. The same value has the same placeholder
    within a document.

    Not covered: what `document_score` and `scan` do not cover; a passage's id and its document's
    name, which may repeat a word of a heading; [EMAIL_1] of two documents may be two addresses.
    """

    def __init__(self, settings: GuardSettings) -> None:
        self._drops = InjectionGuard.name in settings.order
        self._masks = PersonalData.name in settings.order
        self._personal = PersonalData(settings)

    def screen(self, passages: Sequence[Passage]) -> list[Passage]:
        """Return the passages that may be answered from, as they may be shown."""
        return [*self.sift(passages).kept]

    def sift(self, passages: Sequence[Passage]) -> Sifted:
        """Return the passages that may be answered from, and what was done to get there."""
        kept: list[Passage] = []
        dropped: list[int] = []
        masked: list[tuple[int, Kind]] = []
        maskings: dict[str, Masking] = {}
        for at, passage in enumerate(passages):
            if self._drops and orders(passage):
                dropped.append(at)
                continue
            if not self._masks:
                kept.append(passage)
                continue
            masking = maskings.setdefault(passage.document, Masking(self._wanted))
            changed, found = _masked(passage, masking)
            kept.append(changed)
            masked += [(at, one.kind) for one in found]
        return Sifted(tuple(kept), tuple(dropped), tuple(masked))

    def false_alarms(self) -> Rate:
        """Rate of dropped ones among the benign passages that nothing was fitted on."""
        return _rate(attack=False)

    def misses(self) -> Rate:
        """Rate of kept ones among the attacks that nothing was fitted on."""
        caught, n = _rate(attack=True)
        return Rate(n - caught, n)

    def _wanted(self, one: Recognised) -> bool:
        if one.kind in _MACHINES or (one.kind == "PERSON" and one.confidence < _SURE_NAME):
            return False
        if one.kind == "PHONE" and _FREE.fullmatch(_NO_DIGIT.sub("", one.text)):
            return False
        return self._personal.wanted(one)


def orders(passage: Passage) -> bool:
    """Return whether `passage`, its title or its section read like orders to the model."""
    whole = "\n\n".join((passage.title, passage.section, passage.text))
    return document_score(whole) >= shipped().threshold


def _masked(passage: Passage, masking: Masking) -> tuple[Passage, list[Recognised]]:
    text, found = masking.mask(passage.text)
    section, in_section = masking.mask(passage.section)
    title, in_title = masking.mask(passage.title)
    everything = [*found, *in_section, *in_title]
    if not everything:
        return passage, []
    return replace(passage, text=text, section=section, title=title), everything


def _rate(*, attack: bool) -> Rate:
    """How many of the judged passages of one label are dropped."""
    rows = [one for one in cases("judge") if one.attack == attack]
    return Rate(sum(document_score(one.text) >= shipped().threshold for one in rows), len(rows))
