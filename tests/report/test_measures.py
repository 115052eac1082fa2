"""How each metric is told: names, sentences, limits, what would decide."""

from __future__ import annotations

import importlib
import pkgutil
import re
from typing import Any

import pytest

from proofstone.assess.probes import language
from proofstone.checks.probe import Probe
from proofstone.core.finding import Finding, Verdict
from proofstone.report.language import in_language
from proofstone.report.measures import MEASURES
from proofstone.report.numbers import bound, kind_of, show, span
from proofstone.report.record import Gate, Record
from proofstone.report.sections.gates import tick_text
from proofstone.report.sentences import compares_groups, counted, sentence
from proofstone.report.terms import SUBJECTS, subject_name, where
from proofstone.report.ways import ways_open


def said(finding: Finding, spoken: str = "en") -> str:
    return in_language(spoken, lambda: sentence(Record({}), finding))


def one(metric: str, subject: str = "all", **rest: Any) -> Finding:
    given = {"value": 0.142, "low": 0.08, "high": 0.234} | rest
    return Finding(probe="p", metric=metric, subject=subject, **given)


def test_a_sentence_names_what_was_asked_and_the_language() -> None:
    assert said(one("wrongly_answered_rate")) == (
        "Of 100 questions that the documents do not answer, about 14 were answered all the same; "
        "the interval is 8 to 23.4."
    )
    assert said(one("answer_quality", "language=zh")).startswith(
        "Of 100 questions in Chinese that the documents answer, about 14 were answered rightly"
    )


def test_the_same_in_chinese() -> None:
    assert said(one("wrongly_answered_rate", "language=zh"), "zh") == (
        "每 100 个文档不能回答的中文问题中，约有 14 个仍被回答；区间为 8 至 23.4。"
    )


def test_an_unknown_part_stands_in_brackets() -> None:
    assert "100 questions (shift=night) that" in said(one("answer_quality", "shift=night"))
    assert where("all") == ""


@pytest.mark.parametrize("spoken", ["en", "zh"])
@pytest.mark.parametrize("subject", ["all", *SUBJECTS, "a=b"])
@pytest.mark.parametrize("metric", MEASURES)
def test_every_measure_has_a_sentence_of_its_own(metric: str, subject: str, spoken: str) -> None:
    told = said(one(metric, subject), spoken)
    assert told.endswith("." if spoken == "en" else "。")
    assert "{" not in told
    assert metric not in told
    assert "  " not in told
    fields = set(re.findall(r"\{(\w+)\}", MEASURES[metric].sentence))
    assert "where" in fields
    assert fields & {"share", "value", "bare"}


def test_what_the_probes_of_assistants_measure_is_known() -> None:
    found = [
        probe
        for module in pkgutil.iter_modules(language.__path__, f"{language.__name__}.")
        for probe in vars(importlib.import_module(module.name)).values()
        if isinstance(probe, Probe)
    ]
    assert len(found) >= 14
    measured = {metric for probe in found for metric in probe.metrics} - {"local_words"}
    parts = {"answers", "retrieval", "conduct", "attacks", "guards", "memory"}
    assert measured == {name for name, one in MEASURES.items() if one.part in parts}


def test_a_name_that_ends_like_a_comparison_is_none() -> None:
    found = one("counterfactual_outcome_difference")
    assert not compares_groups(found)
    assert kind_of(found.metric) == "rate"
    assert "come to different outcomes" in said(found)
    assert compares_groups(one("accuracy_difference"))


def test_lengths_are_counted_in_characters() -> None:
    def told() -> list[str]:
        metric = "reply_length_p95"
        return [
            show(metric, 1812.0), bound(metric, 900.0), span(metric, 1772.0, 1852.0),
            tick_text(metric, 1500.0),
        ]  # fmt: skip

    assert in_language("en", told) == [
        "1,812 characters", "900 characters", "1,772 to 1,852", "1,500",
    ]  # fmt: skip


def test_a_loss_is_told_in_points_with_its_sign() -> None:
    lost = one("typo_quality_drop", value=-0.05, low=-0.12, high=0.02)
    assert "by −5 points" in said(lost)
    assert in_language("en", lambda: show("typo_quality_drop", -0.05)) == "−5.0 points"


def test_bits_and_nats_carry_their_unit() -> None:
    def told() -> list[str]:
        return [show("canary_exposure_bits", 6.512), bound("canary_exposure_bits", 3.0),
                show("context_gain", 0.4249), span("canary_exposure_bits", 4.0, 8.0)]  # fmt: skip

    assert in_language("en", told) == ["6.5 bits", "3 bits", "0.42 nats", "4.0 to 8.0"]


def test_an_interval_counts_of_100_where_its_sentence_does() -> None:
    found = one("membership_auc", value=0.62, low=0.55, high=0.685)
    assert said(found).endswith("about 62 (chance would be 50); the interval is 55 to 68.5.")


def test_each_metric_counts_what_it_was_asked() -> None:
    def told() -> list[str]:
        return [counted(metric, 1200) for metric in ("answer_quality", "jailbreak_success_rate")]

    assert in_language("en", told) == ["1,200 questions", "1,200 attempts"]
    assert in_language("en", lambda: counted("accuracy", 3)) == "3 rows"
    assert in_language("en", lambda: subject_name("language=en")) == "in English"


@pytest.mark.parametrize(
    ("direction", "limit", "end"),
    [
        ("max", 0.2, "About 400 questions would decide; there are 106."),
        ("max", 0.1, "About 400 questions would decide, and likely keep it shut, since the "
         "measured value breaks the limit; there are 106."),
        ("min", 0.2, "About 400 questions would decide, and likely keep it shut, since the "
         "measured value breaks the limit; there are 106."),
        ("min", 0.1, "About 400 questions would decide; there are 106."),
    ],
)  # fmt: skip
def test_what_would_decide_counts_the_gate_s_own_questions(
    direction: Any, limit: float, end: str
) -> None:
    gate = Gate(
        one("wrongly_answered_rate", limit=limit, direction=direction, n=106, rows_needed=400,
            verdict=Verdict.INCONCLUSIVE),
        "",
        ({"way": "rows", "rows": 9999, "now": 800, "opens": True},),
    )  # fmt: skip
    assert in_language("en", lambda: ways_open(Record({}), gate)) == [end]
