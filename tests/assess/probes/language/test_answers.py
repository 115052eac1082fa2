"""Shares of right answers and hand-overs, from doubles whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from proofstone.assess.probes.language.answers import answers, is_right
from proofstone.assess.probes.language.retrieval import retrieval
from proofstone.checks.cases import ConversationCase, Question
from proofstone.checks.oracle import Oracle
from proofstone.core.finding import Finding
from proofstone.models.assistant.reply import Reply, Source
from proofstone.models.contract import Feature, Operation, Signature
from proofstone.models.contract import Reply as AskReply
from proofstone.models.conversation import exchange, read_rows, rows_of
from proofstone.models.retrieval.passage import Passage
from proofstone.models.rows import Rows


class Scripted:
    by_origin = False
    batch_size = 3
    id = "scripted"
    operations: frozenset[type[Operation]] = frozenset({AskReply})
    signature = Signature((Feature("messages", "text"),), "text")

    def __init__(self, script: dict[str, Reply]) -> None:
        self.script = script

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        said = [self.script[talk[-1].content].to_json() for talk in read_rows(rows)]
        found = np.empty(len(said), dtype=object)
        found[:] = said
        return found


def question(at: int, language: str = "en", *, answer: bool = True) -> Question:
    return Question(
        topic=f"t{at}",
        language=language,  # type: ignore[arg-type]
        kind="answerable" if answer else "unanswerable",
        expect="answer" if answer else "handover",
        accept=(("proofstone verify", "verify it"), ("key",)) if answer else (),
        sources=("keys#lost",) if answer else (),
        reference="Use proofstone verify and the key.",
    )


RIGHT = Reply(
    "Use `Proofstone  verify` with the KEY.",
    "answered",
    (Source("en/keys#lost/1", "en/keys", "Keys", "Lost"),),
    ("en/keys#where/1", "en/keys#lost/1"),
)
WRONG = Reply("Use the key.", "answered", (), ("en/keys#where/1",))
PASSED_ON = Reply("A person can help you.", "handed_over", (), ())


def assessed(
    pairs: list[tuple[Question, Reply]], *probes: object
) -> dict[tuple[str, str], Finding]:
    script = {f"question {at}": reply for at, (_, reply) in enumerate(pairs)}
    case = ConversationCase(
        rows=rows_of([exchange(one) for one in script]),
        questions=tuple(one for one, _ in pairs),
        passages={
            name: Passage(name, "en/keys", "Keys", "S", "en", "text")
            for name in ("en/keys#where/1", "en/keys#lost/1")
        },
    )
    found = Oracle(Scripted(script)).run(list(probes), case)  # type: ignore[arg-type]
    return {(one.metric, one.subject): one for one in found}


def test_each_kind_of_question_counts_where_it_belongs() -> None:
    pairs = [
        (question(0), RIGHT), (question(1), RIGHT), (question(2), WRONG), (question(3), PASSED_ON),
        (question(4, answer=False), PASSED_ON), (question(5, answer=False), WRONG),
    ]  # fmt: skip
    found = assessed(pairs, answers)
    assert found["answer_quality", "all"].value == 0.5
    assert found["handover_rate", "all"].value == 0.25
    assert found["wrongly_answered_rate", "all"].value == 0.5
    details = found["answer_quality", "all"].details
    assert [one["question"] for one in details["examples"]] == ["question 2"]
    assert [one["question"] for one in details["right"]] == ["question 0", "question 1"]
    assert found["answer_quality", "all"].standards == ("LLM09:2025",)


def test_the_interval_is_wilsons_where_no_topic_has_two_rows() -> None:
    pairs = [(question(at), RIGHT if at % 3 else WRONG) for at in range(60)]
    found = assessed(pairs, answers)["answer_quality", "all"]
    low, high = proportion_confint(40, 60, alpha=0.05, method="wilson")
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.005)


def test_two_languages_of_a_topic_are_not_two_topics() -> None:
    both = [
        (question(at, language), RIGHT if at % 2 else WRONG)
        for at in range(20)
        for language in ("en", "zh")
    ]
    whole = assessed(both, answers)
    half = assessed(both[::2], answers)
    assert whole["answer_quality", "all"].n == 40
    width = whole["answer_quality", "all"].high - whole["answer_quality", "all"].low
    assert width == pytest.approx(
        half["answer_quality", "all"].high - half["answer_quality", "all"].low, abs=0.02
    )
    assert whole["answer_quality", "language=zh"].n == 20


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("proofstone verify, key", True),
        ("Verify it with your KEY", True),
        ("**proofstone verify** `key`", True),
        ("proofstone verify", False),
        ("proofstone verify with the key, or skip it", False),
    ],
)
def test_a_right_answer_holds_every_fact_and_nothing_forbidden(text: str, right: bool) -> None:
    asked = Question(**{**vars(question(0)), "must_not": ("skip it",)})
    assert is_right(asked, Reply(text, "answered")) is right
    assert not is_right(asked, Reply(text, "handed_over"))


def test_retrieval_counts_the_first_passage_of_each_listed_section() -> None:
    pairs = [(question(0), RIGHT), (question(1), WRONG), (question(2, answer=False), PASSED_ON)]
    found = assessed(pairs, retrieval)
    assert found["retrieval_recall", "all"].value == 0.5
    assert found["retrieval_ndcg", "all"].value == pytest.approx((1 / np.log2(3) + 0) / 2)
    assert found["retrieval_recall", "all"].n == 2
