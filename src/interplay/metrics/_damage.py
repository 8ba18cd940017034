"""The accuracy that poisoned training rows cost, over some rows."""

from interplay.arrays import Array, Bool
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import CleanTwin, Evidence, Predictions


def damage(evidence: Evidence, among: Bool[Array, " row"] | None = None) -> Sample | NotMeasurable:
    """Accuracy without the poison less accuracy with it, for every member and draw, over the counted rows `among` these."""
    clean, poisoned = evidence.ask(CleanTwin), evidence.ask(Predictions)
    if isinstance(clean, NotMeasurable):
        return clean
    if isinstance(poisoned, NotMeasurable):
        return poisoned
    before, after = (evidence.mean(one.right(evidence.rows), among) for one in (clean, poisoned))
    if isinstance(before, NotMeasurable):
        return before
    if isinstance(after, NotMeasurable):
        return after
    return Sample(before - after, evidence.support(among))
