from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import Any

import pytest
from tests.registry.releases import COEFFICIENTS, INTERCEPT, THRESHOLD

from proofstone.core.errors import VerificationError
from proofstone.models.errors import RowError
from proofstone.registry.verify import VerifiedModel
from proofstone.serve.errors import FieldError, NotServed, Overloaded, RequestError
from proofstone.serve.queue import Limits
from proofstone.serve.server import ModelServer

ROW = {"income": 20.0, "purpose": "home", "employed": True}


def probability(row: dict[str, Any]) -> float:
    income = 25.0 if row["income"] is None else row["income"]
    margin = INTERCEPT + COEFFICIENTS["income"] * income
    margin += COEFFICIENTS.get(f"purpose={row['purpose']}", 0.0)
    margin += COEFFICIENTS["employed"] * row["employed"]
    return 1 / (1 + math.exp(-margin))


def test_predictions_are_the_models_own(verified: VerifiedModel) -> None:
    rows = [ROW, ROW | {"income": None}, ROW | {"purpose": "boat"}, ROW | {"income": 5.0}]
    answers = asyncio.run(ModelServer(verified).predict(rows))
    for row, answer in zip(rows, answers, strict=True):
        assert answer["score"] == pytest.approx(probability(row), abs=1e-12)
        assert answer["decision"] is (answer["score"] >= THRESHOLD)
        assert answer["label"] == ("yes" if answer["decision"] else "no")
    assert {answer["label"] for answer in answers} == {"yes", "no"}
    assert asyncio.run(ModelServer(verified).predict([])) == []


def test_a_row_scores_the_same_alone_and_among_others(verified: VerifiedModel) -> None:
    rows = [ROW | {"income": float(income)} for income in range(100)]

    async def main() -> tuple[list[Any], list[Any]]:
        server = ModelServer(verified)
        together = await asyncio.gather(*(server.predict([row]) for row in rows))
        return [one for [one] in together], await server.predict(rows)

    alone, batch = asyncio.run(main())
    assert alone == batch


def test_only_a_verified_model_is_served(verified: VerifiedModel) -> None:
    for other in (verified.model, verified.files, None):
        with pytest.raises(VerificationError, match="only a verified model"):
            ModelServer(other)  # type: ignore[arg-type]


def test_a_bad_row_is_named_and_harms_no_other(
    verified_model: Callable[..., VerifiedModel],
) -> None:
    """The model itself refuses the missing income, in the shared call."""
    server = ModelServer(verified_model(missing="refuse"))

    async def main() -> list[Any]:
        calls = [server.predict([ROW]), server.predict([ROW, ROW | {"income": None}])]
        return await asyncio.gather(*calls, return_exceptions=True)

    good, bad = asyncio.run(main())
    assert good[0]["label"] in ("yes", "no")
    assert isinstance(bad, RowError)
    assert str(bad).startswith("row 1, field income: ")
    with pytest.raises(FieldError, match="row 0, field income: 'abc' is not a number"):
        asyncio.run(server.predict([ROW | {"income": "abc"}]))


def test_requests_are_bounded(verified: VerifiedModel) -> None:
    server = ModelServer(verified, Limits(waiting=3))
    assert len(asyncio.run(server.predict([ROW] * 3))) == 3
    with pytest.raises(RequestError, match="4 rows in one request, at most 3"):
        asyncio.run(server.predict([ROW] * 4))
    server.close()
    with pytest.raises(Overloaded):
        asyncio.run(server.predict([ROW]))


def test_contributions_add_up_to_the_margin(verified: VerifiedModel) -> None:
    server = ModelServer(verified)
    columns = {"income": [20.0, None], "purpose": ["home", "boat"], "employed": [True, False]}
    document = asyncio.run(server.explain(columns)).to_json()
    assert len(document["rows"]) == 2
    for row in document["rows"]:
        total = document["base"] + sum(one["contribution"] for one in row["contributions"])
        assert 1 / (1 + math.exp(-total)) == pytest.approx(row["score"], abs=1e-12)
        sizes = [abs(one["contribution"]) for one in row["contributions"]]
        assert sizes == sorted(sizes, reverse=True)
    first = {one["feature"]: one for one in document["rows"][0]["contributions"]}
    assert first["income"]["value"] == 20.0
    assert first["income"]["contribution"] == pytest.approx(-0.1 * (20 - 25))


def test_without_training_rows_nothing_is_explained(
    verified_model: Callable[..., VerifiedModel],
) -> None:
    server = ModelServer(verified_model(background=False))
    with pytest.raises(NotServed, match="carries no training rows"):
        asyncio.run(server.explain({"income": [1.0], "purpose": ["car"], "employed": [True]}))


def test_name_and_version_are_the_releases(verified: VerifiedModel) -> None:
    server = ModelServer(verified)
    assert (server.name, server.version) == ("loans", verified.release[:12])
