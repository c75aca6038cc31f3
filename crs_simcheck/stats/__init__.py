"""Numbers only: rows that add, draws of the same size, the jackknife, and the rule of a comparison.

Nothing here knows what is measured. A *unit* is whatever answers independently of the others; it
has *rows*, and a group of units pools its rows by addition. ``rng`` is always passed in.

What studies of judges and of people ask for is imported when it is first used: a gate needs none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crs_simcheck.stats.draws import (
    Allowance,
    Draws,
    cut_once,
    draw_groups,
    draw_pools,
    row_weights,
)
from crs_simcheck.stats.functions import (
    above_zero,
    dense,
    dispersion,
    dispersion_of_lengths,
    entropy_bits,
    pearson,
    pearson_each_with_each,
    positive_columns,
    rarefied_share,
    ratio,
    row_sums,
)
from crs_simcheck.stats.jackknife import jackknife_error, leave_one_out
from crs_simcheck.stats.power import (
    Reference,
    least_drift,
    reference_needed,
    reference_suffices,
    units_needed,
)
from crs_simcheck.stats.rare import RareRate, clopper_pearson, rare_rate, units_to_show
from crs_simcheck.stats.rows import FloatArray, IntArray, Matrix, Pool, Rows, one_hot
from crs_simcheck.stats.rule import (
    CONFIDENCE_LEVEL,
    TAIL,
    ConfidenceInterval,
    Direction,
    Outcome,
    Range,
    confidence_interval,
    decide,
    half_width,
    score,
    sigma_one,
    standard_error,
    t_quantile,
    target_range,
    with_reference,
)

if TYPE_CHECKING:
    from crs_simcheck.stats.agreement import (
        IntraclassCorrelation,
        Scale,
        bias,
        icc_2k,
        krippendorff_alpha,
    )
    from crs_simcheck.stats.correlation import (
        Correlation,
        MeanCorrelation,
        mean_pairwise_pearson,
        pearson_of,
        pearson_test,
        spearman_test,
    )
    from crs_simcheck.stats.estimates import (
        AGREEMENT_LEVEL,
        Estimate,
        mean_estimate,
    )
    from crs_simcheck.stats.foresight import Power, power_of, power_of_rate
    from crs_simcheck.stats.nearer import Approach, approach, distance
    from crs_simcheck.stats.paired import (
        Pairs,
        SwapTest,
        correlation_of_errors,
        cut_pairs,
        difference_interval,
        holm,
        sum_interval,
        swap_test,
    )
    from crs_simcheck.stats.ppi import (
        PredictionPowered,
        ppi_mean,
    )
    from crs_simcheck.stats.sequential import SPENDING, Spending, looks_at, nominal_tails

__all__ = [
    "AGREEMENT_LEVEL",
    "CONFIDENCE_LEVEL",
    "SPENDING",
    "TAIL",
    "Allowance",
    "Approach",
    "ConfidenceInterval",
    "Correlation",
    "Direction",
    "Draws",
    "Estimate",
    "FloatArray",
    "IntArray",
    "IntraclassCorrelation",
    "Matrix",
    "MeanCorrelation",
    "Outcome",
    "Pairs",
    "Pool",
    "Power",
    "PredictionPowered",
    "Range",
    "RareRate",
    "Reference",
    "Rows",
    "Scale",
    "Spending",
    "SwapTest",
    "above_zero",
    "approach",
    "bias",
    "clopper_pearson",
    "confidence_interval",
    "correlation_of_errors",
    "cut_once",
    "cut_pairs",
    "decide",
    "dense",
    "difference_interval",
    "dispersion",
    "dispersion_of_lengths",
    "distance",
    "draw_groups",
    "draw_pools",
    "entropy_bits",
    "half_width",
    "holm",
    "icc_2k",
    "jackknife_error",
    "krippendorff_alpha",
    "least_drift",
    "leave_one_out",
    "looks_at",
    "mean_estimate",
    "mean_pairwise_pearson",
    "nominal_tails",
    "one_hot",
    "pearson",
    "pearson_each_with_each",
    "pearson_of",
    "pearson_test",
    "positive_columns",
    "power_of",
    "power_of_rate",
    "ppi_mean",
    "rare_rate",
    "rarefied_share",
    "ratio",
    "reference_needed",
    "reference_suffices",
    "row_sums",
    "row_weights",
    "score",
    "sigma_one",
    "spearman_test",
    "standard_error",
    "sum_interval",
    "swap_test",
    "t_quantile",
    "target_range",
    "units_needed",
    "units_to_show",
    "with_reference",
]

_LATE = {
    "agreement": {"IntraclassCorrelation", "Scale", "bias", "icc_2k", "krippendorff_alpha"},
    "correlation": {
        *("Correlation", "MeanCorrelation", "mean_pairwise_pearson"),
        *("pearson_of", "pearson_test", "spearman_test"),
    },
    "estimates": {"AGREEMENT_LEVEL", "Estimate", "mean_estimate"},
    "foresight": {"Power", "power_of", "power_of_rate"},
    "nearer": {"Approach", "approach", "distance"},
    "paired": {
        *("Pairs", "SwapTest", "correlation_of_errors", "cut_pairs", "difference_interval"),
        *("holm", "sum_interval", "swap_test"),
    },
    "ppi": {"PredictionPowered", "ppi_mean"},
    "sequential": {"SPENDING", "Spending", "looks_at", "nominal_tails"},
}


def __getattr__(name: str) -> Any:
    """Import what is seldom asked for when it is first used."""
    for module, names in _LATE.items():
        if name in names:
            from importlib import import_module

            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
