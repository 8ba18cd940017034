"""What treatments with poisoned training rows are held against: the same members, trained on the rows as they are."""

from collections.abc import Mapping

from interplay.design.factors import Factors
from interplay.design.treatment import Treatment
from interplay.estimates import NotMeasurable
from interplay.evidence import CleanTwin, Predictions
from interplay.exhibits import EvaluationSetting, Memo
from interplay.families import Members
from interplay.measurement.measurements import Tuning as Arm
from interplay.training.train import Fleet

NO_POISON = NotMeasurable("no training row of this treatment is poisoned")


def clean_twin(
    setting: EvaluationSetting, arms: Mapping[tuple[Treatment, Arm], Members], place: tuple[Treatment, Arm]
) -> CleanTwin | NotMeasurable:
    """What the twin of an arm predicts that has no poisoned row: as applied where both are, else re-tuned."""
    treatment, arm = place
    clean = setting.design.factors.clean(treatment)
    if clean is None:
        return NO_POISON
    twin = arms.get((clean, arm), arms.get((clean, "tuned")))
    if twin is None:
        return NotMeasurable(f"{clean.name} is not among what is measured")
    return predicted(setting, twin)


def predicted(setting: EvaluationSetting, twin: Members) -> CleanTwin | NotMeasurable:
    """What a twin predicts."""
    seen = Memo(twin, setting).ask(Predictions)
    if isinstance(seen, NotMeasurable):
        return seen
    return CleanTwin(seen.log_probabilities, seen.decisions, seen.cuts, seen.refits)


def changes_as_applied(built: Factors, fleet: Fleet, treatment: Treatment) -> bool:
    """Whether a treatment has other models as applied than re-tuned, or its twin has."""
    twin = built.clean(treatment)
    sides = [treatment] if twin is None or twin not in fleet.tuned else [treatment, twin]
    return any(fleet.as_applied[one] is not fleet.tuned[one] for one in sides)
