"""Recompute the decision of an audit from its measurements without interplay: numpy and scipy alone.

    python docs/recompute_decision.py runs/<digest>

A reviewer's script, beside `recompute.py`, whose reading, intervals and moderation it uses. It works out which candidates
keep every hard limit with probability 0.95, then the lexicographic choice among them, and prints both decisions. The
limit on several contrasts at once, such as a disparity of more than two groups, is simulated by the audit and taken from it.
"""

import json
import sys
from pathlib import Path

import numpy as np
from recompute import Comparison, Part, common_spread, read
from scipy import stats


def chance(sample, bound, limit):
    """The probability that one deployed model keeps a limit; None for several gaps."""
    values, rows, gaps, bias = sample
    limit = limit + bias[1] if bound == "at_least" else limit - bias[0]  # at the worse end of what bias may be left
    if len(gaps) > 1:
        return None
    if gaps:
        ((values, rows, _),) = gaps.values()
    part = Part(values, rows)
    both = min(part.both, part.member, part.row)
    members, row = part.members * (part.member - both) + part.member, part.row - both
    spread, noise = np.sqrt(members + row), members**2 / part.freedom + row**2 / part.row_freedom
    freedom = (members + row) ** 2 / noise if noise > 0 else min(part.freedom, part.row_freedom)

    def below(edge):
        return stats.t.cdf((edge - part.estimate) / spread, freedom) if spread > 0 else float(edge >= part.estimate)

    at_most = below(limit) - (below(-limit) if gaps else 0.0)
    return 1 - at_most if bound == "at_least" else at_most


def limited(ours, control, bound):
    """What a limit is on: the sample itself, or its distance from the control, member by member and draw by draw."""
    if bound not in ("at_most_below_control", "at_most_above_control"):
        return ours
    if ours is control:
        return np.zeros((2, 3)), 1, {}, (0.0, 0.0)
    members = min(len(ours[0]), len(control[0]))
    sign = 1 if bound == "at_most_above_control" else -1
    bias = ours[3][0] + control[3][1], ours[3][1] + control[3][0]
    return sign * (ours[0][:members] - control[0][:members]), min(ours[1], control[1]), {}, bias[::sign]


def kept(findings):
    """Whether all limits are kept, by Holm's method for keeping all of them."""
    p_values = np.sort([1 - one for one in findings])
    return all(p <= 0.05 / (len(p_values) - place) + 1e-7 for place, p in enumerate(p_values))


def losses(criterion, samples):
    """p[i, j] against "candidate i is worse than j by at most the tolerance", for one metric and contrast."""
    metric, contrast = criterion
    effect = {"contrast": contrast, "tolerance": metric["tolerance"], "metric": metric["key"]}
    having = [place for place, one in enumerate(samples) if one is not None and (not contrast or contrast in one[2])]
    pairs = {(i, j): Comparison(effect, metric, samples[i], samples[j]) for i in having for j in having if i != j}
    above = [pairs[pair].likeliest for pair in pairs if pair[0] < pair[1]]
    prior = common_spread(above)
    if prior is not None:  # all pairs hold no more freedom together than the losses against one candidate
        prior = (*prior[:2], (np.mean([part.members for part in above]) - 1) * (len(having) - 1), 0.0)
    for one in pairs.values():
        one.moderate(prior)
    return {pair: one.numbers(0.05)[3] for pair, one in pairs.items()}


def step(left, criteria):
    """Who of `left` is kept at one aspect; `criteria` are the p values of its headline metrics."""
    rivals = sum(
        len({one for pair in p for one in pair} & set(left)) - 1
        for p in criteria
        if any(set(pair) <= set(left) for pair in p)
    )
    if len(left) == 1 or rivals == 0:
        return left
    level = 1 - 0.95 ** (1 / rivals)
    worse = {pair for p in criteria for pair, value in p.items() if set(pair) <= set(left) and value < level}
    lost = {i for i, _ in worse}
    if lost == set(left):
        lost = {i for i, j in worse if (j, i) not in worse}
    return [one for one in left if one not in lost] or left


def hardly_useful(audit):
    """The treatments whose balanced accuracy is not shown to exceed that of a constant model by more than the tolerance."""
    metric = next(one for one in audit["metrics"] if one["key"] == "balanced_accuracy")
    levels = [one for one in metric["values"] if one["tuning"] == "tuned" and one["low"] is not None]
    return {one["treatment"] for one in levels if one["low"] <= metric["constant"] + metric["tolerance"]}


def main():
    """Print both decisions."""
    folder = Path(sys.argv[1])
    audit, samples = read(folder)
    choices = json.loads((folder / "choices.json").read_text(encoding="utf-8"))
    places = {(tuple(one["candidate"]), one["metric"]): one["place"] for one in choices["places"]}
    candidates = [tuple(one) for one in choices["candidates"]]
    collapsed = {one["name"] for one in audit["treatments"] if one["collapsed"] is not None} | hardly_useful(audit)

    def name(names):
        return " + ".join(names) or "control"

    def sample(candidate, key):
        return samples.get((name(places.get((candidate, key), candidate)), "tuned", key))

    told, admissible = audit["decision"]["limits"], []
    for one in candidates:
        own = [limit for limit in told if limit["treatment"] == name(one)]
        numbers = [limit["probability"] is not None for limit in own]
        found = [
            chance(
                limited(sample(one, limit["metric"]), sample((), limit["metric"]), limit["bound"]),
                limit["bound"],
                limit["declared"],
            )
            for limit in own
            if all(numbers)
        ]
        found = [limit["probability"] if p is None else p for limit, p in zip(own, found, strict=False)]
        if name(one) not in collapsed and all(numbers) and kept(found):
            admissible.append(one)
    left = list(range(len(admissible)))
    for aspect in (one["name"] for one in sorted(audit["aspects"], key=lambda one: one["rank"])):
        criteria = []
        for metric in (one for one in audit["metrics"] if one["aspect"] == aspect and one["headline"]):
            own = [sample(one, metric["key"]) for one in admissible]
            contrasts = dict.fromkeys(name for one in own if one is not None for name in one[2] or [""])
            criteria += [losses((metric, contrast), own) for contrast in contrasts]
        left = step(left, [one for one in criteria if one])
        print(f"{aspect}: {', '.join(name(admissible[place]) for place in left) or 'nobody'}")
    winner = min((admissible[place] for place in left), key=lambda one: (len(one), name(one)), default=None)
    print(f"recomputed: {None if winner is None else name(winner)}")
    print(f"the audit:  {audit['decision']['treatment']}")


if __name__ == "__main__":
    main()
