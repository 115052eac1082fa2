from __future__ import annotations

import pytest

from proofstone.pipeline.imports import ancestry, imports_of


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import a.b.c as d", ["a", "a.b", "a.b.c"]),
        ("import a, b.c", ["a", "b", "b.c"]),
        ("from a import b", ["a", "a.b"]),
        ("from a.b import c as d, e", ["a", "a.b", "a.b.c", "a.b.e"]),
        ("from a import *", ["a", "a.*"]),
        ("from . import x", ["home", "home.in", "home.in.x"]),
        ("from .x import y", ["home", "home.in", "home.in.x", "home.in.x.y"]),
        ("from .. import x", ["home", "home.x"]),
        ("from ..x.y import z", ["home", "home.x", "home.x.y", "home.x.y.z"]),
        ("def f():\n    import a\n", ["a"]),
        ("class C:\n    async def f(self):\n        from a import b\n", ["a", "a.b"]),
        ("if x:\n    import a\nelse:\n    import b\n", ["a", "b"]),
        ("try:\n    import a\nexcept ImportError:\n    import b\n", ["a", "b"]),
        ("if TYPE_CHECKING:\n    import a\nelse:\n    import b\n", ["b"]),
        ("if typing.TYPE_CHECKING:\n    import a\n", []),
        ("if not TYPE_CHECKING:\n    import a\n", ["a"]),
        ("need('a.b', extra='text')", ["a", "a.b"]),
        ("extras.need('a', 'text')", ["a"]),
        ("importlib.import_module('a.b')", ["a", "a.b"]),
        ("importlib.import_module(name)", []),
        ("print('a')", []),
        ("'import a'", []),
        ("this is no Python", []),
        ("\0", []),
    ],
)
def test_what_may_run_is_read(source: str, found: list[str]) -> None:
    assert imports_of(source.encode(), "home.in") == found


def test_a_deep_expression_is_no_obstacle() -> None:
    source = "x = " + " + ".join(["1"] * 2000) + "\nimport a\n"
    assert imports_of(source.encode(), "home") == ["a"]


def test_a_module_comes_with_the_packages_above_it() -> None:
    assert ancestry("a") == ["a"]
    assert ancestry("a.b.c") == ["a", "a.b", "a.b.c"]
