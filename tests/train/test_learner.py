from __future__ import annotations

import numpy as np
from sklearn.datasets import make_classification

from proofstone.train.families.logistic import family
from proofstone.train.learner import Learner


def test_only_the_proportions_of_weights_matter() -> None:
    matrix, target = make_classification(200, 5, random_state=0)
    weight = np.random.default_rng(0).uniform(0.1, 3, 200)
    learner = Learner(family, {"C": 0.1}, 0, ())
    weights = learner.weights(matrix, target == 1, weight)
    assert weights == learner.weights(matrix, target == 1, weight * 64)
    assert weights != learner.weights(matrix, target == 1, np.ones(200))
    margin = learner.fit(matrix, target == 1, weight).margin(matrix)
    assert np.array_equal(margin, learner.load(weights).margin(matrix))
