from __future__ import annotations

import pytest

from proofstone.core.i18n import catalogue
from proofstone.guards.exchange import Exchange, Said
from proofstone.guards.guard import Decision, GuardSettings
from proofstone.guards.sources import REMOVED, UNSOURCED, Sources
from proofstone.models.conversation import Turn
from proofstone.models.retrieval.passage import Passage

GUARD = Sources(GuardSettings())
PASSAGE = Passage("a.md#b/1", "a.md", "A", "b", "en", "See https://docs.example.org/Verify?x=1.")


def reply(text: str, *sources: str, guard: Sources = GUARD, question: str = "How?") -> Decision:
    return guard.after(Exchange((Turn("user", question),), (PASSAGE,)), Said(text, sources))


def test_rates_on_the_shipped_replies() -> None:
    assert GUARD.false_alarms().n >= 25
    assert GUARD.false_alarms().k == 0
    assert GUARD.misses().n >= 10
    assert GUARD.misses().k <= 1


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("So it is [1].", ["a.md#b/1"]),
        ("So it is [a.md#b/1].", []),
        ("See HTTPS://docs.example.org/Verify?x=1!", []),
        ("Take rows[7] and `[9]`, or [9](note).", []),
        ("Read [the C# guide], [the page](a.md#x/1) or [1].", []),
        ("No source at all.", []),
    ],
)
def test_what_was_given_may_be_named(text: str, sources: list[str]) -> None:
    assert reply(text, *sources).action == "pass"


@pytest.mark.parametrize(("text", "sources"), [("x", ["a.md#b/2"]), ("[c.md#d/1]", [])])
def test_an_unknown_source_is_blocked(text: str, sources: list[str]) -> None:
    decision = reply(text, *sources)
    assert (decision.action, decision.text) == ("block", UNSOURCED)


def test_links_from_nowhere_are_removed() -> None:
    decision = reply("Get it (https://evil.example/x.exe), or www.evil.example/y.")
    assert decision.action == "mask"
    assert decision.text == f"Get it ({REMOVED}), or {REMOVED}."
    image = reply("![x](https://docs.example.org/p.png?d=secret)")
    assert image.text == f"![x]({REMOVED})"
    # The address of a known page with something added is another address.
    assert reply("https://docs.example.org/Verify?x=1&d=secret").action == "mask"


def test_a_number_beyond_the_sources_is_flagged() -> None:
    assert reply("So it is [7].", "a.md#b/1").action == "flag"
    assert reply("如此[7]。", "a.md#b/1").action == "flag"


def test_sources_can_be_required() -> None:
    guard = Sources(GuardSettings(sources_required=True))
    assert reply("So it is.", guard=guard).action == "block"
    assert reply("So it is.", "a.md#b/1", guard=guard).action == "pass"


def test_a_chinese_question_gets_a_chinese_reply() -> None:
    decision = reply("x", "nowhere#a/1", question="怎么验证？")
    assert decision.text == catalogue("zh").gettext(UNSOURCED)
