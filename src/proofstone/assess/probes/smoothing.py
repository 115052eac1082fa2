"""How far every change of the numbers, whoever makes it, provably leaves the decision as it is."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from proofstone.assess.attack.noise import noisy, spreads
from proofstone.assess.measured import decisions, measured, settings
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.errors import InputError
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.certificates import certified_radius
from proofstone.measures.intervals import wilson
from proofstone.models.contract import Predict

_DEFAULTS = {"rows": 100, "guesses": 20, "draws": 200, "sigma": 0.25, "alpha": 0.001}
_RADII = (0.1, 0.25, 0.4)
_CURVE = 21


def _chosen(case: DecisionCase, name: str) -> float:
    return float(settings(case, "smoothing").get(name, _DEFAULTS[name]))


def _rows(case: DecisionCase) -> int:
    copies = int(_chosen(case, "guesses")) + int(_chosen(case, "draws"))
    return min(len(case), int(_chosen(case, "rows"))) * copies


@probe(
    needs=Predict,
    rows=_rows,
    family="robustness",
    metrics=("certified_accuracy", "abstention_rate"),
)
def smoothing(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """Share of rows that the smoothed model decides rightly within a radius, certified.

    Certified accuracy counts rows whose decision is right whatever happens to the numbers within
    the radius; the smoothed model abstains where noise leaves the decision open.

    Randomised smoothing (Cohen, Rosenfeld and Kolter 2019): the smoothed decision of a row is the
    more frequent one among copies whose numbers got Gaussian noise of 0.25 standard deviations
    (`sigma`). 20 copies (`guesses`) say which it is, 200 others (`draws`) bound how frequent
    (Clopper and Pearson 1934, `alpha` 0.001 a row). At most 100 rows (`rows`) are drawn. Radii are
    in standard deviations of the columns, root of the sum of squares. Whole numbers are rounded
    after the noise, which counts as part of the model.

    Not covered: the model itself, which is not smoothed when it answers; changes of categories, of
    missing values and of texts. Each certificate is wrong with a chance of at most `alpha`.
    """
    _radii(case)
    spread = spreads(case.rows.frame)
    if not spread:
        return [_absent(case, message("no input is a number that varies"))]
    kept = np.sort(rng.permutation(len(case))[: int(_chosen(case, "rows"))])
    guesses, draws = int(_chosen(case, "guesses")), int(_chosen(case, "draws"))
    if not len(kept) or guesses < 1 or draws < 1:
        return [_absent(case, message("there is no row or no draw"))]
    sigma, copies = _chosen(case, "sigma"), guesses + draws
    rows = noisy(case.rows.take(kept), spread, sigma, copies, rng)
    answers = yield Ask(rows, Predict(), keep=False)
    wide = DecisionCase(
        rows=rows,
        target=case.target,
        threshold=np.repeat(case.threshold[kept], copies),
        positive=case.positive,
    )
    votes = decisions(wide, answers).reshape(len(kept), copies)
    smoothed = 2 * votes[:, :guesses].sum(axis=1) >= guesses
    agreed = (votes[:, guesses:] == smoothed[:, None]).sum(axis=1)
    radius = certified_radius(agreed, draws, sigma, _chosen(case, "alpha"))
    right = smoothed == (case.target[kept] == 1)
    return _findings(case, np.where(right, np.nan_to_num(radius, nan=-1.0), -1.0), radius, draws)


def _radii(case: DecisionCase) -> list[float]:
    """The radii that are told, in standard deviations: the setting, or the usual ones."""
    given = settings(case, "smoothing").get("radii", _RADII)
    listed = given if isinstance(given, list | tuple) else [given]
    known = [one for one in listed if isinstance(one, int | float) and not isinstance(one, bool)]
    if not listed or len(known) < len(listed) or not all(0 <= one < math.inf for one in known):
        raise InputError(
            f"assess.settings.smoothing.radii: {given!r} is no list of numbers from 0",
            hint="name at least one radius, such as [0.1, 0.25]",
        )
    return [float(one) for one in known]


def _absent(case: DecisionCase, reason: str) -> Finding:
    return Finding(
        probe="smoothing", metric="certified_accuracy", reason=reason, evidence=case.evidence
    )


def _findings(
    case: DecisionCase, reach: np.ndarray, radius: np.ndarray, draws: int
) -> list[Finding]:
    """`reach` is the radius of rows decided rightly, -1 of others; `radius` is nan: abstained."""
    n, sigma, alpha = len(reach), _chosen(case, "sigma"), _chosen(case, "alpha")
    most = float(certified_radius(np.array([draws]), draws, sigma, alpha)[0])
    radii = _radii(case)
    ends = np.linspace(0.0, 0.0 if math.isnan(most) else most, _CURVE)
    reached = None if math.isnan(most) else most
    curve = [[float(at), float((reach >= at).mean())] for at in ends]
    details = {"sigma": sigma, "alpha": alpha, "draws": draws, "most": reached, "curve": curve}
    found = []
    for subject, at in [("all", radii[0]), *((f"radius={one:g}", one) for one in radii)]:
        held = float((reach >= at).sum())
        found.append(
            measured(
                case,
                "smoothing",
                "certified_accuracy",
                held / n,
                partial(wilson, held, float(n)),
                subject=subject,
                n=n,
                method=message("Wilson; each certificate by Clopper-Pearson"),
                details={"radius": at} | (details if subject == "all" else {}),
            )
        )
    abstained = float(np.isnan(radius).sum())
    found.append(
        measured(
            case,
            "smoothing",
            "abstention_rate",
            abstained / n,
            partial(wilson, abstained, float(n)),
            n=n,
            method=message("Wilson"),
        )
    )
    return found
