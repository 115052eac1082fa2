from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from proofstone.train.encoder.augment import augmented

chances = st.sampled_from([0.0, 0.3, 0.9])


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=12), chances, chances, st.integers(0, 9))
def test_no_word_comes_and_one_stays(
    words: list[str], dropped: float, swapped: float, seed: int
) -> None:
    text = " ".join(words)
    found = augmented(text, dropped, swapped, np.random.default_rng(seed)).split()
    assert not Counter(found) - Counter(words)
    assert bool(found) == bool(words)
    if not dropped:
        assert sorted(found) == sorted(words)
    if not dropped and not swapped:
        assert found == words


def test_chances_are_those_asked_for() -> None:
    rng = np.random.default_rng(0)
    text = " ".join(map(str, range(20_000)))
    kept = len(augmented(text, 0.2, 0.0, rng).split())
    moved = augmented(text, 0.0, 0.1, rng).split()
    share = np.mean([word != str(at) for at, word in enumerate(moved)])
    assert abs(kept / 20_000 - 0.8) < 0.01
    assert abs(share - 2 * 0.1 / 1.1) < 0.01  # exchanges come 0.1 for each 1 + 0.1 places
