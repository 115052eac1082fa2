from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from proofstone.report.charts.threshold import Level, Words, threshold_chart

LEVELS = [Level(0.25, 1.0, 0.5, 0.25, 0.75), Level(0.75, 0.5, 0.25, 0.0, 0.5)]
WORDS = Words("evidence", "share < 1", "right", "wrong", "chosen: 0.75")


def drawn(chosen: float = 0.75) -> ElementTree.Element:
    made = threshold_chart("T", "D", LEVELS, chosen, WORDS, lambda tick: f"{tick:g}")
    return ElementTree.fromstring(str(made))


def points(picture: ElementTree.Element, name: str) -> list[tuple[float, float]]:
    (one,) = [part for part in picture.iter() if part.get("class") == name and part.get("points")]
    pairs = [pair.split(",") for pair in one.attrib["points"].split()]
    return [(float(x), float(y)) for x, y in pairs]


def test_a_share_holds_up_to_its_own_threshold() -> None:
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = points(drawn(), "curve")
    left, width, top, tall = 54.0, 640.0, 24.0, 250.0
    assert [x0, x1, x2, x3] == pytest.approx(
        [left, left + 0.25 * width, left + 0.25 * width, left + 0.75 * width]
    )
    assert [y0, y1, y2, y3] == pytest.approx([top, top, top + tall / 2, top + tall / 2])


def test_the_band_goes_around_the_second_share() -> None:
    band = points(drawn(), "band")
    line = points(drawn(), "curve against")
    assert len(band) == 2 * len(line)
    for (x, y), (upper, lower) in zip(
        line, zip(band[: len(line)], reversed(band[len(line) :]), strict=True), strict=True
    ):
        assert x == upper[0] == lower[0]
        assert upper[1] < y < lower[1]


def test_it_names_itself_and_escapes() -> None:
    picture = drawn()
    assert [part.text for part in picture][:2] == ["T", "D"]
    texts = [part.text for part in picture.iter("text")]
    assert {"evidence", "share < 1", "right", "wrong", "chosen: 0.75"} <= set(texts)


@pytest.mark.parametrize(("chosen", "anchor"), [(0.05, "start"), (0.5, "middle"), (0.95, "end")])
def test_the_chosen_threshold_is_marked_within_the_picture(chosen: float, anchor: str) -> None:
    made = str(threshold_chart("T", "D", LEVELS, chosen, WORDS, str))
    found = re.search(r'class="limit-words" text-anchor="(\w+)"', made)
    assert found is not None
    assert found[1] == anchor
