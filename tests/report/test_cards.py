from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from proofstone.report.cards import data_card, model_card


def test_the_model_card_holds_what_a_reader_asks_for(record: dict[str, Any]) -> None:
    card = model_card(record)
    assert card.startswith("# Model card: credit\n")
    for heading in ("Model", "Intended use", "Gates", "Quality", "Groups", "Not tested", "Caveats"):
        assert f"\n## {heading}\n" in card
    assert "Gate shut. Of 5 limits, 1 broken and 2 undecided." in card
    assert "are not used when predicting" in card


def test_the_data_card_holds_dictionary_rules_and_quarantine(record: dict[str, Any]) -> None:
    card = data_card(record)
    assert "| deny | Was the mortgage denied? | category | label | 0% |" in card
    assert "hirat \\<= pirat" in card
    assert "3.0 is above the greatest allowed value 2" in card
    assert "GPL-2 \\| GPL-3" in card


@pytest.mark.parametrize("make", [model_card, data_card])
def test_both_languages_and_deterministic(record: dict[str, Any], make: Any) -> None:
    english, chinese = make(record, "en"), make(record, "zh")
    assert english == make(record, "en")
    assert chinese.startswith("# 模型卡：credit" if make is model_card else "# 数据卡：credit")
    assert english.count("\n## ") == chinese.count("\n## ")


@pytest.mark.parametrize("make", [model_card, data_card])
def test_every_table_is_rectangular(record: dict[str, Any], make: Any) -> None:
    record["project"]["data"]["columns"]["deny"]["meaning"] = "a | b\n\n<b>c</b> [x](y)"
    widths: list[int] = []
    for text in make(record).splitlines():
        if text.startswith("|"):
            widths.append(text.replace("\\|", "").count("|"))
        elif widths:
            assert len(set(widths)) == 1
            widths = []
    assert "<b>" not in make(record)


def test_a_record_of_predictions_and_an_empty_one(fake: SimpleNamespace) -> None:
    assert "## Gates" in model_card(fake.bare())
    assert model_card({}).startswith("# ")
    assert data_card({}).startswith("# ")
