"""Logistic regression on weighted words or characters of texts, by scikit-learn."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from proofstone.core.errors import DataError, InputError
from proofstone.models.prepare.preparation import Takes
from proofstone.models.runtimes.tfidf import LONGEST, Tfidf, Unit, terms
from proofstone.models.text.language import language_of
from proofstone.train.families.family import Range, Settings, Space, parse


class TfidfSettings(BaseModel):
    """Settings of the bag of terms; `C` is the inverse of the penalty's strength.

    `unit` by itself is `characters` where most training texts are Chinese, else `words`; `longest`
    by itself is 3 characters or 2 words. Terms that fewer than `least_texts` texts have are left
    out, and of more than `most_terms` the rarest.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    unit: Literal["auto", "words", "characters"] = "auto"
    longest: int | None = Field(None, ge=1, le=LONGEST)
    least_texts: int = Field(2, ge=1)
    most_terms: int = Field(50_000, ge=1)
    C: float = Field(8.0, gt=0, allow_inf_nan=False)
    max_iter: int = Field(1_000, ge=1)


_LONGEST: dict[Unit, int] = {"words": 2, "characters": 3}


@dataclass(frozen=True)
class TfidfFamily:
    """Fits log-odds that are linear in the normed weights of terms (Salton and Buckley 1988).

    Not covered: the model holds its terms in clear; one that stands in `least_texts` training
    texts, such as a name, can be read in it.
    """

    name: str = "tfidf"
    runtime: str = "tfidf"
    takes: Takes = "text"
    space: Space = field(default_factory=lambda: {"C": Range(0.5, 32.0, log=True, points=4)})

    def fit(
        self,
        matrix: np.ndarray,
        target: np.ndarray,
        weight: np.ndarray,
        settings: Settings,
        seed: int,
        categorical_columns: Sequence[int],
    ) -> bytes:
        """Return fitted weights; `matrix` holds one text a row, shape (n, 1).

        Raises:
            DataError: no term stands in `least_texts` texts.
            InputError: a setting is out of range, or `max_iter` steps were too few.
        """
        chosen = parse(TfidfSettings, settings, self.name)
        unit = _unit(matrix[:, 0]) if chosen.unit == "auto" else chosen.unit
        longest = chosen.longest or _LONGEST[unit]
        vectorizer = TfidfVectorizer(
            analyzer=partial(terms, unit=unit, longest=longest),
            min_df=chosen.least_texts,
            max_features=chosen.most_terms,
            sublinear_tf=True,
        )
        try:
            weighted = vectorizer.fit_transform(matrix[:, 0])
        except ValueError as error:
            raise DataError(
                f"no term stands in {chosen.least_texts} of the {len(matrix)} texts",
                hint="give more rows, or a smaller `least_texts`",
            ) from error
        machine = _regression(chosen, seed, weighted, target, weight)
        return Tfidf(
            unit=unit,
            longest=longest,
            documents=len(matrix),
            known=tuple(vectorizer.get_feature_names_out().tolist()),
            document_counts=np.bincount(weighted.indices, minlength=weighted.shape[1]),
            coef=machine.coef_[0],
            intercept=float(machine.intercept_[0]),
        ).to_weights()


def _unit(texts: np.ndarray) -> Unit:
    chinese = sum(language_of(text) in {"zh", "mixed"} for text in texts)
    return "characters" if 2 * chinese > len(texts) else "words"


def _regression(
    chosen: TfidfSettings, seed: int, weighted: object, target: np.ndarray, weight: np.ndarray
) -> LogisticRegression:
    machine = LogisticRegression(C=chosen.C, max_iter=chosen.max_iter, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            machine.fit(weighted, target, sample_weight=weight)
        except ConvergenceWarning as error:
            raise InputError(
                f"logistic regression did not converge in {chosen.max_iter} steps",
                hint="set a smaller C, or a larger max_iter",
            ) from error
    return machine


family = TfidfFamily()
