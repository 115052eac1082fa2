from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

from proofstone.assess.probes.discrimination import discrimination
from proofstone.core.errors import InputError
from proofstone.pipeline.plugins import plugins


def test_another_process_finds_each_probe_where_it_is_declared() -> None:
    for one in plugins("probes").values():
        probe = one.load()
        assert pickle.loads(pickle.dumps(probe)) is probe


def test_a_probe_that_is_not_the_declared_one_does_not_travel() -> None:
    with pytest.raises(InputError, match="is not what") as caught:
        pickle.dumps(replace(discrimination, family="another"))
    assert "top of its module" in str(caught.value.hint)
