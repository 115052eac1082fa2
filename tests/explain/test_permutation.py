from __future__ import annotations

from itertools import permutations, product

import numpy as np
import polars as pl

from proofstone.explain.permutation import PermutationExplainer

from .brute_force import shapley

NAMES = ("a", "b", "c", "d")


def of_matrix(matrix: np.ndarray) -> np.ndarray:
    return np.asarray(matrix[:, 0] * matrix[:, 1] + 2 * matrix[:, 2] * (matrix[:, 3] > 0))


def margin(frame: pl.DataFrame) -> np.ndarray:
    return of_matrix(frame.to_numpy())


def made(n: int, seed: int) -> pl.DataFrame:
    return pl.DataFrame(np.random.default_rng(seed).normal(size=(n, 4)), schema=NAMES)


def test_estimates_lie_within_their_errors_of_the_truth() -> None:
    rows, background = made(40, 0), made(32, 1)
    values, errors = PermutationExplainer(margin, background, NAMES).values(rows)
    truth = shapley(of_matrix, rows.to_numpy(), background.to_numpy(), np.arange(4))
    apart = np.abs(values - truth)
    assert (apart <= 4 * errors + 1e-12).mean() > 0.99
    assert apart.max() > 0
    assert apart.mean() < 0.15


def test_values_add_up_to_the_margin_exactly() -> None:
    rows = made(25, 2)
    explainer = PermutationExplainer(margin, made(100, 3), NAMES)
    values, _ = explainer.values(rows)
    assert np.abs(explainer.base + values.sum(axis=1) - margin(rows)).max() < 1e-12


def test_additive_parts_have_no_error_beyond_the_background() -> None:
    rows, background = made(5, 4), made(10, 5)
    explainer = PermutationExplainer(lambda f: 3 * f["a"].to_numpy() - f["d"].to_numpy(),
                                     background, NAMES)  # fmt: skip
    values, _ = explainer.values(rows)
    expected = 3 * (rows["a"].to_numpy() - background["a"].to_numpy().mean())
    assert np.abs(values[:, 0] - expected).max() < 1e-12
    assert np.abs(values[:, 1:3]).max() == 0


def test_one_background_row_and_no_rows() -> None:
    explainer = PermutationExplainer(margin, made(1, 6), NAMES)
    values, errors = explainer.values(made(2, 7))
    assert values.shape == (2, 4)
    assert np.isnan(errors).all()
    assert explainer.values(made(0, 8))[0].shape == (0, 4)


def owen(row: np.ndarray, background: np.ndarray, groups: list[list[int]]) -> np.ndarray:
    """Owen values by their definition: all orders that keep each group together."""
    values, orders = np.zeros(4), 0
    for arranged in permutations(groups):
        for inside in product(*(permutations(group) for group in arranged)):
            hybrid, orders = background.copy(), orders + 1
            before = of_matrix(hybrid).mean()
            for place in (place for group in inside for place in group):
                hybrid[:, place] = row[place]
                values[place] += of_matrix(hybrid).mean() - before
                before = of_matrix(hybrid).mean()
    return values / orders


def test_features_in_groups_get_owen_values() -> None:
    rows, background, groups = made(30, 11), made(32, 12), [[0, 2], [1], [3]]
    explainer = PermutationExplainer(margin, background, NAMES, 0, groups)
    values, errors = explainer.values(rows)
    truth = np.array([owen(row, background.to_numpy(), groups) for row in rows.to_numpy()])
    assert (np.abs(values - truth) <= 4 * errors + 1e-12).mean() > 0.99
    assert np.abs(values - truth).mean() < 0.15
    plain = shapley(of_matrix, rows.to_numpy(), background.to_numpy(), np.arange(4))
    together = owen(rows.to_numpy()[0], background.to_numpy(), [[0, 1], [2, 3]])
    assert np.abs(together[:2].sum() - plain[0, :2].sum()) < 1e-12  # nothing crosses these groups
    assert np.abs(explainer.base + values.sum(axis=1) - margin(rows)).max() < 1e-12


def test_errors_are_calibrated() -> None:
    # Against the truth for the whole population that each background is a sample of: 400
    # independent estimates of one row's value, whose errors in units of their standard error are
    # about standard normal (Student's t of 31 degrees, with a variance of 1.07).
    rows, population = made(1, 8), made(4000, 9)
    truth = shapley(of_matrix, rows.to_numpy(), population.to_numpy(), np.arange(4))[0]
    rng = np.random.default_rng(10)
    scores = []
    for seed in range(400):
        background = population[rng.choice(4000, 60, replace=False)]
        values, errors = PermutationExplainer(margin, background, NAMES, seed).values(rows)
        scores.append((values[0] - truth) / errors[0])
    found = np.array(scores)
    within = (np.abs(found) < 2.04).mean(axis=0)
    assert np.abs(found.mean(axis=0)).max() < 0.2
    assert ((found.var(axis=0) > 0.8) & (found.var(axis=0) < 1.3)).all()
    assert ((within > 0.91) & (within < 0.98)).all()

    assert ((np.abs(found) < 1.96).mean(axis=0) > 0.9).all()


def three_at_once(frame: pl.DataFrame) -> np.ndarray:
    return np.asarray(np.prod(frame.to_numpy(), axis=1))


def test_herded_orders_bring_estimates_nearer_and_stay_unbiased() -> None:
    # Three features of twelve act together, and each background row bears the same: what is left
    # is the noise of orders alone. A pair of walks gives one half or nothing to the feature of the
    # three that is not or is in the middle: of 32 pairs drawn by chance the mean deviates by 0.042.
    names = tuple(f"x{place}" for place in range(12))
    rows = pl.DataFrame(np.ones((1, 12)), schema=names)
    background = pl.DataFrame(np.zeros((32, 12)), schema=names)

    def acting(frame: pl.DataFrame) -> np.ndarray:
        return three_at_once(frame.select("x1", "x5", "x8"))

    found = [
        PermutationExplainer(acting, background, names, seed).values(rows) for seed in range(60)
    ]
    values = np.array([one[0][0, [1, 5, 8]] for one in found])
    errors = np.array([one[1][0, [1, 5, 8]] for one in found])
    assert np.abs(values.mean() - 1 / 3) < 1e-12
    assert np.abs(values.mean(axis=0) - 1 / 3).max() < 4 * values.std() / np.sqrt(60)
    drawn = np.sqrt(1 / 4 * 1 / 3 * 2 / 3 / 32)
    assert values.std() < 0.75 * drawn
    assert abs(errors.mean() / drawn - 1) < 0.1  # errors do not count on the herding: they are wide


def test_what_is_known_is_not_asked_again() -> None:
    asked = []

    def counted(frame: pl.DataFrame) -> np.ndarray:
        asked.append(frame.height)
        return margin(frame)

    rows, background = made(3, 13), made(32, 14)
    whole = PermutationExplainer(counted, background, NAMES).values(rows)[0]
    assert sum(asked) == PermutationExplainer.most_asked(3, 4) == 32 + 3 * (1 + 64 * 3)
    asked.clear()
    same = background.with_columns(pl.lit(0.5).alias("b"), pl.lit(None, pl.Float64).alias("e"))
    given = rows.with_columns(pl.lit(0.5).alias("b"), pl.lit(None, pl.Float64).alias("e"))
    some = PermutationExplainer(counted, same, (*NAMES, "e"))
    values, _ = some.values(given)
    assert sum(asked) == 32 + 3 * (1 + 64 * 2)
    assert (values[:, [1, 4]] == 0).all()
    assert np.abs(some.base + values.sum(axis=1) - margin(given)).max() < 1e-12
    asked.clear()
    itself = PermutationExplainer(counted, rows[:1], NAMES)
    assert (itself.values(rows[:1])[0] == 0).all()
    assert sum(asked) == 2
    assert whole.shape == (3, 4)


def test_many_features_are_herded_by_some_triples() -> None:
    names = tuple(f"x{place}" for place in range(60))
    rng = np.random.default_rng(15)
    rows, background = (pl.DataFrame(rng.normal(size=(2, 60)), schema=names) for _ in range(2))

    def total(frame: pl.DataFrame) -> np.ndarray:
        return np.asarray(frame.to_numpy().sum(axis=1))

    values, _ = PermutationExplainer(total, background, names).values(rows)
    assert np.abs(values - (rows.to_numpy() - background.to_numpy().mean(axis=0))).max() < 1e-12
