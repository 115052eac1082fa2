"""Bad input ends with status 2, a sentence with place and remedy, and nothing half-written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import yaml
from tests.end_to_end.stranger import (
    FILE,
    LABEL,
    Answer,
    as_found,
    edit,
    gates,
    proofstone,
    statuses,
    table,
    tree,
)

TEXT = table().write_csv()
HEADER, FIRST, SECOND, *OTHERS = TEXT.splitlines()


def lines(*head: str) -> bytes:
    return "\n".join([*head, *OTHERS, ""]).encode()


def refused(answer: Answer, *words: str) -> None:
    """Assert status 2, the words in the message, a remedy, and one JSON document."""
    assert answer.status == 2, answer.out + answer.err
    error = answer.error
    assert error["kind"] == "input"
    for word in words:
        assert word in error["message"], error
    assert error["hint"]


INIT: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "one class": (
        table().with_columns(pl.lit("yes").alias(LABEL)).write_csv().encode(),
        (LABEL, "one class"),
    ),
    "no such label": (TEXT.replace("repaid", "paid_back", 1).encode(), (LABEL,)),
    "a column twice": (lines(HEADER.replace("job", "age"), FIRST), ("age",)),
    "empty": (b"", ("bad.csv", "empty")),
    "a header only": (f"{HEADER}\n".encode(), ("bad.csv",)),
    "ragged": (lines(HEADER, FIRST + ",more", SECOND), ("bad.csv", "2")),
    "cut short": (lines(HEADER, FIRST, SECOND.rpartition(",")[0]), ("bad.csv", "3")),
    "an archive": (b"PK\x03\x04" + b"\0" * 64, ("bad.csv",)),
}


@pytest.mark.parametrize("what", INIT)
def test_init_refuses_a_table_that_cannot_be_used(tmp_path: Path, what: str) -> None:
    data, words = INIT[what]
    (tmp_path / "bad.csv").write_bytes(data)
    with as_found(tmp_path):
        answer = proofstone(
            "init", tmp_path / "new", "--from", tmp_path / "bad.csv", "--label", LABEL, "--json"
        )
        refused(answer, *words)
    assert not (tmp_path / "new").exists()


def test_init_refuses_a_file_that_is_not_there(tmp_path: Path) -> None:
    answer = proofstone(
        "init", tmp_path / "new", "--from", tmp_path / "none.csv", "--label", LABEL, "--json"
    )
    refused(answer, "none.csv")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_an_encoding_that_says_what_it_is_needs_no_word(tmp_path: Path, encoding: str) -> None:
    source = tmp_path / "loans.csv"
    source.write_bytes(TEXT.replace("\n", "\r\n").encode(encoding))
    answer = proofstone("init", tmp_path / "new", "--from", source, "--label", LABEL, "--json")
    assert answer.status == 0, answer.out
    assert cities(tmp_path / "new") == ["上海", "北京", "广州"]
    assert proofstone("plan", "-C", tmp_path / "new", "--json").status == 0


@pytest.mark.parametrize("encoding", ["gbk", "utf-16-le"])
def test_an_encoding_that_could_be_another_is_asked_for(tmp_path: Path, encoding: str) -> None:
    source = tmp_path / "loans.csv"
    source.write_bytes(TEXT.encode(encoding))
    words = ("init", tmp_path / "new", "--from", source, "--label", LABEL, "--json")
    with as_found(tmp_path):
        answer = proofstone(*words)
        refused(answer, "loans.csv")
        assert encoding in answer.error["hint"]
    assert proofstone(*words, "--encoding", encoding).status == 0
    assert cities(tmp_path / "new") == ["上海", "北京", "广州"]


def cities(project: Path) -> list[str]:
    columns = yaml.safe_load((project / FILE).read_text())["data"]["columns"]
    values: list[str] = columns["城市"]["values"]
    return values


def damaged(own: Path, data: bytes) -> Answer:
    """Give a finished project another table, and run it."""
    source = own.parent / "bad.csv"
    source.write_bytes(data)
    edit(own, data={"source": str(source)})
    return proofstone("run", "-C", own, "--json")


def uncommitted(own: Path) -> list[str]:
    """Files in a project's folder that no complete write leaves behind."""
    return [name for name in tree(own) if name.endswith((".aside", "-journal"))]


def words_everywhere(share: int) -> bytes:
    """Put a word where an age belongs, in one row of `share`."""
    rows = [FIRST, SECOND, *OTHERS]
    wrong = ["old" + row[row.index(",") :] if n % share == 0 else row for n, row in enumerate(rows)]
    return "\n".join([HEADER, *wrong, ""]).encode()


RUN: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "a missing column": (table().drop("income").write_csv().encode(), ("income",)),
    "one class": (
        table().with_columns(pl.lit("yes").alias(LABEL)).write_csv().encode(),
        (LABEL, "one class"),
    ),
    "text where numbers belong": (words_everywhere(3), ("age",)),
    "a column twice": (lines(HEADER.replace("job", "age"), FIRST), ("age",)),
    "empty": (b"", ("bad.csv", "empty")),
    "ragged": (lines(HEADER, FIRST + ",more", SECOND), ("bad.csv", "2")),
    "infinities": (
        table().with_columns(income=pl.lit(float("inf"))).write_csv().encode(),
        ("income",),
    ),
}


@pytest.mark.parametrize("what", RUN)
def test_run_refuses_a_table_that_went_bad(own: Path, what: str) -> None:
    data, words = RUN[what]
    before = (own / "report.html").read_bytes(), proofstone("releases", "-C", own, "--json").out
    refused(damaged(own, data), *words)
    assert not uncommitted(own)
    after = (own / "report.html").read_bytes(), proofstone("releases", "-C", own, "--json").out
    assert after == before


def test_the_table_that_is_gone_is_named(own: Path) -> None:
    edit(own, data={"source": "gone.csv"})
    refused(proofstone("run", "-C", own, "--json"), "gone.csv")


def test_few_rows_at_fault_are_set_aside_and_shown(own: Path) -> None:
    rows = [FIRST, SECOND, *OTHERS]
    bad = ["inf" + rows[0][rows[0].index(",") :], "old" + rows[1][rows[1].index(",") :]]
    run = damaged(own, "\n".join([HEADER, *bad, *rows[2:], ""]).encode())
    assert run.status == 0, run.out
    record = json.loads(
        (exported(own, "latest") / "record.json").read_text(),
    )
    problems = record["data"]["quarantine"]
    assert {row for one in problems for row in one["rows"]} == {0, 1}
    assert {one["column"] for one in problems} == {"age"}
    assert {one["n"] for one in run.document["findings"] if one["metric"] == "roc_auc"} == {598}


def exported(own: Path, release: str) -> Path:
    target = own.parent / "exported"
    assert proofstone("export", release, target, "-C", own).status == 0
    return target


def test_a_protected_group_of_three_rows_is_inconclusive(own: Path) -> None:
    rare = table().with_columns(
        sex=pl.when(pl.int_range(pl.len()) < 3).then(pl.lit("other")).otherwise(pl.col("sex"))
    )
    columns = yaml.safe_load((own / FILE).read_text())["data"]["columns"]
    columns["sex"]["values"] = ["female", "male", "other"]
    edit(own, data={"columns": columns}, assess={"gates": gates()})
    run = damaged(own, rare.write_csv().encode())
    assert run.status == 3, run.out
    assert run.document["verdict"] == "inconclusive"
    [gate] = [
        one for one in run.document["findings"] if one["metric"] == "equalized_odds_difference"
        and one["subject"] == "sex"
    ]  # fmt: skip
    assert gate["verdict"] == "inconclusive"
    assert statuses(run.document)["release"] == "ran"


def with_key(section: str, key: str) -> Callable[[Path], None]:
    def change(own: Path) -> None:
        edit(own, **{section: {key: 1}})

    return change


@pytest.mark.parametrize(
    ("section", "key", "near"), [("task", "lable", "label"), ("train", "candidats", "candidates")]
)
def test_an_unknown_key_is_named_with_file_line_and_the_nearest(
    own: Path, section: str, key: str, near: str
) -> None:
    with_key(section, key)(own)
    line = next(
        place
        for place, text in enumerate((own / FILE).read_text().splitlines(), start=1)
        if text.strip().startswith(f"{key}:")
    )
    with as_found(own):
        run = proofstone("run", "-C", own, "--json")
        checked = proofstone("check", "-C", own, "--json")
    refused(run, f"{FILE}:{line}: {section}.{key}", near)
    assert checked.status == 2
    [problem] = checked.document["problems"]
    assert (problem["line"], problem["field"]) == (line, f"{section}.{key}")
    assert near in problem["hint"]


def test_every_problem_is_told_at_once(own: Path) -> None:
    edit(own, task={"label": "repayed"}, train={"calibration": "sigmod"}, seed_={"x": 1})
    checked = proofstone("check", "-C", own, "--json")
    assert {one["field"] for one in checked.document["problems"]} >= {
        "task.label", "train.calibration", "seed_",
    }  # fmt: skip
    shown = proofstone("check", "-C", own)
    assert shown.status == 2
    assert "repaid" in shown.err
    assert "sigmoid" in shown.err


def test_a_project_file_that_is_no_yaml_is_named_with_its_line(own: Path) -> None:
    (own / FILE).write_text("version: 1\nname: [\n")
    refused(proofstone("run", "-C", own, "--json"), FILE)


def test_a_folder_without_a_project_says_so(tmp_path: Path) -> None:
    for command in ("check", "plan", "run", "releases"):
        with as_found(tmp_path):
            refused(proofstone(command, "-C", tmp_path, "--json"), str(tmp_path))


def test_init_leaves_a_project_that_is_there_alone(own: Path) -> None:
    with as_found(own):
        again = proofstone("init", own, "--json")
    refused(again, FILE)


def test_a_setting_that_cannot_be_used_is_named(project: Path) -> None:
    answer = proofstone("run", "-C", project, "--json", PROOFSTONE_WORKERS="many")
    refused(answer, "PROOFSTONE_WORKERS")
