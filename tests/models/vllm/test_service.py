"""The process behind the model: what it is given, and that nothing of it is left."""

from __future__ import annotations

import gc
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from tests.models.vllm.folders import chat_files, gone, notes, tiny

from proofstone.core.errors import DataError, InputError
from proofstone.models.contract import Generate
from proofstone.models.conversation import exchange

SAY = Generate(40)
HI = exchange("hi")


def left(place: Path) -> list[str]:
    """What lies in the folder for temporary files beside the stand-in and its notes."""
    return [one.name for one in place.iterdir() if one.is_dir()]


def test_the_program_is_told_what_it_serves(place: Path) -> None:
    model = tiny(place, parallel=3)
    model.generate(HI, SAY)
    [started] = notes(place)
    [folder] = place.glob("vllm-*/")
    assert started["argv"] == [
        "serve", f"{folder}/model", "--uds", f"{folder}/socket", "--served-model-name",
        "generator", "--chat-template", f"{folder}/template.jinja", "--max-model-len", "200",
        "--max-num-seqs", "3", "--generation-config", "vllm", "--no-enable-prefix-caching",
        "--disable-uvicorn-access-log", "--seed", "0",
    ]  # fmt: skip
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    model.close()


def test_it_reads_the_verified_bytes_which_nobody_can_change(place: Path) -> None:
    model = tiny(place)
    model.generate(HI, SAY)
    assert notes(place)[0]["files"] == {name: len(data) for name, data in chat_files().items()}
    [link] = place.glob("vllm-*/model/model.safetensors")
    assert link.read_bytes() == chat_files()["model.safetensors"]
    with pytest.raises(PermissionError), link.open("r+b") as file:
        file.write(b"other")
    model.close()


def test_settings_and_keys_stay_here_and_it_calls_nobody(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROOFSTONE_LEDGER", "postgresql+psycopg://ada:secret@db/x")
    monkeypatch.setenv("VLLM_API_KEY", "secret")
    monkeypatch.setenv("VLLM_CPU_KVCACHE_SPACE", "1")
    model = tiny(place)
    model.generate(HI, SAY)
    seen = notes(place)[0]["environment"]
    assert "secret" not in str(seen)
    assert seen["VLLM_CPU_KVCACHE_SPACE"] == "1"
    assert (seen["VLLM_NO_USAGE_STATS"], seen["HF_HUB_OFFLINE"]) == ("1", "1")
    model.close()


def test_closing_ends_all_its_processes_and_leaves_nothing(place: Path) -> None:
    model = tiny(place)
    model.generate(HI, SAY)
    processes = notes(place)[0]["processes"]
    assert not any(gone(one, 0) for one in processes)
    model.close()
    assert all(gone(one) for one in processes)
    assert left(place) == []
    model.close()


def test_it_ends_with_the_object(place: Path) -> None:
    model = tiny(place)
    model.generate(HI, SAY)
    del model
    gc.collect()
    assert all(gone(one) for one in notes(place)[0]["processes"])
    assert left(place) == []


def test_a_model_that_vllm_refuses_is_told_with_its_words(place: Path) -> None:
    model = tiny(place, "refuses")
    with pytest.raises(DataError, match=r"^tiny: vLLM cannot serve this model:\n") as caught:
        model.generate(HI, SAY)
    said = str(caught.value).splitlines()[1:]
    assert said == ["ValueError: Model architectures ['Strange'] are not supported for now."]
    assert left(place) == []


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("echo one; echo; printf '\\033[31mtwo\\033[0m\\n'; exit 3", "one\ntwo"),
        ("exit 0", "it said nothing"),
        ("seq 9", "5\n6\n7\n8\n9"),
    ],
)
def test_without_errors_its_last_lines_are_told(place: Path, script: str, says: str) -> None:
    program = place / "short"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    with pytest.raises(DataError) as caught:
        tiny(place, program=str(program)).generate(HI, SAY)
    assert str(caught.value) == f"tiny: vLLM cannot serve this model:\n{says}"


def test_a_program_that_cannot_be_run_is_told(place: Path) -> None:
    program = place / "text"
    program.write_text("#!/nowhere/sh\n")
    program.chmod(0o755)
    with pytest.raises(DataError, match="FileNotFoundError"):
        tiny(place, program=str(program)).generate(HI, SAY)
    assert left(place) == []


def test_who_gives_up_waiting_leaves_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", interrupted)
    model = tiny(place)
    with pytest.raises(KeyboardInterrupt):
        model.generate(HI, SAY)
    assert left(place) == []


def test_too_long_a_name_for_a_socket_is_told_before(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = place / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    with pytest.raises(InputError, match="too long a name") as caught:
        tiny(place).generate(HI, SAY)
    assert "TMPDIR" in caught.value.hint
    assert [*long.iterdir()] == []


def test_two_stand_side_by_side(place: Path) -> None:
    one, other = tiny(place), tiny(place)
    assert one.generate(HI, SAY).text == "hi"
    assert other.generate(HI, SAY).text == "hi"
    assert len(left(place)) == 2
    one.close()
    assert other.generate(HI, SAY).text == "hi"
    assert len(left(place)) == 1
    other.close()


DIES = """
import os, sys, tempfile
from pathlib import Path
from tests.models.vllm.folders import tiny
from proofstone.models.contract import Generate
from proofstone.models.conversation import exchange

tempfile.tempdir = sys.argv[1]
model = tiny(Path(sys.argv[1]))
assert model.generate(exchange("hi"), Generate(9)).text == "hi"
os.kill(os.getpid(), 9)
"""


def test_all_its_processes_end_when_their_starter_is_killed(place: Path) -> None:
    root = Path(__file__).parents[3]
    paths = os.pathsep.join([str(root), str(root / "src")])
    ended = subprocess.run(
        [sys.executable, "-c", DIES, str(place)],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        check=False,
    )
    assert ended.returncode == -9, ended.stderr.decode()
    [started] = notes(place)
    assert len(started["processes"]) == 3
    assert all(gone(one) for one in started["processes"])
