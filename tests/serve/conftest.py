from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.registry.releases import verified as verified_release

from proofstone.registry.verify import VerifiedModel


@pytest.fixture(scope="session")
def verified_model(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., VerifiedModel]:
    """The verified model of a release around `scorer(**options)`."""
    return lambda **options: verified_release(tmp_path_factory.mktemp("release"), **options)


@pytest.fixture(scope="session")
def verified(verified_model: Callable[..., VerifiedModel]) -> VerifiedModel:
    return verified_model()
