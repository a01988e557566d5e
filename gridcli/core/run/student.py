"""Student's t: how far off an estimate may be whose spread is known from few values.

By the expansion of Cornish and Fisher in powers of 1 / freedom (Abramowitz and Stegun, 26.7.5),
which is right to 1 % from 3 degrees of freedom on, at the tails that are asked for here.
"""

from statistics import NormalDist


def t_quantile(probability: float, freedom: float) -> float:
    """The value that t exceeds with a probability of 1 - `probability`."""
    z = NormalDist().inv_cdf(probability)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / freedom**power for power, term in enumerate(terms, 1))
