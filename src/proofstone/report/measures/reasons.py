"""What explains a model's decisions, how far that holds, and what a person could change."""

from __future__ import annotations

from proofstone.core.i18n import message
from proofstone.report.measures.measure import Measure

ROWS = message("{n} rows")
TURNED_DOWN = message("{n} rows decided against")

MEASURES: dict[str, Measure] = {
    "partial_dependence_range": Measure(
        "reasons",
        "points",
        False,
        ROWS,
        message("Range of partial dependence"),
        message(
            "How far the mean score moves as one input is set to each of its values in turn "
            "(Friedman 2001)."
        ),
        message("Moving one input{where} moves the mean score by up to {value}"),
    ),
    "accumulated_effect_range": Measure(
        "reasons",
        "points",
        False,
        ROWS,
        message("Range of accumulated effects"),
        message(
            "How far the score moves along one number, by small steps among the rows that lie "
            "there (Apley and Zhu 2020)."
        ),
        message("Along one number{where} the score moves by up to {value}"),
    ),
    "estimate_dependence_range": Measure(
        "reasons",
        "score",
        False,
        ROWS,
        message("Range of partial dependence of the estimate"),
        message(
            "How far the mean estimate moves, in its own unit, as one input is set to each of its "
            "values in turn (Friedman 2001)."
        ),
        message("Moving one input{where} moves the mean estimate by up to {value}"),
    ),
    "estimate_effect_range": Measure(
        "reasons",
        "score",
        False,
        ROWS,
        message("Range of accumulated effects on the estimate"),
        message(
            "How far the estimate moves along one number, in its own unit, by small steps among "
            "the rows that lie there (Apley and Zhu 2020)."
        ),
        message("Along one number{where} the estimate moves by up to {value}"),
    ),
    "surrogate_fidelity": Measure(
        "reasons",
        "rate",
        True,
        ROWS,
        message("Fidelity of the rules"),
        message(
            "Of rows that the rules were not fitted to, the share that the rules decide as the "
            "model does."
        ),
        message("Of 100 decisions of the model{where}, a few rules make about {share} alike"),
    ),
    "surrogate_r_squared": Measure(
        "reasons",
        "score",
        True,
        ROWS,
        message("Share of the estimates that the rules explain"),
        message(
            "Of the variance of the model's estimates for rows that the rules were not fitted to, "
            "the share that the rules account for (R²). 1 is all of it."
        ),
        message("A few rules{where} account for {value} of the variance of the estimates"),
    ),
    "recourse_rate": Measure(
        "reasons",
        "rate",
        True,
        TURNED_DOWN,
        message("Decisions that a person could turn"),
        message(
            "Of the rows decided against, the share for which a change of at most three inputs, "
            "allowed by the data dictionary, turns the decision."
        ),
        message("Of 100 rows decided against{where}, a possible change turns about {share}"),
    ),
    "recourse_cost": Measure(
        "reasons",
        "score",
        False,
        TURNED_DOWN,
        message("Median cost of turning a decision"),
        message(
            "How much has to change, for the row in the middle: the shares of rows that its "
            "numbers move past, another category counting one half."
        ),
        message("Turning a decision{where} costs {value} in the middle"),
    ),
    "recourse_changes": Measure(
        "reasons",
        "score",
        False,
        TURNED_DOWN,
        message("Inputs changed to turn a decision"),
        message("How many inputs have to change, for the row in the middle."),
        message(
            "To turn a decision{where}, the number of inputs to change is {value} in the middle"
        ),
    ),
    "recourse_cost_difference": Measure(
        "reasons",
        "score",
        False,
        TURNED_DOWN,
        message("Difference in the cost of turning a decision"),
        message(
            "The largest less the smallest of the groups' median costs: whether one group has to "
            "do more for the same decision."
        ),
        message("Between groups{where}, the median cost of turning a decision differs by {value}"),
    ),
    "attribution_noise_agreement": Measure(
        "reasons",
        "score",
        True,
        ROWS,
        message("Explanations under noise"),
        message(
            "How alike the order of the inputs by their Shapley values is after a little noise, as "
            "a rank correlation. 1 is the same order, 0 any order."
        ),
        message("Under a little noise, explanations{where} keep their order with {value} of 1"),
    ),
    "attribution_background_agreement": Measure(
        "reasons",
        "score",
        True,
        ROWS,
        message("Explanations against other background rows"),
        message(
            "How alike the order of the inputs by their Shapley values is when the background rows "
            "are drawn anew, as a rank correlation."
        ),
        message(
            "Against other background rows, explanations{where} keep their order with {value} of 1"
        ),
    ),
    "refit_score_deviation": Measure(
        "reasons",
        "points",
        False,
        ROWS,
        message("Spread of a score between refits"),
        message(
            "The standard deviation of a row's score between models fitted in the same way on "
            "random halves of the rows, none of which saw it."
        ),
        message("Between refits a score{where} varies by {value}, one standard deviation"),
    ),
    "refit_disagreement": Measure(
        "reasons",
        "rate",
        False,
        ROWS,
        message("Refits that decide differently"),
        message(
            "The share of pairs of such models that decide differently about a row (one less the "
            "self-consistency of Cooper et al. 2024)."
        ),
        message("Of 100 pairs of refits, about {share} decide differently about a row{where}"),
    ),
}
"""By metric, in the order that the page shows them."""
