from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest
from tests.pipeline.library import Library

from proofstone.core.errors import InputError
from proofstone.pipeline.code import Code, CodeIndex

STEP = """
import json, random
from typing import TYPE_CHECKING
import kit.deep.far as far
from kit import CONSTANT, near
from . import beside
from .cousin import *
if TYPE_CHECKING:
    from kit import typed
try:
    import kit.fast
except ImportError:
    import kit.slow

def function(context):
    from .late import late
    return late
"""

FILES = {
    "acme/__init__.py": "",
    "acme/steps/__init__.py": "",
    "acme/steps/step.py": STEP,
    "acme/steps/beside.py": "",
    "acme/steps/cousin.py": "",
    "acme/steps/late.py": "import kit.latest",
    "acme/steps/words.txt": "one two",
    "acme/steps/unrelated.py": "",
    "acme/top.txt": "top",
    "acme/other/__init__.py": "",
    "acme/other/module.py": "",
    "acme/other/data.txt": "",
    "kit/__init__.py": "CONSTANT = 1",
    "kit/near.py": "",
    "kit/fast.py": "",
    "kit/slow.py": "",
    "kit/typed.py": "",
    "kit/latest.py": "",
    "kit/unused.py": "",
    "kit/deep/__init__.py": "",
    "kit/deep/far.py": "",
    "kit/deep/table.csv": "1,2",
}
INSIDE = (
    "acme/__init__.py", "acme/steps/__init__.py", "acme/steps/step.py", "acme/steps/beside.py",
    "acme/steps/cousin.py", "acme/steps/late.py", "acme/steps/words.txt", "acme/top.txt",
    "kit/__init__.py", "kit/near.py", "kit/fast.py", "kit/slow.py", "kit/latest.py",
    "kit/deep/__init__.py", "kit/deep/far.py", "kit/deep/table.csv",
)  # fmt: skip
OUTSIDE = tuple(sorted(FILES.keys() - set(INSIDE)))


def code(cache: Path, *modules: str) -> Code:
    index = CodeIndex(cache)
    found = index.of(modules)
    index.save()
    return found


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "code.json"


@pytest.mark.parametrize("file", INSIDE)
def test_an_edit_inside_the_closure_changes_the_digest(
    file: str, library: Library, cache: Path
) -> None:
    library.write(FILES)
    before = code(cache, "acme.steps.step")
    library.write({file: FILES[file] + "\n"})
    assert code(cache, "acme.steps.step").digest != before.digest


def test_an_edit_outside_changes_nothing(library: Library, cache: Path) -> None:
    library.write(FILES)
    before = code(cache, "acme.steps.step")
    library.write({file: FILES[file] + "\nx = 1" for file in OUTSIDE})
    assert code(cache, "acme.steps.step") == before


def test_a_file_that_comes_or_goes_counts(library: Library, cache: Path) -> None:
    library.write(FILES)
    before = code(cache, "acme.steps.step")
    library.write({"acme/steps/more.txt": ""})
    with_more = code(cache, "acme.steps.step")
    (library.folder / "acme/steps/more.txt").unlink()
    (library.folder / "kit/fast.py").unlink()
    digests = {before.digest, with_more.digest, code(cache, "acme.steps.step").digest}
    assert len(digests) == 3


def test_the_folder_it_lies_in_does_not_count(library: Library, cache: Path) -> None:
    library.write(FILES)
    before = code(cache, "acme.steps.step")
    moved = library.folder.with_name("elsewhere")
    shutil.move(library.folder, moved)
    with mock.patch.object(sys, "path", [str(moved), *sys.path]):
        assert code(cache, "acme.steps.step") == before


def test_an_installed_library_counts_by_its_version_alone(library: Library, cache: Path) -> None:
    library.write(FILES)
    library.install("kit-tools", "1.0", modules=("kit",), requires=("far-off",))
    library.install("far-off", "3")
    before = code(cache, "acme.steps.step")
    assert before.packages == {"far-off": "3", "kit-tools": "1.0"}
    library.write({"kit/near.py": "x = 1"})
    assert code(cache, "acme.steps.step") == before
    library.install("kit-tools", "1.1", modules=("kit",), requires=("far-off",))
    assert code(cache, "acme.steps.step").packages == {"far-off": "3", "kit-tools": "1.1"}
    library.install("far-off", "4")
    assert code(cache, "acme.steps.step").packages == {"far-off": "4", "kit-tools": "1.1"}


def test_a_library_that_comes_and_goes_is_noticed(library: Library, cache: Path) -> None:
    library.write({"acme.py": "try:\n    import fastkit\nexcept ImportError:\n    pass"})
    assert code(cache, "acme").packages == {"fastkit": "absent"}
    library.install("fastkit", "1.0", modules=("fastkit",))
    assert code(cache, "acme").packages == {"fastkit": "1.0"}
    shutil.rmtree(library.folder / "fastkit-1.0.dist-info")
    assert code(cache, "acme").packages == {"fastkit": "absent"}


def test_a_namespace_package_counts(library: Library, cache: Path) -> None:
    library.write({"space/a.py": "import space.b", "space/b.py": ""})
    before = code(cache, "space.a")
    library.write({"space/b.py": "x = 1"})
    assert code(cache, "space.a").digest != before.digest


def test_modules_that_import_each_other_end(library: Library, cache: Path) -> None:
    library.write({"ring/__init__.py": "from . import a", "ring/a.py": "import ring"})
    assert code(cache, "ring.a").packages == {}


def test_modules_are_taken_together_whatever_their_order(library: Library, cache: Path) -> None:
    library.write(FILES)
    both = code(cache, "acme.steps.step", "acme.other.module")
    assert code(cache, "acme.other.module", "acme.steps.step", "acme.steps.step") == both
    assert both.digest != code(cache, "acme.steps.step").digest


def test_a_module_that_is_not_there_is_named(cache: Path) -> None:
    with pytest.raises(InputError, match=r"no module surely_absent\.part") as caught:
        code(cache, "surely_absent.part")
    assert "install" in caught.value.hint


def test_a_stranger_who_builds_on_proofstone_has_its_code_too(
    library: Library, cache: Path
) -> None:
    library.write({"acme.py": "from proofstone.core.finding import Finding"})
    index = CodeIndex(cache)
    alone, ours = index.of(["acme"]), index.of(["acme", "proofstone.core.finding"])
    assert (alone.packages, alone.digest) == (ours.packages, ours.digest)


@pytest.mark.parametrize(
    ("module", "inside", "outside", "packages"),
    [
        ("proofstone.data.read", "data.table", ("train", "interfaces", "api"), {"polars"}),
        ("proofstone.train.fit", "models.prepare.clip", ("assess", "report"), {"scipy", "optuna"}),
        ("proofstone.report.step", "report.charts.svg", ("train", "store"), {"jinja2"}),
        ("proofstone.models.gguf", "core.errors", ("pipeline",), {"xllamacpp", "gguf"}),
    ],
)
def test_our_own_steps_depend_on_their_layers_alone(
    module: str, inside: str, outside: tuple[str, ...], packages: set[str], cache: Path
) -> None:
    index = CodeIndex(cache)
    own, _ = index._closure([module])
    assert f"proofstone.{inside}" in own
    assert not [one for one in own if one.split(".")[1:2] and one.split(".")[1] in outside]
    assert packages <= index.of([module]).packages.keys()


def test_an_installed_wheel_has_the_digest_of_its_sources(tmp_path: Path, cache: Path) -> None:
    """The same files in another interpreter's folder, as a wheel would lay them."""
    source = Path(__file__).parents[2] / "src"
    site = tmp_path / "site"
    shutil.copytree(source, site, ignore=shutil.ignore_patterns("__pycache__"))
    program = (
        "import sys; from pathlib import Path; from proofstone.pipeline.code import CodeIndex;"
        "print(CodeIndex(Path(sys.argv[1])).of(['proofstone.report.step']).digest)"
    )
    digests = [
        subprocess.run(
            [sys.executable, "-c", program, str(tmp_path / "none.json")],
            env={**os.environ, "PYTHONPATH": str(folder)},
            capture_output=True, text=True, check=True,
        ).stdout
        for folder in (source, site)
    ]  # fmt: skip
    assert digests[0] == digests[1]
