"""Sources that are no section are told, not counted as misses."""

from __future__ import annotations

import pytest
from tests.models.assistant.desk import PASSAGES
from tests.models.retrieval.conftest import WordsEncoder

from proofstone.core.errors import DataError
from proofstone.models.retrieval.index import Index
from proofstone.train.assistant.retrieval import _check_sources


def test_a_source_that_is_no_section_is_named_with_the_nearest() -> None:
    index = Index.build(PASSAGES, WordsEncoder())
    good = [{"topic": "a", "sources": ["keys#lost", "zh/hours#open"]}]
    _check_sources(index, good)
    with pytest.raises(DataError, match=r"such as keys#lots of the question b") as caught:
        _check_sources(index, [*good, {"topic": "b", "sources": ["keys#lots"]}])
    assert "keys#lost" in caught.value.hint
