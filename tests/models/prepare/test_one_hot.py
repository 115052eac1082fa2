from __future__ import annotations

import numpy as np
from sklearn.preprocessing import OneHotEncoder

from proofstone.models.prepare.one_hot import OneHot
from proofstone.models.prepare.transform import Source


def test_equals_scikit_learn_and_unknown_is_all_zeros() -> None:
    codes = np.array([2.0, 0.0, 1.0, -1.0])
    spread = OneHot({"c": ["x", "y", "z"]}).apply({"n": codes, "c": codes})
    peer = OneHotEncoder(categories=[[0.0, 1.0, 2.0]], handle_unknown="ignore")
    expected = peer.fit_transform(codes[:, None]).toarray()
    assert list(spread) == ["n", "c=x", "c=y", "c=z"]
    assert np.array_equal(np.stack(list(spread.values())[1:], axis=1), expected)


def test_a_missing_level_has_a_name_of_its_own() -> None:
    sources = OneHot({"c": ["x", None]}).sources({"c": Source("c", "category")})
    assert sources == {"c=x": Source("c", "flag"), "c missing": Source("c", "flag")}
