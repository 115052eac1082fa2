"""The page as a browser lays it out, in both languages."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from proofstone.report.render import render

WIDTHS = (1280, 760, 360)


@pytest.fixture(scope="module")
def browser() -> SimpleNamespace:
    made = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("browser.py"))))
    made.chromium()
    return made


@pytest.fixture(scope="module")
def answers(
    browser: SimpleNamespace, fake: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    page = render(fake.record(), framed=True)
    made: dict[str, Any] = browser.asked(tmp_path_factory.mktemp("browser"), page, WIDTHS)
    assert set(made) == {str(width) for width in WIDTHS}
    return made


def test_only_one_language_is_shown_and_the_switch_works(answers: dict[str, Any]) -> None:
    for one in answers.values():
        assert one["first"]["shown"] == ["en"]
        assert one["first"]["current"] == "English"
        assert one["focus"], "the switch cannot be reached by keyboard"
        assert one["chinese"]["shown"] == ["zh"]
        assert one["chinese"]["current"] == "中文"
        assert one["inside"]["shown"] == ["zh"], "a link inside the page lost the language"
        assert one["back"]["shown"] == ["en"]


def test_nothing_overflows(answers: dict[str, Any]) -> None:
    for width, one in answers.items():
        for moment in ("first", "chinese", "opened"):
            assert one[moment]["wide"] == [], f"{width} px, {moment}"


def test_both_languages_say_as_much(answers: dict[str, Any]) -> None:
    one = answers["1280"]
    assert one["first"]["text"] > 5000
    assert one["chinese"]["text"] > one["first"]["text"] / 4


def test_long_names_do_not_overflow(
    browser: SimpleNamespace, fake: SimpleNamespace, tmp_path: Path
) -> None:
    long = "a_very_long_name_without_any_break_" * 4
    record = fake.record()
    record["name"] = long
    record["gates"][1]["subject"] = long
    record["candidates"][0]["name"] = record["winner"] = long
    for one in record["candidates"][0]["findings"]:
        if one["subject"] != "all":
            one["subject"] = long + one["subject"]
        for group in one["details"].get("groups", []):
            group["group"] = long
    answers = browser.asked(tmp_path, render(record, framed=True), (1280, 360))
    for width, one in answers.items():
        assert one["first"]["wide"] == [], width
        assert one["opened"]["wide"] == [], width


def test_the_console_stays_silent(
    browser: SimpleNamespace, page: str, fake: SimpleNamespace, tmp_path: Path
) -> None:
    file = tmp_path / "report.html"
    for text, fragment in ((page, ""), (page, "#zh"), (render(fake.bare()), "#zh-gates")):
        file.write_text(text, "utf-8")
        document, console = browser.open_page(tmp_path, file.as_uri() + fragment)
        assert console == []
        assert "关卡" in document


def test_it_prints(browser: SimpleNamespace, page: str, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(page, "utf-8")
    browser.open_page(tmp_path, file.as_uri() + "#zh", f"--print-to-pdf={tmp_path / 'out.pdf'}")
    assert (tmp_path / "out.pdf").read_bytes().startswith(b"%PDF")


def test_an_assistant_s_page_does_not_overflow(
    browser: SimpleNamespace, fake_assistant: SimpleNamespace, tmp_path: Path
) -> None:
    answers = browser.asked(tmp_path, render(fake_assistant.record(), framed=True), (1280, 360))
    for width, one in answers.items():
        for moment in ("first", "chinese", "opened"):
            assert one[moment]["wide"] == [], f"{width} px, {moment}"
