from __future__ import annotations

from pathlib import Path

import pytest

from proofstone.core.errors import DataError
from proofstone.data.knowledge.sources import documents_in, fingerprint


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name in ("help/en/keys.md", "help/en/gates.html", "help/zh/keys.md", "help/.hid/x.md"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, "utf-8")
    (tmp_path / "help" / "picture.png").write_bytes(b"png")
    (tmp_path / "notes.txt").write_text("notes", "utf-8")
    return tmp_path


def test_folders_and_files_are_named_without_their_ending(home: Path) -> None:
    assert list(documents_in(["help", "notes.txt"], home)) == [
        "en/gates", "en/keys", "notes", "zh/keys"
    ]  # fmt: skip


def test_endings_stay_where_names_would_meet(home: Path) -> None:
    (home / "help/en/keys.txt").write_text("again", "utf-8")
    assert "en/keys.txt" in documents_in(["help"], home)


def test_a_link_out_of_the_folder_is_not_followed(home: Path) -> None:
    secret = home / "secret.md"
    secret.write_text("secret", "utf-8")
    (home / "help" / "link.md").symlink_to(secret)
    assert "link" not in documents_in(["help"], home)


def test_two_documents_of_one_name_are_refused(home: Path) -> None:
    other = home / "other" / "en"
    other.mkdir(parents=True)
    (other / "keys.md").write_text("x", "utf-8")
    with pytest.raises(DataError, match="has the same name"):
        documents_in(["help", "other"], home)


@pytest.mark.parametrize(("source", "says"), [("absent", "no such file"), ("empty", "no document")])
def test_nothing_there_is_told(home: Path, source: str, says: str) -> None:
    (home / "empty").mkdir()
    with pytest.raises(DataError, match=says):
        documents_in([source], home)


def test_the_fingerprint_follows_content_and_names_but_not_the_place(home: Path) -> None:
    before = fingerprint(["help"], home)
    assert fingerprint(["help"], home) == before
    (home / "help/en/keys.md").write_text("changed", "utf-8")
    changed = fingerprint(["help"], home)
    assert changed != before
    (home / "help/en/keys.md").rename(home / "help/en/locks.md")
    assert fingerprint(["help"], home) not in {before, changed}
