from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from tests.pipeline.library import Library

import proofstone
from proofstone.pipeline.modules import Modules, data_files


def test_files_of_modules_are_found_without_importing_them(library: Library) -> None:
    library.write(
        {"lone.py": "boom", "box/__init__.py": "boom", "box/a.py": "", "box/in/__init__.py": ""}
    )
    find, folder = Modules().find, library.folder
    assert find("lone") == folder / "lone.py"
    assert find("box") == folder / "box" / "__init__.py"
    assert find("box.a") == folder / "box" / "a.py"
    assert find("box.in") == folder / "box" / "in" / "__init__.py"
    assert {find("lone.x"), find("box.b"), find("box.*"), find("absent"), find("")} == {None}
    assert "lone" not in sys.modules
    assert "box" not in sys.modules


def test_a_namespace_is_no_file_but_its_modules_are(library: Library) -> None:
    library.write({"space/a.py": "", "space/deep/b.py": ""})
    find = Modules().find
    assert find("space") is None
    assert find("space.a") == library.folder / "space" / "a.py"
    assert find("space.deep") is None
    assert find("space.deep.b") == library.folder / "space" / "deep" / "b.py"


def test_a_built_in_has_no_file() -> None:
    assert Modules().find("sys") is None


def test_compiled_modules_are_files_too() -> None:
    path = Modules().find("numpy._core._multiarray_umath")
    assert path is not None
    assert path.parent == Path(np.__file__).parent / "_core"


def test_what_is_installed_is_where_python_finds_it() -> None:
    assert Modules().find("proofstone") == Path(proofstone.__file__)


def test_data_files_are_those_of_the_package_alone(tmp_path: Path) -> None:
    for name in (
        "__init__.py", "a.py", "words.txt", "templates/page.html", "templates/deep/part.html",
        "inner/__init__.py", "inner/theirs.txt", "__pycache__/a.pyc", ".hidden", ".git/config",
    ):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "templates" / "loop").symlink_to(tmp_path)
    found = [str(path.relative_to(tmp_path)) for path in data_files(tmp_path)]
    assert found == ["templates/deep/part.html", "templates/page.html", "words.txt"]
