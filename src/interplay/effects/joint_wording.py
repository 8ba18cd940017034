"""Joint effects in sentences."""

from interplay.effects.combination import Combination
from interplay.effects.joint_effect import JointEffect
from interplay.effects.wording import p_text, tolerated, written
from interplay.quantities import Quantity


def reason_of(effect: JointEffect, found: Combination, family: int, quantity: Quantity) -> str:
    """What was found and why it is flagged or not; `effect` has its numbers."""
    if effect.estimate is None or effect.low is None or effect.high is None or effect.adjusted_p is None:
        raise ValueError("a joint effect without numbers has another reason")
    measured = f"{said(effect)}: {written(quantity.measured(effect.estimate, effect.low, effect.high))}"
    limit = f"twice the tolerance ({tolerated(effect.threshold, quantity)})"
    told = f"adjusted p {p_text(effect.adjusted_p)} over {family:,} joint contrasts"
    if effect.flagged:
        return f"{measured}, {effect.verdict} by more than {limit}; {told}{_mixed(effect)}"
    return f"{measured}, not shown to differ by more than {limit}{_unsettled(effect, found) or f'; {told}'}{_mixed(effect)}"


def said(effect: JointEffect) -> str:
    """What a contrast says, without its size."""
    names = _several(effect.factors)
    words = {
        "main": names,
        "two_way": f"{names} together, against the sum of both",
        "three_way": f"what {names} do together beyond what any two of them do",
        "in_stack": f"{names}, added last to all the others",
        "overlay": f"{names} all together, against the sum of what each does alone",
    }[effect.kind]
    alone = effect.treatments == 2 ** len(effect.factors)
    place = {
        "averaged": "" if alone else ", averaged over the others",
        "baseline": ", with the others off",
        "stack": "",
    }
    return words + place[effect.at]


def _several(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _mixed(effect: JointEffect) -> str:
    if not effect.aliases:
        return ""
    return "; the fraction cannot tell it from " + ", ".join(" x ".join(one) for one in effect.aliases)


def _unsettled(effect: JointEffect, found: Combination) -> str:
    if found.enumerated:
        return ""
    return (
        f"; the direction of the gap is not settled in {len(effect.unsettled)} of {effect.treatments} treatments, so "
        "that it gets no verdict"
    )
