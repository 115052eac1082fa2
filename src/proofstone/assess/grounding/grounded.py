"""Whether passages say what a sentence says, as far as its content words tell."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from difflib import SequenceMatcher

from proofstone.assess.grounding.conflicts import conflicts, negated
from proofstone.models.text.language import HAN
from proofstone.models.text.sentences import sentences
from proofstone.models.text.words import normalised

_TOKEN = re.compile(rf"[{HAN}]|[^\W_{HAN}]+(?:[.:'’_-][^\W_{HAN}]+)*")
_FUNCTION_WORDS = frozenset(
    re.compile(rf"[{HAN}]|[a-z]+").findall(
        "a an and any are as at be been but by can could did do does for from get gets got had has "
        "have he her here his i if in into is it its may me might must my no not of on or our out "
        "shall she should so some than that the their them then there these they this those to too "
        "up us very was we were what when where which who will with would you your "
        "的了是在和与也就都会可以要能把被将请您你我们它他她这那时个并且或而则为对于从到吗呢吧不没无未"
    )
)
"""Words that the same content is said with or without."""

_CLAUSE = re.compile(
    r"[,;:!?，；：。！？]+\s*|\.\s+|\s+(?=(?:unless|because|but|if)\b)|(?=除非|因为|但|如果)"
)
_CONDITION = re.compile(
    r"\s*(?:if|unless|otherwise|when)\b|\s*(?:如|若|要是|除非|否则)|.*(?:的话|除外)"
)
_QUOTED = 0.75
_SAME_CLAUSE = 0.6
"""Chosen on the half of the labelled sentences that fits, as the threshold is."""


@dataclass(frozen=True)
class Support:
    """How far a passage says what a sentence says.

    `share` is the share of the sentence's content words that the passage holds, in [0, 1].
    `conflicts` are reasons why the passage cannot be what it rests on, in spite of its words:
    `number`, `command`, `negation`, or `edited` (it repeats a sentence of the passage with words
    in it that the passage does not have). `quoted`: it is a sentence of the passage as it stands.
    """

    share: float
    conflicts: tuple[str, ...] = ()
    quoted: bool = False

    @property
    def score(self) -> float:
        """`share`, or 0 where there is a conflict."""
        return 0.0 if self.conflicts else self.share


def support(sentence: str, passage: str) -> Support:
    """Compare the content words, numbers, commands and negations of `sentence` with `passage`.

    English words count as equal in other endings, Chinese is compared by character.

    Not covered: meaning. A sentence in quite other words scores low although it is true; one
    that puts the passage's own words together wrongly scores high.

    >>> support("Cats are not welcome.", "Dogs may stay. Cats are welcome.")
    Support(share=1.0, conflicts=('negation',), quoted=False)
    """
    said, held = _content(sentence), set(_content(passage))
    if not said or _closed(sentence) in map(_closed, sentences(passage)):
        return Support(1.0, quoted=True)
    foreign = {word for word in said if not _holds(held, word)}
    share = 1.0 - sum(word in foreign for word in said) / len(said)
    found = conflicts(sentence, passage)
    if _contradicts(sentence, passage):
        found.append("negation")
    if foreign and _repeated(said, passage) >= _QUOTED:
        found.append("edited")
    return Support(share, tuple(found))


def best_support(sentence: str, passages: Sequence[str]) -> Support:
    """Return the support of the passage that supports `sentence` most; none where there is none."""
    found = [support(sentence, passage) for passage in passages]
    return max(found, key=lambda one: (one.score, one.quoted, one.share), default=Support(0.0))


def claims_of(text: str) -> list[str]:
    """Return the sentences of `text` that say something: questions and bare words are left out.

    >>> claims_of("Yes. Run `doctor` first. Does that help?")
    ['Run `doctor` first.']
    """
    return [
        one for one in sentences(text) if not one.endswith(("?", "？")) and len(_content(one)) >= 2
    ]


def _content(text: str) -> list[str]:
    found = _TOKEN.findall(normalised(text).lower())
    return [word for word in found if word not in _FUNCTION_WORDS]


def _closed(text: str) -> str:
    return "".join(normalised(text).casefold().split())


def _holds(held: Set[str], word: str) -> bool:
    return word in held or any(_same_stem(word, other) for other in held)


def _same_stem(one: str, other: str) -> bool:
    """Whether two words differ in their endings alone, roughly."""
    if one.isalpha() and other.isalpha() and {f"{one}s", f"{other}s"} & {one, other}:
        return True
    shorter, longer = sorted((len(one), len(other)))
    if shorter < 4 or longer - shorter > 3 or not (one.isalpha() and other.isalpha()):
        return False
    shared = max(4, shorter - 2)
    return one[:shared] == other[:shared]


def _repeated(said: Sequence[str], passage: str) -> float:
    """The greatest share of words that stand in one order in `said` and a sentence of `passage`."""
    shares = [0.0]
    for part in sentences(passage):
        matcher = SequenceMatcher(None, said, _content(part), autojunk=False)
        shares.append(sum(block.size for block in matcher.get_matching_blocks()) / len(said))
    return max(shares)


def _contradicts(sentence: str, passage: str) -> bool:
    """Whether a clause of `sentence` denies what the nearest clause of `passage` asserts, or so."""
    theirs = _clauses(passage)
    for clause, said in _clauses(sentence):
        nearest, closest = "", (0.0, 0.0)
        for other, held in theirs:
            near = (_share(said, set(held)), _share(held, set(said)))
            if near > closest:
                nearest, closest = other, near
        if closest[0] >= _SAME_CLAUSE and negated(clause) != negated(nearest):
            return True
    return False


def _clauses(text: str) -> list[tuple[str, list[str]]]:
    """Clauses that assert something, with their content words."""
    parts = [part for part in _CLAUSE.split(text) if part and not _CONDITION.match(part.lower())]
    return [(part, said) for part in parts if len(said := _content(part)) >= 2]


def _share(said: Sequence[str], held: Set[str]) -> float:
    return sum(_holds(held, word) for word in said) / len(said)
