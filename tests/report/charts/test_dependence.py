from __future__ import annotations

from xml.etree import ElementTree

import pytest

from proofstone.report.charts.dependence import Effect, Names, dependence_chart

FIRST = Effect([0.0, 5.0, 10.0], [0.2, 0.4, 0.3], [0.1, 0.3, 0.2], [0.3, 0.5, 0.4])
SECOND = Effect([0.0, 5.0, 10.0], [0.25, 0.35, 0.25], [0.2, 0.3, 0.2], [0.3, 0.4, 0.3])
NAMES = Names("income < 10", "score", "one", "other")


def drawn(second: Effect | None) -> ElementTree.Element:
    made = dependence_chart("T", "D", FIRST, second, NAMES, (str, str))
    return ElementTree.fromstring(str(made))


def points(picture: ElementTree.Element, name: str) -> list[tuple[float, float]]:
    (one,) = [part for part in picture.iter() if part.get("class") == name and part.get("points")]
    return [tuple(map(float, pair.split(","))) for pair in one.attrib["points"].split()]


def test_the_band_goes_around_the_curve_and_heights_keep_their_order() -> None:
    picture = drawn(SECOND)
    line, band = points(picture, "curve"), points(picture, "bar")
    assert len(band) == 6
    upper, lower = band[:3], band[:2:-1]
    for (x, y), above, below in zip(line, upper, lower, strict=True):
        assert x == above[0] == below[0]
        assert above[1] < y < below[1]
    assert line[1][1] < line[2][1] < line[0][1]
    assert line[1][0] - line[0][0] == pytest.approx(line[2][0] - line[1][0])
    other = points(picture, "curve against")
    assert other[0] != line[0]


def test_it_names_itself_and_only_what_it_draws() -> None:
    texts = [[part.text for part in drawn(second).iter("text")] for second in (None, SECOND)]
    assert all({"income < 10", "score", "one"} <= set(known) for known in texts)
    assert "other" not in texts[0]
    assert "other" in texts[1]
    assert [part.text for part in drawn(None)][:2] == ["T", "D"]
