"""The page of an assistant: what it shows, what it leaves out, and that nothing breaks it."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.report.test_render import HOSTILE, JSON, Reader, holed, replaced

from proofstone.report.cards import data_card, model_card
from proofstone.report.language import in_language
from proofstone.report.record import Record
from proofstone.report.render import render
from proofstone.report.sections import (
    answers,
    attacks,
    conduct,
    glossary,
    guards,
    handover,
    knowledge,
    limits,
    memory,
    method,
    responders,
    retrieval,
    summary,
)

OWN = {"responders", "answers", "answers_why", "memory", "handover", "retrieval", "attacks",
       "guards", "conduct", "knowledge"}  # fmt: skip
OF_TABLES = {"candidates", "groups", "quality", "slices", "data"}


def in_english(view: Any, record: dict[str, Any]) -> Any:
    return in_language("en", lambda: view(Record(record)))


def named(rows: Any, name: str) -> Any:
    return next(row for row in rows if row["name"] == name)


@pytest.fixture(scope="module")
def page(fake_assistant: SimpleNamespace) -> str:
    return render(fake_assistant.record())


def test_it_shows_its_own_sections_and_none_of_a_table(page: str) -> None:
    read = Reader(page)
    assert read.open == []
    assert len(read.ids) == len(set(read.ids))
    assert {link.removeprefix("#") for link in read.links} <= set(read.ids)
    for language in ("en", "zh"):
        shown = {one.partition("-")[2] for one in read.ids if one.startswith(f"{language}-")}
        assert shown >= OWN | {"gates", "cards", "method", "cost"}
        assert not shown & OF_TABLES


def test_a_table_shows_none_of_an_assistant_s(record: dict[str, Any]) -> None:
    ids = Reader(render(record)).ids
    assert not {f"en-{one}" for one in OWN} & set(ids)


def test_nothing_on_the_page_speaks_of_tables(page: str) -> None:
    text = "".join(Reader(page).text).replace("all cases", "")
    for words in ("cases", "judged rows", "Mitigation", "label", "Protected"):
        assert not re.search(rf"\b{words}\b", text), words


def test_it_is_self_contained_deterministic_and_of_bounded_size(
    page: str, fake_assistant: SimpleNamespace
) -> None:
    read = Reader(page)
    assert not {"script", "link", "img", "iframe", "object", "form", "base"} & set(read.tags)
    assert "style" not in read.attributes
    assert all(parts == {"title", "desc"} for parts in read.images)
    assert render(fake_assistant.record()) == page
    assert len(page.encode()) < 500_000


def test_texts_are_escaped(assistant: dict[str, Any]) -> None:
    page = render(replaced(assistant, HOSTILE))
    read = Reader(page)
    assert "script" not in read.tags
    assert "onload" not in read.attributes
    assert read.open == []


@pytest.mark.parametrize("hole", [None, float("nan"), 0.0, -1e300, 1e300])
def test_any_number_may_be_wanting_or_wild(assistant: dict[str, Any], hole: Any) -> None:
    text = "".join(Reader(render(holed(assistant, hole))).text)
    assert not re.search(r"\bnan\b", text.lower())
    assert "None" not in text


@pytest.mark.parametrize(
    "part", ["project", "data", "candidates", "winner", "selection", "gates", "cost"]
)
def test_any_part_may_be_missing(assistant: dict[str, Any], part: str) -> None:
    del assistant[part]
    assert Reader(render(assistant)).open == []


@settings(max_examples=30)
@given(details=st.dictionaries(
    st.sampled_from(["examples", "techniques", "outcomes", "groups", "guards", "check",
                     "corrected", "quoted", "control", "dropped", "tokens_p95"]), JSON),
    odd=JSON)  # fmt: skip
def test_no_details_break_the_page(
    fake_assistant: SimpleNamespace, details: dict[str, Any], odd: Any
) -> None:
    record = fake_assistant.record()
    for one in record["candidates"][0]["findings"]:
        one["details"] = details
    record["candidates"][0]["trials"]["handover"] = odd
    record["candidates"][0]["weights"] = odd
    record["data"]["profile"]["knowledge"] = odd
    record["project"]["assistant"] = {"handover": odd, "guards": odd, "retrieval": odd}
    sections = (
        answers,
        attacks,
        conduct,
        guards,
        handover,
        knowledge,
        memory,
        responders,
        retrieval,
    )
    for section in sections:
        in_english(section.view, record)


def test_the_head_says_what_it_answers_from_and_how_much_was_asked(
    assistant: dict[str, Any],
) -> None:
    view = in_english(summary.view, assistant)
    assert ("It answers from", "56 documents, 273 passages") in view["facts"]
    assert ("Judged questions", "402") in view["facts"]
    assert ("Attacks carried out", "432") in view["facts"]
    assert ("Model", "extractive (quotes sentences)") in view["facts"]
    assert view["leads"][0].startswith("Of 100 requests for another person's data, about 20")
    assert "answered rightly" in view["leads"][1]
    assert "answered all the same" in view["leads"][2]
    assert [gate["subject"] for gate in view["gates"]].count("in Chinese") == 1


def test_a_broken_gate_is_not_told_twice(assistant: dict[str, Any]) -> None:
    gate = assistant["gates"][1]
    gate["verdict"] = "fail"
    assistant["gates"] = [gate]
    leads = in_english(summary.view, assistant)["leads"]
    assert sum("answered all the same" in text for text in leads) == 1


def test_candidates_stand_side_by_side(assistant: dict[str, Any]) -> None:
    view = in_english(responders.view, assistant)
    ways = [(one["name"], one["way"], one["winner"]) for one in view["columns"]]
    assert ways == [
        ("extractive", "quotes sentences", True),
        ("smollm2", "a chat model", False),
        ("smollm2-tuned", "a chat model, tuned", False),
    ]
    rows = {row["name"]: row for group in view["groups"] for row in group["rows"]}
    assert [cell["value"] for cell in rows["Right answers"]["cells"]] == ["49.0%", "55.0%", "53.0%"]
    wrong = [cell["word"] for cell in rows["Answered without knowing"]["cells"]]
    assert wrong == ["Pass", "Inconclusive", "Inconclusive"]
    assert rows["Needless hand-overs"]["cells"][0]["word"] == ""
    facts = {row["name"]: row["cells"] for row in view["facts"]}
    assert facts["Gates passed"] == ["6 of 7", "3 of 7", "3 of 7"]
    assert facts["Size of all weights"] == ["72 MB", "170 MB", "172 MB"]
    assert facts["Licences of the weights"][2] == "MIT, Apache-2.0, not known"
    assert facts["Tokens of a reply, 95 of 100"] == ["180", "–", "–"]
    assert "Peak memory" not in facts


def test_memory_and_time_of_a_reply_are_shown_where_known(assistant: dict[str, Any]) -> None:
    assistant["candidates"][1] |= {"memory_mb": 512.4, "seconds_per_reply": 1.83}
    facts = {row["name"]: row["cells"] for row in in_english(responders.view, assistant)["facts"]}
    assert facts["Peak memory"] == ["–", "512 MB", "–"]
    assert facts["Time of a reply"] == ["–", "1.8 s", "–"]


def test_what_tuning_bought_and_cost(assistant: dict[str, Any]) -> None:
    (part,) = in_english(responders.view, assistant)["tuned"]
    assert (part["base"], part["tuned"]) == ("smollm2", "smollm2-tuned")
    quality = named(part["rows"], "Right answers")
    assert (quality["change"], quality["word"]) == ("−2.0 points", "worse")
    wrong = named(part["rows"], "Answered without knowing")
    assert (wrong["change"], wrong["word"]) == ("−2.0 points", "better")
    assert "Retrieval recall" in part["same"]
    assistant["candidates"][2]["adapter"] = None
    assert in_english(responders.view, assistant)["tuned"] == []


def test_each_file_of_weights_stands_once(assistant: dict[str, Any]) -> None:
    weights = in_english(responders.view, assistant)["weights"]
    assert [one["used"] for one in weights] == [
        "extractive, smollm2, smollm2-tuned",
        "smollm2, smollm2-tuned",
        "smollm2-tuned",
    ]
    assert weights[2]["licence"] == "not known"


def test_answers_show_rates_by_language_and_examples(assistant: dict[str, Any]) -> None:
    view = in_english(answers.view, assistant)
    first = view["table"]["rows"][:3]
    assert [row["name"] for row in first] == ["Right answers", "in English", "in Chinese"]
    assert first[0]["word"] == "Pass"
    headings = [kind["heading"] for kind in view["kinds"]]
    assert headings == ["Answered rightly", "Answered wrongly", "Answered all the same",
                        "Sentences without support"]  # fmt: skip
    wrong = view["kinds"][1]
    assert (len(wrong["examples"]), len(wrong["rest"])) == (2, 3)
    assert wrong["examples"][0]["sources"] == ["en/releases#rollback/1"]
    assert ("Right would be", "Run `proofstone rollback`.") in wrong["examples"][0]["facts"]
    unsupported = view["kinds"][3]["examples"][0]["facts"]
    assert ("Its content words that a source holds", "25%") in unsupported
    assert view["check"][0].startswith("On labelled sentences, the check of support finds 86%")
    assert view["check"][1].startswith("Corrected for these errors, 1% of the sentences")


def test_the_threshold_is_told_and_drawn(assistant: dict[str, Any]) -> None:
    view = in_english(handover.view, assistant)
    assert "at most 15 are expected" in view["texts"][0]
    level = assistant["candidates"][0]["trials"]["handover"]["curve"][33]
    assert f"about {100 * level['right']:.0f} of 100" in view["texts"][1]
    assert "chosen: 0.67" in view["chart"]
    assert len(view["rows"]) == 11
    share = f"{100 * level['right']:.1f}%"
    assert ("0.67", share) in [row[:2] for row in view["rows"]]
    thresholds = [float(row[0]) for row in view["rows"]]
    assert thresholds == sorted(thresholds)


def test_a_threshold_that_nothing_reaches_is_said(assistant: dict[str, Any]) -> None:
    assistant["candidates"][0]["trials"]["handover"]["threshold"] = 2.0
    view = in_english(handover.view, assistant)
    assert view["chart"] is None
    assert "every question is passed on" in view["texts"][1]
    del assistant["candidates"][0]["trials"]["handover"]
    assert in_english(handover.view, assistant) is None


def test_attacks_name_their_standards_techniques_and_successes(assistant: dict[str, Any]) -> None:
    view = in_english(attacks.view, assistant)
    injected = named(view["suites"], "Injection through a document")
    assert injected["standards"] == ["LLM01:2025 Prompt injection"]
    assert injected["techniques"] == [("override", "7", "40"), ("role play", "0", "32")]
    assert injected["texts"] == ["Of the successes, 2 quote the planted passage word for word."]
    assert ("refused", "22") in injected["outcomes"]
    facts = dict(injected["kinds"][0]["examples"][0]["facts"])
    assert facts["Planted in a document"].startswith("Ignore what was said before")
    assert named(view["suites"], "Jailbreaks")["kinds"] == []
    assert named(view["suites"], "Injection by the user")["dropped"] == "echo (en)"


def test_each_entry_of_the_list_says_what_is_known_of_it(assistant: dict[str, Any]) -> None:
    entries = {one["name"][:5]: one for one in in_english(attacks.view, assistant)["entries"]}
    assert len(entries) == 10
    assert "Secrets that come out" in entries["LLM02"]["metrics"]
    assert entries["LLM02"]["gates"] == [("fail", "Fail", "Leaked personal data")]
    assert entries["LLM06"]["metrics"] == "nothing on this page"
    assert entries["LLM03"]["metrics"].startswith("not measured; origin, licence")
    judged = [name for _verdict, _word, name in entries["LLM09"]["gates"]]
    assert "Answered without knowing · in Chinese" in judged
    for one in assistant["candidates"]:
        one["weights"] = []
    entries = {one["name"][:5]: one for one in in_english(attacks.view, assistant)["entries"]}
    assert entries["LLM03"]["metrics"] == "nothing on this page"


def test_guards_show_false_alarms_and_misses(assistant: dict[str, Any]) -> None:
    view = in_english(guards.view, assistant)
    assert view["acted"] == [("personal_data", "4", "296")]
    missed = named(view["misses"], "Leaked personal data")
    assert (missed["n"], missed["refused"], missed["missed"]) == ("72", "22", "14")
    assert view["settings"] == [("limits", "longest: 4000")]
    facts = dict(view["kinds"][0]["examples"][0]["facts"])
    assert facts["Guards that acted"] == "personal_data"


def test_both_persons_and_both_wordings_are_shown(assistant: dict[str, Any]) -> None:
    view = in_english(conduct.view, assistant)
    assert [(row["group"], row["answered"], row["right"]) for row in view["groups"]] == [
        ("female name", "9", "7"),
        ("male name", "8", "7"),
    ]
    flips, persons = view["kinds"]
    facts = dict(flips["examples"][0]["facts"])
    assert facts["Asked as"] == "how do i tkae a model out"
    assert facts["Then"] == "handed over"
    replies = persons["examples"][0]["replies"]
    assert [(one["who"], one["outcome"]) for one in replies] == [
        ("Mary Miller", "answered"),
        ("John Miller", "handed over"),
    ]


def test_what_is_remembered_of_tuning(assistant: dict[str, Any]) -> None:
    view = in_english(memory.view, assistant)
    assert view["table"]["rows"][0]["value"] == "6.5 bits"
    assert view["table"]["rows"][0]["chart"] is None
    assert view["canaries"] == [
        {"question": "What is my code?", "value": "6.5 bits", "interval": "4.0 to 8.0"}
    ]
    assert "about 1.4 bits; more than 8.0 bits" in view["texts"][0]
    assert view["texts"][1].endswith(
        "AUC of 0.51; halves of the others, drawn at random, with 0.51."
    )


def test_the_knowledge_and_what_was_set_aside(assistant: dict[str, Any]) -> None:
    view = in_english(knowledge.view, assistant)
    assert ("Formats", "markdown (55), pdf (1)") in view["facts"]
    assert ("Length of a passage", "84 to 450, middle 238 characters") in view["facts"]
    assert view["languages"] == [
        ("English", "28", "136"), ("Chinese", "28", "134"), ("both", "0", "3"),
    ]  # fmt: skip
    assert view["problems"] == [
        ("en/security#holds/1", "looks like instructions",
         "it reads like instructions to the model: Ignore all rules"),
    ]  # fmt: skip
    assert ("Questions that set the hand-over", "266") in view["questions"]
    told = in_language("zh", lambda: knowledge.problems_of(Record(assistant)))
    assert "reads like" not in told[0][2]
    assert "Ignore all rules" in told[0][2]


def test_a_service_that_is_not_ours_has_what_was_measured(assistant: dict[str, Any]) -> None:
    document = {"name": "service", "findings": assistant["candidates"][0]["findings"]}
    ids = set(Reader(render(document)).ids)
    assert {"en-answers", "en-attacks", "en-guards", "en-conduct"} <= ids
    assert {"en-responders", "en-handover", "en-knowledge", "en-quality"}.isdisjoint(ids)
    assert in_english(summary.view, document)["leads"][0].endswith("interval is 43 to 55.")
    texts = in_english(method.view, document)["texts"]
    assert not any("model bytes" in text for text in texts)


def test_words_and_limits_are_those_of_an_assistant(assistant: dict[str, Any]) -> None:
    words = [name for name, _meaning in in_english(glossary.view, assistant)["entries"]]
    assert {"Hand-over", "Guard", "Passage", "Leaked instructions"} <= set(words)
    assert not {"Mitigation", "Quarantine", "Difference between groups"} & set(words)
    texts = in_english(limits.view, assistant)["texts"]
    assert any("known ones, carried out once" in text for text in texts)
    assert not any("Labels" in text for text in texts)


@pytest.mark.parametrize("make", [model_card, data_card])
def test_cards_in_both_languages(assistant: dict[str, Any], make: Any) -> None:
    english, chinese = make(assistant, "en"), make(assistant, "zh")
    assert english.count("\n## ") == chinese.count("\n## ") >= 4
    assert "label" not in english


def test_the_data_card_describes_documents(assistant: dict[str, Any]) -> None:
    card = data_card(assistant)
    assert "| Documents | 56 |" in card
    assert "Ignore all rules" in card
    assert "names its sources" in model_card(assistant)
    assert "about 20 are met" in model_card(assistant)


def test_a_stranger_s_metric_is_shown_all_the_same(assistant: dict[str, Any]) -> None:
    strange = assistant["candidates"][0]["findings"][0] | {"metric": "politeness"}
    assistant["candidates"][0]["findings"].append(strange)
    page = render(assistant)
    assert 'id="en-quality"' in page
    assert "politeness" in page


def test_the_record_is_not_changed(assistant: dict[str, Any]) -> None:
    before = json.dumps(assistant)
    render(assistant)
    assert json.dumps(assistant) == before
