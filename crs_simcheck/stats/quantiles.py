"""Quantiles and tails of the beta distribution, Student's t and F, in plain Python.

Importing ``scipy.special`` takes longer than all the quantiles of a run. All functions agree with
scipy's to ten digits.
"""

from __future__ import annotations

import math
from functools import lru_cache

__all__ = ["beta_quantile", "beta_share", "f_quantile", "student_quantile", "student_tails"]

_PRECISION = 1e-13
_TINY = 1e-300
_MOST_STEPS = 100
_MOST_FRACTIONS = 100_000
# From here on Stirling's series has sixteen digits.
_LARGE = 15.0
_HALF_LOG_TAU = 0.9189385332046727


@lru_cache(maxsize=4096)
def beta_quantile(a: float, b: float, p: float) -> float:
    """Return x at which the regularised incomplete beta function I_x(a, b) is p.

    Parameters
    ----------
    a, b:
        Above 0.
    p:
        Between 0 and 1, ends excluded.
    """
    if not (a > 0 and b > 0 and 0 < p < 1):
        raise ValueError(f"no quantile of beta({a}, {b}) at {p}")
    return math.exp(_log_share(_log_odds(a, b, p) if p <= 0.5 else -_log_odds(b, a, 1 - p)))


@lru_cache(maxsize=4096)
def student_quantile(degrees: float, p: float) -> float:
    """Return the quantile of Student's t, for p from ½ to 1, ends excluded.

    With ν degrees of freedom ν / (ν + t²) follows beta(ν/2, ½), and lies below its value at the
    quantile where t lies beyond the quantile to either side: with probability 2 (1 − p).
    """
    if not (degrees > 0 and 0.5 < p < 1):
        raise ValueError(f"no quantile of t with {degrees} degrees of freedom at {p}")
    # t² / ν is (1 − x) / x of the beta variable.
    return math.sqrt(degrees * math.exp(-_log_odds(degrees / 2, 0.5, 2 * (1 - p))))


@lru_cache(maxsize=4096)
def f_quantile(above: float, below: float, p: float) -> float:
    """Return the quantile of F, the ratio of two mean squares, at p.

    With ν₁ and ν₂ degrees of freedom ν₁ F / (ν₁ F + ν₂) follows beta(ν₁/2, ν₂/2).

    Parameters
    ----------
    above, below:
        ν₁ and ν₂, the degrees of freedom of the numerator and of the denominator.
    p:
        Between 0 and 1, ends excluded.
    """
    if not (above > 0 and below > 0 and 0 < p < 1):
        raise ValueError(f"no quantile of F with {above} and {below} degrees of freedom at {p}")
    a, b = above / 2, below / 2
    odds = _log_odds(a, b, p) if p <= 0.5 else -_log_odds(b, a, 1 - p)
    return below / above * math.exp(odds)


def beta_share(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b): the share of beta(a, b) below x.

    Parameters
    ----------
    a, b:
        Above 0.
    x:
        From 0 to 1.
    """
    if not (a > 0 and b > 0 and 0 <= x <= 1):
        raise ValueError(f"no share of beta({a}, {b}) below {x}")
    return float(x) if x in (0, 1) else _share_below(a, b, x, 1 - x)


def student_tails(degrees: float, t: float) -> float:
    """Return how often Student's t lies at least as far from 0 as ``t``, to either side."""
    if not (degrees > 0 and not math.isnan(t)):
        raise ValueError(f"no tails of t with {degrees} degrees of freedom beyond {t}")
    if math.isinf(t):
        return 0.0
    total = degrees + t * t
    return 1.0 if t == 0 else _share_below(degrees / 2, 0.5, degrees / total, t * t / total)


def _share_below(a: float, b: float, x: float, rest: float) -> float:
    """Return I_x(a, b) for x and 1 − x, each with all its digits, and neither 0."""
    logs = a * (math.log(x) if x < 0.5 else math.log1p(-rest))
    logs += b * (math.log(rest) if rest < 0.5 else math.log1p(-x))
    slope = math.exp(logs - _log_beta(a, b))
    if x < (a + 1) / (a + b + 2):
        return slope * _fraction(a, b, x) / a
    return 1 - slope * _fraction(b, a, rest) / b


def _log_odds(a: float, b: float, p: float) -> float:
    """Return log(x / (1 − x)) of the quantile x at p.

    As a function of the log odds u, log I is increasing and concave, and below its asymptote
    a·u − log(a B): Newton's method, from the left of the root, goes straight up to it.
    """
    log_beta = _log_beta(a, b)
    # Two standard deviations below the middle, or where the asymptote meets p.
    odds = math.log(a) - math.log(b) - 2 * math.sqrt(1 / a + 1 / b)
    odds = max(odds, (math.log(p) + math.log(a) + log_beta) / a)
    for _ in range(_MOST_STEPS):
        x, rest = math.exp(_log_share(odds)), math.exp(_log_share(-odds))
        # The derivative of I by u is x^a (1 − x)^b / B(a, b).
        slope = a * _log_share(odds) + b * _log_share(-odds) - log_beta
        if x < (a + 1) / (a + b + 2):
            share = _fraction(a, b, x) / a  # I over its derivative
            below = slope + math.log(share)
        else:
            whole = 1 - math.exp(slope) * _fraction(b, a, rest) / b
            share, below = whole / math.exp(slope), math.log(whole)
        step = (math.log(p) - below) * share
        odds += step
        if abs(step) <= _PRECISION * max(1.0, abs(odds)):
            break
    return odds


def _log_share(odds: float) -> float:
    """Return log x for the log odds of x."""
    return -math.log1p(math.exp(-odds)) if odds > 0 else odds - math.log1p(math.exp(odds))


def _fraction(a: float, b: float, x: float) -> float:
    """Return the continued fraction of the incomplete beta function, by Lentz's method.

    Source: Press et al., Numerical Recipes, 6.4; it converges fast for x < (a + 1) / (a + b + 2).
    """
    c, d = 1.0, 1 / _nonzero(1 - (a + b) * x / (a + 1))
    result = d
    for m in range(1, _MOST_FRACTIONS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / _nonzero(1 + even * d)
        c = _nonzero(1 + even / c)
        result *= c * d
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / _nonzero(1 + odd * d)
        c = _nonzero(1 + odd / c)
        result *= c * d
        if abs(c * d - 1) <= 1e-15:
            break
    return result


def _nonzero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _log_beta(a: float, b: float) -> float:
    """Return log B(a, b) without the differences of large logarithms.

    Source: Stirling's series, arranged as by Didonato and Morris (1992), algorithm 708.
    """
    small, large = min(a, b), max(a, b)
    total = a + b
    if large < _LARGE:
        return math.lgamma(a) + math.lgamma(b) - math.lgamma(total)
    rest = _stirling_rest(large) - _stirling_rest(total)
    if small < _LARGE:
        known = math.lgamma(small) + small - small * math.log(total)
        return known + rest + (large - 0.5) * math.log1p(-small / total)
    known = _HALF_LOG_TAU - 0.5 * math.log(large) + _stirling_rest(small)
    scaled = (small - 0.5) * math.log(small / total) + large * math.log1p(-small / total)
    return known + rest + scaled


def _stirling_rest(z: float) -> float:
    """Return log Γ(z) − ((z − ½) log z − z + ½ log 2π) for a large z."""
    w = 1 / (z * z)
    return (1 / 12 - w * (1 / 360 - w * (1 / 1260 - w * (1 / 1680 - w * (1 / 1188))))) / z
