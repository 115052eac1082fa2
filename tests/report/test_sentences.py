from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from proofstone.core.finding import Finding, Verdict
from proofstone.report.language import in_language
from proofstone.report.measures import MEASURES
from proofstone.report.numbers import RATES
from proofstone.report.record import Record, find
from proofstone.report.sentences import OF_HUNDRED, ON_SCORES, headline, judgement, sentence
from proofstone.report.terms import MEANINGS, METRICS


@pytest.fixture
def read(record: dict[str, Any]) -> Record:
    return Record(record)


def of(read: Record, metric: str, subject: str = "all") -> str:
    found = find(read.findings, metric, subject)
    assert found is not None
    return in_language("en", lambda: sentence(read, found))


def test_a_gap_names_its_two_groups(read: Record) -> None:
    assert of(read, "false_positive_rate_difference", "afam") == (
        "Of 100 cases where afam is “yes” and deny truly is not “yes”, the model wrongly decides "
        "“yes” for about 18, against 4.9 where afam is “no”: a gap of 13.2 points (9 to 17.4)."
    )


def test_the_same_gap_in_chinese(read: Record) -> None:
    found = find(read.findings, "false_positive_rate_difference", "afam")
    assert found is not None
    assert in_language("zh", lambda: sentence(read, found)) == (
        "每 100 个 afam 为“yes” 且 deny 实际不为“yes”的案例中，被模型误判为“yes”的约有 18 个；"
        "而 afam 为“no”时为 4.9：相差 13.2 个百分点（9 至 17.4）。"
    )


def test_a_rate_of_all_cases(read: Record) -> None:
    assert of(read, "selection_rate") == (
        "Of 100 cases, the model decides “yes” for about 12; the interval is 10.7 to 13.3."
    )


def test_auc_speaks_of_pairs(read: Record) -> None:
    assert "ranks about 83 the right way round" in of(read, "roc_auc")


def test_one_group() -> None:
    one = Finding(probe="p", metric="true_positive_rate", subject="sex=f=m", value=0.5)
    text = in_language("en", lambda: sentence(Record({}), one))
    assert text == (
        "Of 100 cases where sex is “f=m” and label truly is “1”, the model rightly decides “1” "
        "for about 50."
    )


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("suffix", ["", "_difference", "_ratio"])
@pytest.mark.parametrize("subject", ["all", "sex", "sex=female", "age in [3, 4)"])
@pytest.mark.parametrize(
    "metric", [*sorted(METRICS.keys() - MEASURES.keys()), "a_strangers_metric"]
)
def test_every_metric_has_a_whole_sentence(
    metric: str, subject: str, suffix: str, language: str
) -> None:
    one = Finding(probe="p", metric=metric + suffix, subject=subject, value=0.25, low=0.2, high=0.3)
    text = in_language(language, lambda: sentence(Record({}), one))
    assert text.endswith("." if language == "en" else "。")
    assert "{" not in text


def test_tables_of_metrics_agree() -> None:
    assert set(METRICS) == set(MEANINGS)
    assert set(OF_HUNDRED) | set(ON_SCORES) < set(METRICS)
    of_replies = {metric for metric, one in MEASURES.items() if one.kind == "rate"}
    assert set(OF_HUNDRED) | {"balanced_accuracy"} | of_replies == RATES


@pytest.mark.parametrize(
    ("direction", "verdict", "expected"),
    [
        (
            "max",
            Verdict.PASS,
            "at most 0.5; even the unfavourable end of the interval, 0.400, keeps",
        ),
        ("min", Verdict.PASS, "at least 0.5; even the unfavourable end of the interval, 0.200, ke"),
        (
            "max",
            Verdict.FAIL,
            "at most 0.5; even the favourable end of the interval, 0.200, breaks",
        ),
        ("min", Verdict.FAIL, "at least 0.5; even the favourable end of the interval, 0.400, bre"),
        ("max", Verdict.INCONCLUSIVE, "It could not be decided: no time."),
        ("max", Verdict.NOT_RUN, "It was not measured: no time."),
        ("max", Verdict.NOT_APPLICABLE, "this gate does not apply: no time."),
    ],
)
def test_judgements(direction: Any, verdict: Verdict, expected: str) -> None:
    one = Finding(
        probe="p", metric="log_loss", value=0.3, low=0.2, high=0.4, limit=0.5,
        direction=direction, verdict=verdict, reason="no time.",
    )  # fmt: skip
    assert expected in in_language("en", lambda: judgement(one))


def test_headlines(record: dict[str, Any], fake: SimpleNamespace) -> None:
    def said(verdict: str, *verdicts: str) -> str:
        gates = [fake.finding("accuracy", 0.9) | {"verdict": one} for one in verdicts]
        read = Record({**record, "verdict": verdict, "gates": gates})
        return in_language("en", lambda: headline(read))

    assert said("pass", "pass", "not_applicable") == "All 2 limits hold."
    assert said("fail", "fail", "pass") == "Of 2 limits, 1 broken."
    assert said("inconclusive", "inconclusive", "not_run") == "Of 2 limits, 2 undecided."
    assert said("not_run") == "No limit was set, so nothing has been judged."
