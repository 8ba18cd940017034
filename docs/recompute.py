"""Recompute an audit from its measurements without interplay: numpy and scipy alone.

    python docs/recompute.py runs/<digest>

A reviewer's script. It reads `measurements.safetensors`, `measurements.json` and `audit.json` of a run folder, works out
every effect again, estimate, bounds and adjusted p, and prints the largest disagreement for each.
docs/statistics.md says the formulas in words.
"""

import json
import struct
import sys
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy import optimize, special, stats


def read(folder):
    """The audit, and every sample by (treatment, tuning, metric): values (member, draw), rows, contrasts
    by name, and how far the values may on average lie below and above the truth.
    """
    samples = {}
    for stem in ("measurements", "measurements-more"):  # the second holds what added members made anew
        samples |= stored(folder / stem)
    return json.loads((folder / "audit.json").read_text(encoding="utf-8")), samples


def stored(stem):
    """The samples of one pair of files."""
    content = stem.with_suffix(".safetensors").read_bytes()
    size = struct.unpack("<Q", content[:8])[0]
    arrays = {
        name: np.frombuffer(content[8 + size :][slice(*one["data_offsets"])], "<f4").reshape(one["shape"]).astype(float)
        for name, one in json.loads(content[8 : 8 + size]).items()
        if name != "__metadata__"
    }
    samples = {}
    for place, cell in enumerate(json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))["cells"]):
        if "reason" not in cell:
            parts = enumerate(cell["contrasts"])
            gaps = {one["name"]: (arrays[f"{place}/{at}"], one["support"], one["kind"]) for at, one in parts}
            key = name(cell["treatment"]), cell["tuning"], cell["metric"]
            if "against" in cell:  # on the rows that the compared treatment decides rightly too
                key = *key, name(cell["against"])
            samples[key] = arrays[str(place)], cell["support"], gaps, cell["bias"]
    return samples


def name(treatment):
    """How results call a treatment."""
    return " + ".join(treatment) or "control"


class Part:
    """A mean over members with the parts of its variance."""

    def __init__(self, values, rows):
        """`values` by member and draw, draw 0 unweighted; `rows` are the distinct rows behind them."""
        members, draws = len(values), values.shape[1] - 1
        self.estimate, self.members = values[:, 0].mean(), members
        self.member, self.freedom = values[:, 0].var(ddof=1) / members, members - 1
        self.row = values[:, 1:].mean(axis=0).var(ddof=1)
        self.both = max(values[:, 1:].var(axis=1, ddof=1).mean() - self.row, 0) / (members - 1)
        self.row_freedom = 1 / (1 / (draws - 1) + 1 / max(rows - 1, 1))
        self.member_third = third_moment(values[:, 0])
        self.row_third = third_moment(values[:, 1:].mean(axis=0)) / 2  # random weights lean twice as much as rows
        self.member_skewness = 0.0

    @property
    def variance(self):
        """All parts, what both hold once."""
        return max(self.member + self.row - self.both, self.member, self.row)

    @property
    def skewness(self):
        """That of the error of the mean."""
        members = self.member_skewness * self.member**1.5 / np.sqrt(self.members)
        return (members + self.row_third) / self.variance**1.5 if self.variance > 0 else 0.0

    def beyond(self, distance):
        """P(the error exceeds `distance`), of two t's: one for the members, one for what the variance holds beyond it."""
        few, many = np.sqrt([self.member, self.variance - self.member])
        if self.variance == 0:
            return float(distance < 0)
        freedom = self.row_freedom if self.row > self.both else min(self.freedom, self.row_freedom)
        if few == 0 or many == 0:
            return stats.t.sf(distance / (few + many), self.freedom if many == 0 else freedom)
        (small, own), (large, other) = sorted([(few, self.freedom), (many, freedom)])
        scale = gamma_ratio(own)

        def share(angle):  # of the smaller error, tan(angle) long
            longer = np.tan(angle)
            density = scale * (1 + longer**2 / own) ** (-(own + 1) / 2) * (1 + longer**2)
            return density * special.stdtr(other, (small * longer - distance) / large)

        edges = np.arctan(
            np.r_[-np.inf, -30, -3, 0, 3, 30, np.inf, distance / small + np.array([-4, 0, 4]) * large / small]
        )
        return min(sum(rule(share, *pair) for pair in pairwise(np.sort(edges))), 1.0)

    def quantile(self, error):
        """How many standard errors away both bounds lie where the error is symmetric."""
        scale = np.sqrt(self.variance)
        low, high = (stats.t.isf(error, freedom) for freedom in (1e4, min(self.freedom, self.row_freedom)))
        return optimize.brentq(lambda far: np.log(self.beyond(far * scale) / error), low * 0.99, high * 1.5, xtol=1e-13)

    def bounds(self, error=0.05):
        """Lower and upper: symmetric, and that of the longer tail moved outward."""
        scale = np.sqrt(self.variance)
        quantile = self.quantile(error) if scale > 0 else 0.0
        more = abs(self.skewness) * (2 * quantile**2 + 1) / 6
        below, above = quantile + more * (self.skewness < 0), quantile + more * (self.skewness > 0)
        return self.estimate - below * scale, self.estimate + above * scale

    def p_above(self, limit):
        """The p value against "at most `limit`": the error of the lower bound that lies there."""
        return self._p(self.estimate - limit, max(-self.skewness, 0))

    def p_below(self, limit):
        """The p value against "at least `limit`"."""
        return self._p(limit - self.estimate, max(self.skewness, 0))

    def _p(self, distance, lean):
        if self.variance == 0:
            return float(distance <= 0)
        scale = np.sqrt(self.variance)
        far = distance / scale - lean / 6
        if lean > 0 and far > 0:  # the q with q + lean * (2 q ** 2 + 1) / 6 = distance / scale
            far = (np.sqrt(1 + 4 * lean / 3 * far) - 1) / (2 * lean / 3)
        return self.beyond(far * scale)

    def chance_above(self, limit):
        """P(the mean > `limit`)."""
        return self.beyond(limit - self.estimate)

    def settled(self):
        """Whether the sign is known."""
        return self.estimate != 0 and self.beyond(abs(self.estimate)) < 0.025


NODES, WEIGHTS = np.polynomial.legendre.leggauss(60)


def rule(share, low, high):
    """The integral of `share` between two places by Gauss and Legendre."""
    return (high - low) / 2 * WEIGHTS @ share((low + high) / 2 + (high - low) / 2 * NODES)


def gamma_ratio(freedom):
    """The density of t at zero."""
    return np.exp(special.gammaln((freedom + 1) / 2) - special.gammaln(freedom / 2)) / np.sqrt(freedom * np.pi)


def third_moment(values):
    """The third central moment without bias, 0 of two values."""
    return stats.kstat(values, 3) if len(values) > 2 else 0.0


def common_spread(parts):
    """Smyth's prior of the member variances of cells of one kind: variance, degrees of freedom, their cap, and the
    skewness of one member.
    """
    kept = [(part.members * part.member, part.freedom) for part in parts if part.member > 0]
    if len(kept) < 4:
        return None
    squares, half = np.array(kept).T * [[1], [0.5]]
    logs = np.log(squares) - special.digamma(half) + np.log(half)
    excess, cap = logs.var(ddof=1) - special.polygamma(1, half).mean(), 2 * half.sum()
    if excess <= 0:
        prior = np.exp(logs.mean()), np.inf, cap
    else:
        own = np.exp(
            optimize.brentq(lambda x: np.log(special.polygamma(1, np.exp(x)) / excess), np.log(1e-4), np.log(1e8))
        )
        prior = np.exp(logs.mean() + special.digamma(own) - np.log(own)), 2 * own, cap
    cubed = [(part.members * drawn_to(part, prior)[0]) ** 1.5 for part in parts]
    return (*prior, sum(part.member_third for part in parts) / sum(cubed))


def drawn_to(part, prior):
    """The member part of a variance drawn towards a prior, and its degrees of freedom."""
    common, worth, cap = prior[:3]
    own, square = part.members - 1, part.members * part.member
    if part.variance == 0:
        return part.member, part.freedom
    if np.isinf(worth):
        return common / part.members, cap
    return (worth * common + own * square) / (worth + own) / part.members, min(worth + own, max(cap, own))


def moderate(part, prior, skewed=True):
    """Draw a part towards the prior; its skewness only where the sign of the sum is settled."""
    if prior is not None and part.variance > 0:
        part.member, part.freedom = drawn_to(part, prior)
        part.member_skewness = prior[3] if skewed else 0.0


class Comparison:
    """One effect: its cases (one for each pair of signs that the gaps may have) and what bounds it from outside."""

    def __init__(self, effect, metric, treated, control):
        """`treated` and `control` are samples as read; `control` None stands for zero."""
        name = effect["contrast"]
        ours, rows, kind = treated[2][name] if name else (*treated[:2], "value")
        theirs, rows_there = (
            (np.zeros_like(ours), rows) if control is None else (control[2][name] if name else control)[:2]
        )
        common = min(len(ours), len(theirs))
        ours, theirs = ours[:common], theirs[:common]
        self.effect, self.ratio, rows = effect, metric["relative"] and not name, min(rows, rows_there)
        self.tolerance = np.log1p(effect["tolerance"]) if self.ratio else effect["tolerance"]
        self.floor, self.ceiling, self.bias = None, None, (0.0, 0.0)
        if kind == "gap":
            self._by_signs(ours, theirs, rows, control is None)
        else:
            sign = 1 if metric["direction"] == "lower_is_better" else -1
            difference = np.log(ours) - np.log(theirs) if self.ratio else ours - theirs
            self.cases = [(Part(sign * difference, rows), 1.0)]
            self.estimate = self.cases[0][0].estimate
            if not name and difference.any():  # values that are all the same are biased by the same
                there = (0.0, 0.0) if control is None else control[3]
                self.bias = (treated[3][0] + there[1], treated[3][1] + there[0])[::sign]

    def _by_signs(self, ours, theirs, rows, against_zero):
        treated, control = Part(ours, rows), Part(theirs, rows)
        a, b = (1 if part.estimate >= 0 else -1 for part in (treated, control))
        self.estimate = a * treated.estimate - b * control.estimate
        if treated.settled():
            self.ceiling = Part(a * ours, rows)
        if control.settled():
            self.floor = Part(-b * theirs, rows)
        if treated.settled() and (control.settled() or against_zero):
            signs = [(a, b, 1.0)]
        elif control.settled() or against_zero:
            up = treated.chance_above(0)
            signs = [(1, b, up), (-1, b, 1 - up)]
        elif treated.settled():
            up = control.chance_above(0)
            signs = [(a, 1, up), (a, -1, 1 - up)]
        else:
            up = Part(ours + theirs, rows).chance_above(0)
            signs = [(1, 1, up), (-1, -1, 1 - up)]
        self.cases = [(Part(a * ours - b * theirs, rows), weight) for a, b, weight in signs]

    @property
    def kind(self):
        """Cells of one kind lend each other their spread."""
        effect = self.effect
        return effect["metric"], effect["baseline_metric"], effect["baseline"] is None, effect["contrast"]

    @property
    def likeliest(self):
        """The most likely case."""
        return max(self.cases, key=lambda case: case[1])[0]

    def moderate(self, prior):
        """Moderate all parts."""
        for case, _ in self.cases:
            moderate(case, prior, skewed=len(self.cases) == 1)
        for part in filter(None, (self.floor, self.ceiling)):
            moderate(part, prior, skewed=False)

    def numbers(self, error):
        """Estimate, low and high as reported, and the p value of "worse by at most the tolerance"."""
        low = min(part.bounds(error)[0] for part, _ in self.cases) - self.bias[1]
        high = max(part.bounds(error)[1] for part, _ in self.cases) + self.bias[0]
        p_value = max(part.p_above(self.tolerance + self.bias[1]) for part, _ in self.cases)
        if self.floor is not None:
            low, p_value = max(low, self.floor.bounds(error)[0]), min(p_value, self.floor.p_above(self.tolerance))
        if self.ceiling is not None:
            high = min(high, self.ceiling.bounds(error)[1])
        told = (self.estimate, low, high)
        return (*(np.expm1(told) if self.ratio else told), p_value)


def benjamini_hochberg(p_values):
    """Adjusted p values."""
    return stats.false_discovery_control(p_values, method="bh") if len(p_values) else p_values


def effects(audit, samples):
    """Every effect that was tested, by its position: estimate, low, high and adjusted p."""
    metrics, found, kinds, families = (
        {one["key"]: one for one in audit["metrics"]},
        {},
        defaultdict(list),
        defaultdict(list),
    )
    for place, effect in enumerate(audit["effects"]):
        if effect["estimate"] is None:
            continue
        own, tunings = (effect["treatment"], effect["tuning"], effect["metric"]), (effect["tuning"], "tuned")
        baseline = [(effect["baseline"], tuning, effect["baseline_metric"]) for tuning in tunings]
        if (*own, effect["baseline"]) in samples:
            own, baseline = (*own, effect["baseline"]), [(*one, effect["treatment"]) for one in baseline]
        treated = samples[own]
        control = None if effect["baseline"] is None else next(samples[one] for one in baseline if one in samples)
        found[place] = Comparison(effect, metrics[effect["metric"]], treated, control)
        kinds[found[place].kind].append(found[place])
        families[effect["family"]].append(place)
    for same in kinds.values():
        prior = common_spread([one.likeliest for one in same])
        for one in same:
            one.moderate(prior)
    error = (1 - audit["methods"]["interval_level"]) / 2
    numbers = {place: one.numbers(error) for place, one in found.items()}
    adjusted = {}
    for places in families.values():
        p_values = benjamini_hochberg([numbers[place][3] for place in places])
        adjusted |= dict(zip(places, p_values, strict=True))
    return {place: (*one[:3], adjusted[place]) for place, one in numbers.items()}


def main():
    """Print how far the audit and the recomputation lie apart."""
    audit, samples = read(Path(sys.argv[1]))
    found = effects(audit, samples)
    print(f"{len(found)} effects")
    names = ["estimate", "low", "high", "adjusted_p"]
    if audit["methods"]["looks"] is not None:
        names.remove("adjusted_p")  # corrected for the looks besides, which this script does not do
    for at, name in enumerate(names):
        apart = max((abs(one[at] - audit["effects"][place][name]) for place, one in found.items()), default=0.0)
        print(f"{name}: largest difference {apart:.1e}")


if __name__ == "__main__":
    main()
