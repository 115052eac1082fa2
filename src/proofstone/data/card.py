"""The data card: what a run answers of Datasheets for Datasets (Gebru et al. 2021)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def data_card(profile: Mapping[str, Any], description: str) -> dict[str, Any]:
    """Return the card's content by section, JSON only; unanswered questions are listed as such."""
    columns, label = profile["columns"], profile["label"]
    gaps = {one["name"]: one["missing_share"] for one in columns if one["missing"]}
    card = {
        "motivation": {"purpose": description},
        "composition": {
            "rows": profile["rows"],
            "columns": len(columns),
            "instances": profile["description"],
            "label": label,
            "groups": profile["groups"],
            "missing": gaps,
            "without_meaning": [one["name"] for one in columns if not one["meaning"]],
        },
        "collection": {"source": profile["source"], "fingerprint": profile["fingerprint"]},
        "cleaning": {"quarantined": profile["quarantined"], "rules": profile["rules"]},
        "distribution": {"licence": profile["licence"], "citation": profile["citation"]},
        "warnings": profile["warnings"],
    }
    return card | {"unanswered": _unanswered(profile, description)}


def _unanswered(profile: Mapping[str, Any], description: str) -> list[str]:
    asked = {
        "description": description,
        "data.description": profile["description"],
        "data.licence": profile["licence"],
        "data.citation": profile["citation"],
    }
    return [field for field, answer in asked.items() if not answer.strip()]
