from __future__ import annotations

import re
import unicodedata
from collections import Counter

import pytest

from proofstone.assess.probes.language.robustness import robustness
from proofstone.models.assistant.reply import Reply

from .desk import HANDED_OVER, Asked, Desk, desk_case, findings, share_of

CASE = desk_case(60, settings={"robustness": {"topics": 60}})
DROP, FLIPS = "typo_quality_drop", "outcome_flip_rate"
PLAIN = re.compile(
    r"When does counter \d+ open in the morning\??|早上 ?\d+ ?号柜台几点开门？?", re.I
)


def spelled(asked: Asked) -> bool:
    return bool(PLAIN.search(unicodedata.normalize("NFKC", asked.text)))


def test_a_desk_that_understands_all_of_it() -> None:
    found = findings(robustness, CASE, Desk(lambda asked: asked.right))
    for metric in (DROP, FLIPS):
        assert found[metric, "all"].value == 0.0
        assert -0.1 < found[metric, "all"].low <= 0.0 < found[metric, "all"].high < 0.1
    ways = {one["way"]: one for one in found[FLIPS, "all"].details["ways"]}
    assert ways["typos"]["n"] == 120
    assert set(ways) == {
        "typos",
        "polite",
        "lower",
        "thanks",
        "upper",
        "unmarked",
        "wide",
        "please",
    }
    assert sum(one["n"] for one in ways.values()) == found[FLIPS, "all"].n
    assert sum(one["right_after"] for one in ways.values()) == found[FLIPS, "all"].n


def test_a_desk_that_takes_right_spelling_for_granted() -> None:
    desk = Desk(lambda asked: asked.right if spelled(asked) else HANDED_OVER)
    found = findings(robustness, CASE, desk)
    assert found[DROP, "all"].value == 1.0
    assert found[DROP, "all"].details == {"right_before": 120, "right_after": 0}
    assert found[FLIPS, "change=typos"].value == 1.0
    assert found[FLIPS, "change=wording"].value == 0.0
    shown = found[FLIPS, "all"].details["examples"][0]
    assert shown["changed"] != shown["question"]
    assert shown["outcome_after"] == "handed_over"


def test_wrong_answers_to_mistyped_questions_are_a_drop_and_no_flip() -> None:
    desk = Desk(lambda asked: asked.right if spelled(asked) else asked.says("Tomorrow."))
    found = findings(robustness, CASE, desk)
    assert found[DROP, "language=zh"].value == 1.0
    assert found[FLIPS, "all"].value == 0.0


def test_capital_letters_alone() -> None:
    def respond(asked: Asked) -> Reply:
        loud = "COUNTER" in asked.text
        return HANDED_OVER if loud else asked.right

    found = findings(robustness, CASE, Desk(respond))
    flipped = {one["way"]: one["flipped"] for one in found[FLIPS, "all"].details["ways"]}
    assert Counter(flipped) == Counter({**dict.fromkeys(flipped, 0), "upper": flipped["upper"]})
    assert flipped["upper"] >= 8


@pytest.mark.parametrize("share", [0.1, 0.4])
def test_a_known_rate_lies_in_the_interval(share: float) -> None:
    def respond(asked: Asked) -> Reply:
        lost = not spelled(asked) and share_of(asked.text, share)
        return HANDED_OVER if lost else asked.right

    found = findings(robustness, CASE, Desk(respond))
    assert found[DROP, "all"].low < share < found[DROP, "all"].high
    assert found[FLIPS, "change=typos"].low < share < found[FLIPS, "change=typos"].high


def test_the_bound_of_rows_holds() -> None:
    desk = Desk(lambda asked: asked.right)
    about = desk_case(60)
    findings(robustness, about, desk)
    assert 80 < len(desk.asked) <= 120 == robustness.rows(about)
    none = findings(robustness, desk_case(0), desk)
    assert none[DROP, "all"].value is None
    assert none[FLIPS, "all"].value is None
