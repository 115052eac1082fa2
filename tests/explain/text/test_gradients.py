from __future__ import annotations

import numpy as np
import pytest
import torch

from proofstone.explain.text.gradients import TOLERANCE, integrated_gradients, rollout


def test_of_a_linear_score_in_closed_form() -> None:
    """Integrated gradients of a linear score are weight times change, with no error."""
    generator = torch.Generator().manual_seed(0)
    given, baseline, weight = (
        torch.randn(5, 3, dtype=torch.float64, generator=generator) for _ in range(3)
    )
    found = integrated_gradients(lambda s: (s * weight).sum(dim=(1, 2)) + 2.0, given, baseline)
    closed = ((given - baseline) * weight).sum(dim=1).numpy()
    np.testing.assert_allclose(found.values, closed, atol=1e-12)
    assert found.base + found.values.sum() == pytest.approx(found.score, abs=1e-12)
    assert (found.steps, found.complete) == (16, True)


def test_of_a_product_in_closed_form() -> None:
    """Of x0 * x1 from 0, each gets half of the product."""
    given = torch.tensor([[3.0], [4.0], [9.0]], dtype=torch.float64)
    found = integrated_gradients(lambda s: s[:, 0, 0] * s[:, 1, 0], given, torch.zeros_like(given))
    assert found.values == pytest.approx([6.0, 6.0, 0.0])


def test_a_step_takes_more_points_and_is_not_called_complete() -> None:
    given = torch.ones(1, 1, dtype=torch.float64)

    def cliff(states: torch.Tensor) -> torch.Tensor:
        return 5.0 * torch.tanh(4000.0 * (states[:, 0, 0] - 0.70003))

    found = integrated_gradients(cliff, given, torch.zeros_like(given))
    missed = abs(found.base + found.values.sum() - found.score)
    assert found.steps == 256
    assert not found.complete
    assert missed > TOLERANCE * 10


def test_rollout_by_hand() -> None:
    first = np.array([[[1.0, 0.0], [0.5, 0.5]], [[0.0, 1.0], [0.5, 0.5]]])
    second = np.array([[[0.2, 0.8], [1.0, 0.0]]])
    # heads' mean of the first: [[.5, .5], [.5, .5]]; with what passes by: [[.75, .25], [.25, .75]]
    expected = np.array([[0.6, 0.4], [0.5, 0.5]]) @ np.array([[0.75, 0.25], [0.25, 0.75]])
    assert rollout([first, second]) == pytest.approx(expected.mean(axis=0))
    assert rollout([first, second]).sum() == pytest.approx(1.0)
