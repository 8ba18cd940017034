"""Recompute the joint effects of an audit from its measurements without interplay: numpy and scipy alone.

    python docs/recompute_joint.py runs/<digest>

A reviewer's script, beside `recompute.py`, whose reading, intervals and moderation it uses. It works out every joint
contrast of a study in which every combination is trained, and prints the largest disagreement for each number. With
several planned looks the adjusted p of the audit is corrected once more, and the two are not the same.
"""

import sys
from collections import defaultdict
from itertools import combinations, product
from pathlib import Path

import numpy as np
from recompute import Part, benjamini_hochberg, common_spread, moderate, read


def subsets(names):
    """Every combination."""
    return [set(on) for size in range(len(names) + 1) for on in combinations(names, size)]


def weights(effect, factors):
    """What each combination of interventions counts, by the names that are on."""
    own, whole = effect["factors"], set(factors)
    if effect["kind"] == "in_stack":
        return [(whole, 1.0), (whole - set(own), -1.0)]
    if effect["kind"] == "overlay":
        return [(whole, 1.0), (set(), len(whole) - 1.0), *(({name}, -1.0) for name in factors)]
    over = own if effect["at"] == "baseline" else factors
    scale = 2 ** len(own) / 2 ** len(over)
    return [(on, scale * np.prod([1 if name in on else -1 for name in own])) for on in subsets(over)]


def responses(effect, metric, sample):
    """One treatment's values, positive is worse, the rows behind them, whether the sign of a gap is settled, and by how
    much they may lie below and above the truth.
    """
    bias = (0.0, 0.0) if effect["contrast"] else sample[3]
    if effect["contrast"]:
        values, rows, kind = sample[2][effect["contrast"]]
        if kind == "gap":
            part = Part(values, rows)
            return (values if part.estimate >= 0 else -values), rows, part.settled(), bias
    else:
        values, rows = np.log(sample[0]) if metric["relative"] else sample[0], sample[1]
    return (values, rows, True, bias) if metric["direction"] == "lower_is_better" else (-values, rows, True, bias[::-1])


def cases(effect, audit, samples):
    """The sum as parts of a variance: one for each choice of the signs that are not settled, the estimated ones first; and
    how far it may lie below and above the truth.
    """
    order = [one["name"] for one in audit["interventions"]]
    factors = [*audit["joint"]["design"]["factors"], *filter(None, [effect["layer"]])]
    metric = next(one for one in audit["metrics"] if one["key"] == effect["metric"])
    terms = []
    for on, weight in weights(effect, factors):
        names = on | set(filter(None, [effect["context"]]))
        treatment = " + ".join(name for name in order if name in names) or "control"
        terms.append((weight, *responses(effect, metric, samples[treatment, "tuned", effect["metric"]])))
    members, rows = min(len(term[1]) for term in terms), min(term[2] for term in terms)
    bias = [sum(abs(term[0]) * term[4][at if term[0] > 0 else 1 - at] for term in terms) for at in (0, 1)]
    if not sum(weight * values[:members] for weight, values, *_ in terms).any():
        bias = [0.0, 0.0]
    free = [place for place, term in enumerate(terms) if not term[3]]
    choices = list(product((1, -1), repeat=len(free))) if len(free) <= 3 else [(1,) * len(free), (-1,) * len(free)]
    found = []
    for choice in choices:
        sign = dict(zip(free, choice, strict=True))
        found.append(Part(sum(sign.get(at, 1) * one[0] * one[1][:members] for at, one in enumerate(terms)), rows))
    return found, len(free) <= 3, metric["relative"] and not effect["contrast"], bias


def p_beyond(part, limit):
    """The p value against "between -limit and limit"."""
    ends = (
        (part.p_above(limit), part.p_above(-limit))
        if part.estimate >= 0
        else (part.p_below(limit), part.p_below(-limit))
    )
    return min(1.0, sum(ends))


def main():
    """Print how far the audit and the recomputation lie apart."""
    audit, samples = read(Path(sys.argv[1]))
    tested = [one for one in audit["joint"]["effects"] if one["estimate"] is not None]
    found = [cases(one, audit, samples) for one in tested]
    kinds = defaultdict(list)
    for effect, (parts, _, _, _) in zip(tested, found, strict=True):
        kinds[tuple(effect[key] for key in ("metric", "contrast", "layer", "context", "kind", "at"))].append(parts)
    for same in kinds.values():
        prior = common_spread([max(parts, key=lambda part: part.variance) for parts in same])
        for parts in same:
            for part in parts:
                moderate(part, prior, skewed=len(parts) == 1)
    raw, told, error = [], [], (1 - audit["methods"]["interval_level"]) / 2
    for effect, (parts, every, ratio, bias) in zip(tested, found, strict=True):
        bounds = np.array([part.bounds(error) for part in parts])
        numbers = np.array([parts[0].estimate, bounds[:, 0].min() - bias[1], bounds[:, 1].max() + bias[0]])
        told.append(np.expm1(numbers) if ratio else numbers)
        limit = (np.log1p(effect["threshold"]) if ratio else effect["threshold"]) + max(bias)
        agreed = len({part.estimate > 0 for part in parts}) == 1 and every
        raw.append(max(p_beyond(part, limit) for part in parts) if agreed else 1.0)
    adjusted = benjamini_hochberg(raw)
    print(f"{len(tested)} joint effects")
    for at, name in enumerate(("estimate", "low", "high")):
        apart = max((abs(one[at] - effect[name]) for one, effect in zip(told, tested, strict=True)), default=0.0)
        print(f"{name}: largest difference {apart:.1e}")
    apart = max((abs(one - effect["adjusted_p"]) for one, effect in zip(adjusted, tested, strict=True)), default=0.0)
    print(f"adjusted_p: largest difference {apart:.1e}")


if __name__ == "__main__":
    main()
