from __future__ import annotations

from importlib.metadata import version

from tests.pipeline.library import Library

from proofstone.pipeline.versions import Versions, installation


def test_a_library_has_its_version_and_those_of_what_it_requires() -> None:
    found = Versions({}).of("sklearn")
    wanted = ("scikit-learn", "numpy", "scipy", "joblib", "threadpoolctl")
    assert {name: version(name) for name in wanted}.items() <= found.items()


def test_extras_and_what_is_absent_do_not_count(library: Library) -> None:
    requires = ("other_one>=1 ; python_version > '3'", "gone", "numpy; extra == 'x'")
    library.install("Some.Thing", "1.5", modules=("thing",), requires=requires)
    library.install("Other-One", "2.0", requires=("some-thing",))
    assert Versions({}).of("thing") == {"some-thing": "1.5", "other-one": "2.0"}


def test_a_name_that_two_distributions_share_has_both(library: Library) -> None:
    library.install("first", "1", modules=("shared_space",))
    library.install("second", "2", modules=("shared_space",))
    assert Versions({}).of("shared_space") == {"first": "1", "second": "2"}


def test_what_nothing_installed_gives_is_empty() -> None:
    assert Versions({}).of("surely_not_installed") == {}


def test_what_was_known_is_not_asked_again() -> None:
    versions = Versions({"numpy": {"numpy": "0.0"}})
    assert versions.of("numpy") == {"numpy": "0.0"}


def test_the_installation_changes_with_every_distribution(library: Library) -> None:
    seen = [installation()]
    library.write({"module.py": ""})
    assert installation() == seen[0]
    for number in ("1.0", "1.1"):
        library.install("thing", number)
        seen.append(installation())
    assert len(set(seen)) == 3
