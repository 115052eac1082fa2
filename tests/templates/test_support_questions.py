from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files
from typing import Any

import click
import pytest
import typer
import yaml

from proofstone.core.operations import OPERATIONS
from proofstone.core.project.schema import DecisionProject
from proofstone.core.settings import SETTINGS
from proofstone.interfaces.cli.app import LazyGroup
from proofstone.models.text.language import language_of, reply_language
from proofstone.models.text.words import normalised

_SUPPORT = files("proofstone") / "templates" / "support"
_SECTION = re.compile(
    r"^## ([^\n]+) \{#([a-z][a-z0-9-]*)\}\n(.+?)(?=\n## |\Z)", re.DOTALL | re.MULTILINE
)
_CODE = re.compile(r"`([^`]+)`")
_LANGUAGES = ("en", "zh")
_LEAST = {"answerable": 90, "unanswerable": 35, "multi_turn": 25, "adversarial": 20}


def _documents(language: str) -> dict[str, str]:
    folder = _SUPPORT / "knowledge" / language
    return {one.name: one.read_text("utf-8") for one in folder.iterdir()}


def _sections(language: str) -> dict[str, str]:
    return {
        f"{name.removesuffix('.md')}#{anchor}": text
        for name, document in sorted(_documents(language).items())
        for _, anchor, text in _SECTION.findall(document)
    }


SECTIONS = {language: _sections(language) for language in _LANGUAGES}
QUESTIONS: list[dict[str, Any]] = yaml.safe_load((_SUPPORT / "questions.yaml").read_text("utf-8"))
SIDES = [(one, language, one[language]) for one in QUESTIONS for language in _LANGUAGES]


def _plain(text: str) -> str:
    """Without letter case, spaces and marks that only set a word off, as the probe compares."""
    return re.sub(r"[`* ]", "", normalised(text).casefold())


def _holds(text: str, accept: list[list[str]]) -> bool:
    return all(any(_plain(one) in _plain(text) for one in fact) for fact in accept)


# The knowledge base


def test_both_languages_have_the_same_sections() -> None:
    assert list(SECTIONS["en"]) == list(SECTIONS["zh"])
    assert len(SECTIONS["en"]) >= 100


@pytest.mark.parametrize("language", _LANGUAGES)
def test_every_section_has_an_anchor_of_its_own(language: str) -> None:
    for name, document in _documents(language).items():
        anchors = [anchor for _, anchor, _ in _SECTION.findall(document)]
        assert 3 <= len(anchors) == len(set(anchors)) == document.count("\n## "), name
        assert document.startswith("# "), name


@pytest.mark.parametrize(("language", "least", "most"), [("en", 120, 900), ("zh", 40, 450)])
def test_sections_are_of_a_length_to_be_answered_from(language: str, least: int, most: int) -> None:
    for name, text in SECTIONS[language].items():
        assert least <= len(text) <= most, name
        assert language_of(_CODE.sub("", text)) == language, name


def test_commands_and_names_are_the_same_in_both_languages() -> None:
    for name, text in SECTIONS["en"].items():
        spoken = [
            {re.sub(r'"[^"]*"$', '"…"', code) for code in _CODE.findall(one)}
            for one in (text, SECTIONS["zh"][name])
        ]
        assert spoken[0] == spoken[1], name


def _commands() -> dict[str, set[str]]:
    app = typer.Typer(cls=LazyGroup, add_completion=False)
    app.callback()(lambda: None)
    group = typer.main.get_command(app)
    assert isinstance(group, click.Group)
    context = click.Context(group)
    found = {}
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found[name] = {option for one in command.params for option in one.opts}
    return found


def test_commands_and_options_that_it_names_exist() -> None:
    known = _commands()
    assert {one.name.split()[0] for one in OPERATIONS} == set(known)
    everywhere = set().union(*known.values()) | {"--version", "--public_key", "--key"}
    for name, text in SECTIONS["en"].items():
        for code in _CODE.findall(text):
            command = re.match(r"proofstone ([a-z]+)", code)
            given = set(re.findall(r"(?<=\s)--?[A-Za-z][a-z_-]*", f" {code}"))
            if command is None:
                allowed = everywhere | {"--signature"}
            else:
                assert command[1] in known, (name, code)
                allowed = known[command[1]]
            assert given <= allowed or code.startswith("pip"), (name, code)


def test_variables_that_it_names_are_settings() -> None:
    named = set(re.findall(r"PROOFSTONE_[A-Z_]+", " ".join(SECTIONS["en"].values())))
    assert named == {one.variable for one in SETTINGS}


def test_keys_of_the_project_file_that_it_names_exist() -> None:
    parts = "|".join(("task", "data", "split", "prepare", "train", "assess", "select"))
    named = set(re.findall(rf"`((?:{parts})\.[a-z_]+)", " ".join(SECTIONS["en"].values())))
    assert len(named) > 15
    for key in named:
        section, _, field = key.partition(".")
        model = DecisionProject.model_fields[section].annotation
        assert field in getattr(model, "model_fields", {}), key


# The questions


def test_names_are_unique() -> None:
    repeated = [name for name, n in Counter(one["id"] for one in QUESTIONS).items() if n > 1]
    assert repeated == []


def test_each_kind_has_enough_in_both_halves() -> None:
    for kind, least in _LEAST.items():
        uses = Counter(one["use"] for one in QUESTIONS if one["kind"] == kind)
        assert uses.keys() == {"calibrate", "judge"}
        assert uses.total() >= least
        assert 0.35 <= uses["calibrate"] / uses.total() <= 0.45, kind


def test_no_question_is_in_both_halves_or_twice() -> None:
    for language in _LANGUAGES:
        asked = Counter(_plain("\n".join(one[language]["turns"])) for one in QUESTIONS)
        assert [text for text, n in asked.items() if n > 1] == []


def test_kinds_expect_what_they_are_for() -> None:
    for one in QUESTIONS:
        turns = {len(one[language]["turns"]) for language in _LANGUAGES}
        assert turns == {3} if one["kind"] == "multi_turn" else turns == {1}, one["id"]
        if one["kind"] in ("answerable", "unanswerable"):
            expected = "answer" if one["kind"] == "answerable" else "handover"
            assert one["expect"] == expected, one["id"]
        assert one["expect"] in ("answer", "handover")


def test_both_languages_name_the_same_sections() -> None:
    for one in QUESTIONS:
        assert one["en"]["sources"] == one["zh"]["sources"], one["id"]


def test_each_side_is_in_its_language() -> None:
    for one, language, side in SIDES:
        assert reply_language(side["turns"][-1]) == language, one["id"]
        assert language_of(_CODE.sub("", side["reference"])) == language, one["id"]


def test_a_hand_over_has_neither_sources_nor_facts() -> None:
    for one, language, side in SIDES:
        bare = not side["sources"] and not side["accept"]
        assert bare is (one["expect"] == "handover"), (one["id"], language)


def test_sources_hold_what_a_right_answer_must_hold() -> None:
    for one, language, side in SIDES:
        for source in side["sources"]:
            assert _holds(SECTIONS[language][source], side["accept"]), (one["id"], source)


def test_every_accepted_text_stands_in_a_source() -> None:
    for one, language, side in SIDES:
        texts = [_plain(SECTIONS[language][source]) for source in side["sources"]]
        for fact in side["accept"]:
            assert fact, one["id"]
            for wording in fact:
                assert any(_plain(wording) in text for text in texts), (one["id"], wording)


def test_references_are_right_answers() -> None:
    for one, language, side in SIDES:
        assert side["reference"], (one["id"], language)
        assert _holds(side["reference"], side["accept"]), (one["id"], language)


def test_a_right_answer_is_never_forbidden() -> None:
    for one, language, side in SIDES:
        forbidden = side.get("must_not", [])
        assert bool(forbidden) is (one["kind"] == "adversarial"), one["id"]
        texts = [side["reference"], *(SECTIONS[language][name] for name in side["sources"])]
        for wording in map(_plain, forbidden):
            assert wording, one["id"]
            assert not any(wording in _plain(text) for text in texts), (one["id"], wording)


def test_no_question_gives_its_answer_away() -> None:
    """The facts of an answer are not all in the question, so that an echo cannot pass."""
    for one, language, side in SIDES:
        if one["expect"] == "answer":
            assert not _holds(side["turns"][-1], side["accept"]), (one["id"], language)


def test_most_sections_are_asked_about() -> None:
    asked = {source for _, _, side in SIDES for source in side["sources"]}
    assert len(asked) >= 0.9 * len(SECTIONS["en"])
