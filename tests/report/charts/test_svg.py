from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from proofstone.report.charts.bars import bar_chart, histogram
from proofstone.report.charts.curve import Point, calibration_chart
from proofstone.report.charts.interval import gate_chart, row_chart
from proofstone.report.charts.scale import Scale
from proofstone.report.charts.svg import element

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=20)


@given(WORDS)
def test_words_survive_and_nothing_else_appears(words: str) -> None:
    made = ElementTree.fromstring(element("text", words, x=1.0, aria_label=words))
    assert (made.text or "") == words
    assert made.attrib == {"x": "1", "aria-label": words}


def percent(node: ElementTree.Element, name: str) -> float:
    return float(node.attrib[name].removesuffix("%"))


def of_class(svg: str, name: str) -> list[ElementTree.Element]:
    return [node for node in ElementTree.fromstring(svg).iter() if node.get("class") == name]


def gate(*, greatest: bool) -> str:
    return gate_chart(
        title="t",
        description="d",
        value=0.4,
        low=0.3,
        high=0.6,
        limit=0.5,
        greatest=greatest,
        limit_words="at most 0.5",
        scale=Scale(0.0, 1.0),
        write=str,
    )


def test_the_failing_side_lies_beyond_the_limit() -> None:
    above, below = of_class(gate(greatest=True), "bad"), of_class(gate(greatest=False), "bad")
    assert (percent(above[0], "x"), percent(above[0], "width")) == (50.0, 50.0)
    assert (percent(below[0], "x"), percent(below[0], "width")) == (0.0, 50.0)


def test_dot_and_whisker_lie_at_value_and_ends() -> None:
    svg = gate(greatest=True)
    assert percent(of_class(svg, "dot")[0], "cx") == 40.0
    whisker = of_class(svg, "whisker")[0]
    assert (percent(whisker, "x1"), percent(whisker, "x2")) == (30.0, 60.0)


def test_an_end_beyond_the_scale_has_no_cap() -> None:
    svg = row_chart(title="t", description="d", value=0.4, low=0.3, high=9.0, scale=Scale(0.0, 1.0))
    assert len(of_class(svg, "whisker")) == 2


def test_a_bar_against_starts_at_zero() -> None:
    svg = bar_chart(
        title="t", description="d", value=-0.5, low=None, high=None, scale=Scale(-1.0, 1.0)
    )
    bar = of_class(svg, "bar against")[0]
    assert (percent(bar, "x"), percent(bar, "width")) == (25.0, 25.0)


def test_a_histogram_is_relative_to_its_greatest() -> None:
    heights = [
        float(node.attrib["height"]) for node in of_class(histogram("t", "d", [1, 2]), "bar")
    ]
    assert heights == [13.0, 26.0]


def test_a_calibrated_point_lies_on_the_diagonal() -> None:
    point = Point(0.5, 0.5, 0.4, 0.6, 10)
    svg = calibration_chart("t", "d", [point], ("x", "y"), str)
    dot, diagonal = of_class(svg, "dot")[0], of_class(svg, "diagonal")[0]
    x, y = float(dot.attrib["cx"]), float(dot.attrib["cy"])
    x1, y1, x2, y2 = (float(diagonal.attrib[name]) for name in ("x1", "y1", "x2", "y2"))
    assert abs((x - x1) * (y2 - y1) - (y - y1) * (x2 - x1)) < 1.0
