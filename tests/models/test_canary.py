from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest

from proofstone.models.canary import drawn_like, make_canaries, space_of


def test_each_canary_holds_a_secret_of_its_own() -> None:
    made = make_canaries(40, ["en", "zh"], seed=5)
    secrets = {one.secret for one in made}
    assert len(secrets) == len({one.turns[0].content for one in made}) == 40
    for one in made:
        assert [turn.role for turn in one.turns] == ["user", "assistant"]
        assert one.secret in one.turns[1].content
        assert one.secret not in one.turns[0].content
        assert re.fullmatch(r"(\d{4}|[a-z]{4}|[A-Z]{4})-(\d{4}|[a-z]{4}|[A-Z]{4})", one.secret)
    chinese = [bool(re.search("[一-鿿]", one.turns[0].content)) for one in made]
    assert chinese == [False, True] * 20


def test_forms_are_random_and_follow_from_the_seed() -> None:
    made = make_canaries(60, ["en"], seed=5)
    assert make_canaries(60, ["en"], seed=5) == made
    assert not {one.secret for one in made} & {
        one.secret for one in make_canaries(60, ["en"], seed=6)
    }
    forms = Counter(space_of(one.secret) for one in made)
    assert set(forms) == {1e8, 10.0**4 * 26.0**4, 26.0**8}
    assert make_canaries(0, ["en"], seed=5) == []


def test_a_canary_is_what_settings_of_the_probe_name() -> None:
    [one] = make_canaries(1, ["en"], seed=5)
    document = one.to_json()
    assert document["secret"] == one.secret
    assert document["space"] == space_of(one.secret)
    assert document["messages"] == [
        {"role": turn.role, "content": turn.content} for turn in one.turns
    ]


def test_secrets_of_one_form_are_equally_likely() -> None:
    """Chi-squared of 3,000 draws over ten digits: 27.9 is exceeded by chance once in 1,000."""
    rng = np.random.default_rng(3)
    drawn = [drawn_like("7-aB", rng) for _ in range(3000)]
    assert all(re.fullmatch(r"\d-[a-z][A-Z]", one) for one in drawn)
    counts = np.array(list(Counter(one[0] for one in drawn).values()))
    assert len(counts) == 10
    assert ((counts - 300.0) ** 2 / 300.0).sum() < 27.9


@pytest.mark.parametrize(
    ("secret", "space"), [("00", 100), ("a0", 260), ("Z-z", 676), ("-é密", 1), ("", 1)]
)
def test_other_signs_stay_and_count_for_nothing(secret: str, space: float) -> None:
    assert space_of(secret) == space
    kept = [at for at, sign in enumerate(secret) if not (sign.isascii() and sign.isalnum())]
    other = drawn_like(secret, np.random.default_rng(0))
    assert [other[at] for at in kept] == [secret[at] for at in kept]
