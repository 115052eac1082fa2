"""The parts of the benchmark that measure nothing."""

from __future__ import annotations

import doctest
from functools import partial
from itertools import count
from math import isnan, nan
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bench.__main__ import PARTS, _chosen
from bench.process import Cost, python
from bench.row import HEADINGS, Row, furthest, markdown
from bench.timed import timed

from bench import growth, row, scale


def test_a_row_says_how_many_times_faster_and_how_far_numbers_lie_apart() -> None:
    table = markdown([Row("work", "1 s", theirs="20 s", ratio=20.0, difference=1.5e-8)])
    head, rule, line = table.splitlines()
    assert head == f"| {' | '.join(HEADINGS)} |"
    assert rule.count("---") == len(HEADINGS)
    assert "20x" in line
    assert "1.5e-08" in line


def test_durations_read_well() -> None:
    assert doctest.testmod(row).failed == 0


def test_differences_are_of_all_their_numbers_and_hide_nothing() -> None:
    theirs = {"a": 1.0, "b": 0.0}
    assert furthest({"a": 1.25, "b": -0.5, "c": 9.0}, theirs) == 0.5
    assert isnan(furthest({"a": 1.0, "b": None}, theirs))
    assert isnan(furthest({"a": nan, "b": 2.0}, theirs))
    with pytest.raises(KeyError):
        furthest({"a": 1.0}, theirs)


def test_work_is_done_as_often_as_it_is_timed() -> None:
    took, last = timed(partial(next, count(1)), times=3)
    assert took >= 0.0
    assert last == 3


def test_the_variable_that_makes_it_small_is_where_contributors_look() -> None:
    contributing = Path(__file__).parents[2] / "CONTRIBUTING.md"
    assert "`PROOFSTONE_BENCH_SCALE=0.01 make bench`" in contributing.read_text("utf-8")


def test_sizes_have_a_floor() -> None:
    assert doctest.testmod(scale).failed == 0
    assert scale.scaled(10) == round(10 * scale.SCALE) or scale.SCALE < 0.1


def test_the_curve_is_a_picture_of_every_size() -> None:
    costs = [Cost(wall=n / 1e5, cpu=n / 1e5, peak=100.0 + n / 1e4, output="") for n in growth.SIZES]
    picture = ElementTree.fromstring(growth.curve(costs))
    circles = [one for one in picture.iter() if one.tag.endswith("circle")]
    assert len(circles) == 2 * len(growth.SIZES)
    wider = ElementTree.fromstring(growth.curve(costs, {2: 0.01, 10: 0.02, 1000: 0.9}))
    circles = [one for one in wider.iter() if one.tag.endswith("circle")]
    assert len(circles) == 2 * len(growth.SIZES) + 3
    assert all("1.00" in one.notes for one in growth.rows(costs)[1:])


def test_growth_with_groups_is_told_as_a_power() -> None:
    found = growth.group_rows({2: 0.01, 20: 0.1, 2_000: 0.1})
    assert [one.work.rpartition(", ")[2] for one in found] == [
        "2 groups",
        "20 groups",
        "2,000 groups",
    ]
    assert found[0].notes.startswith("the measures alone")
    assert found[1].notes.startswith("groups to the power 1.00")
    assert found[2].notes.startswith("groups to the power 0.00")


@pytest.mark.parametrize(
    ("word", "status", "said"),
    [("--help", 0, "one of startup, project"), ("spede", 2, "there is no part 'spede'")],
)
def test_help_and_unknown_parts_measure_nothing(
    word: str, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        _chosen([word])
    assert ended.value.code == status
    printed = capsys.readouterr()
    assert said in " ".join((printed.out + printed.err).split())
    assert _chosen(["growth"]) == ["growth"]
    assert _chosen([]) == list(PARTS)
    here = Path(growth.__file__).parent
    assert all((here / f"{part}.py").is_file() for part in PARTS)


def test_a_process_is_accounted_for_on_its_own() -> None:
    large = python("-c", "print(len(bytearray(200 << 20)))")
    small = python("-c", "pass")
    assert large.output.strip() == str(200 << 20)
    assert small.peak < 100 < large.peak
