"""The miscoverage at which a threshold has to be taken, so that a promised coverage holds with a confidence."""

import numpy as np
from scipy import special


def assured_miscoverage(rows: int, miscoverage: float, confidence: float) -> float:
    """The miscoverage whose order statistic covers at least 1 - `miscoverage` with chance `confidence` over calibration rows.

    assured_miscoverage = (n + 3/2 - k) / (n + 1), k the smallest rank with P(B >= 1 - miscoverage) >= confidence,
    B ~ Beta(k, n + 1 - k), n = rows

    so that the ceil((n + 1) * (1 - assured_miscoverage))-th smallest of n scores is the k-th. Both arguments lie in (0, 1); 0
    where not even the largest score covers enough. Smaller than `miscoverage` wherever `confidence` is a half or more.

    Reference: Vovk (2012), Proposition 2a; Bates et al. (2021), section 3.1, with the exact binomial tail.

    Example:
        >>> assured_miscoverage(20, 0.1, 0.9), round(assured_miscoverage(200, 0.1, 0.9), 4)
        (0.0, 0.0771)
        >>> assured_miscoverage(22, 0.1, 0.9) > 0  # .9 ** 22 = .098
        True

    Does not show: what rows unlike those that calibrated do.
    """
    ranks = np.arange(1, rows + 1)
    enough = ranks[special.betaincc(ranks, rows + 1 - ranks, 1 - miscoverage) >= confidence]
    return float((rows + 1.5 - enough[0]) / (rows + 1)) if len(enough) else 0.0
