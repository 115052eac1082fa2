from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.core.errors import InputError
from proofstone.models.sources.address import HubPath, LocalPath, PackagePath, is_inside, parse


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("package://a==1.0/b/c.gguf", PackagePath("a", "1.0", "b/c.gguf")),
        ("package://Big-Name.x==1!2.0rc1+cu/d/", PackagePath("big-name.x", "1!2.0rc1+cu", "d")),
        ("hf://owner/name", HubPath("owner/name", None, "")),
        ("hf://owner/name/", HubPath("owner/name", None, "")),
        ("hf://owner/name@v1.0/a/b.onnx", HubPath("owner/name", "v1.0", "a/b.onnx")),
        ("hf://owner/na.me-1@main", HubPath("owner/na.me-1", "main", "")),
        ("file:///models/a%20b.gguf", LocalPath(Path("/models/a b.gguf"))),
        ("/models/100%.gguf", LocalPath(Path("/models/100%.gguf"))),
        ("file://~/a", LocalPath(Path.home() / "a")),
    ],
)
def test_an_address_means(text: str, means: object) -> None:
    assert parse(text) == means


def test_a_plain_path_starts_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert parse("a/model.gguf") == LocalPath(tmp_path / "a/model.gguf")
    assert parse("file://a/model.gguf") == parse("a/model.gguf")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "file://",
        "http://example/model.gguf",
        "package://a/b",
        "package://a==1.0",
        "package://a==1.0/",
        "package://a==1.0/../b",
        "package://a==1.0//etc/passwd",
        "package://a==1.0/b\\..\\c",
        "package://--index-url==1/b",
        "package://a==-r/b",
        "package://a>=1/b",
        "package://a==1 b/c",
        "package://a==1.0/b\n",
        "hf://name",
        "hf://owner/name@/file",
        "hf://owner/name/../other/file",
        "hf://../name/file",
        "hf://owner/name@refs/../x/a/..",
        "a\0b",
    ],
)
def test_what_is_no_address_is_refused_with_its_form(text: str) -> None:
    with pytest.raises(InputError, match="is no address of a model") as caught:
        parse(text)
    assert caught.value.hint


@given(st.text(st.sampled_from("ab./\\:\n\0"), max_size=12))
def test_a_path_that_is_inside_never_leaves(path: str) -> None:
    if is_inside(path):
        root = Path("/root/of/all")
        assert root in (root / path).resolve().parents
        assert "\\" not in path


@given(
    st.from_regex(r"[a-z][a-z0-9._-]{0,8}[a-z0-9]", fullmatch=True),
    st.from_regex(r"[0-9]+(\.[0-9]+){0,2}", fullmatch=True),
    st.lists(st.from_regex(r"[A-Za-z0-9_-]{1,6}", fullmatch=True), min_size=1, max_size=3),
)
def test_an_address_reads_what_it_writes(name: str, version: str, parts: list[str]) -> None:
    for place in (
        PackagePath(name, version, "/".join(parts)),
        HubPath(f"{name}/{name}", version, "/".join(parts)),
    ):
        assert parse(str(place)) == place
