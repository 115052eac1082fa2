from __future__ import annotations

from pathlib import Path

from proofstone.assess.suites import suite as module
from proofstone.assess.suites.suite import suite
from proofstone.report.language import in_language
from proofstone.report.techniques import TECHNIQUES, technique_name

FILES = sorted((Path(module.__file__).parent / "data").glob("*.yaml"))


def test_the_techniques_of_all_suites_that_ship_have_names() -> None:
    used = {attack.technique for file in FILES for attack in suite(file.stem)}
    assert len(FILES) >= 6
    assert used == TECHNIQUES


def test_a_stranger_s_technique_stays_as_it_is() -> None:
    assert in_language("zh", lambda: technique_name("my own")) == "my own"
    assert in_language("zh", lambda: technique_name("role play")) == "角色扮演"
