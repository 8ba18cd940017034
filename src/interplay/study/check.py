"""Whether a study makes sense: known names, and nothing that contradicts itself."""

from collections import Counter
from collections.abc import Iterator, Mapping

from interplay.aspects import RANKED_ASPECTS
from interplay.data.sections import PURPOSES
from interplay.interventions import Intervention
from interplay.metrics import Metric
from interplay.study.faults import Fault, raise_first
from interplay.study.gate import gate_faults
from interplay.study.groupings import grouping_faults
from interplay.study.instances import intervention_faults
from interplay.study.limits import limit_faults, tolerance_faults
from interplay.study.model import Study
from interplay.study.parse import unusable
from interplay.study.positions import Positions
from interplay.study.services import service_faults
from interplay.study.strengths import strength_faults
from interplay.study.wording import quoted


def check(
    study: Study,
    metrics: Mapping[str, type[Metric]],
    interventions: Mapping[str, type[Intervention]],
    where: str | Positions,
) -> None:
    """Check a study against the catalogue and against itself.

    `where` names the study in messages; with the `Positions` of its file (see `locate`) they have line and column.
    Raises `StudyError` for the first fault and counts the others: unknown metrics, groupings, interventions or
    parameters (with the nearest known name), parameters of another type, an intervention listed twice, limits that no
    value can keep or that lie outside the metric's bounds, tolerances that are not above 0, fewer members at most than
    at first, a ranking that does not hold each of the six aspects once, weights that are not between 0 and 1, values
    merged into two groups, columns used for two purposes, and an image without a convolutional model or the other way
    round. Raises `RefusedCombination`, whose remedy is the alternative, when two interventions cannot act on one model.

    Does not show: whether columns, groups and values exist in the data.
    """
    faults = list(unusable(study.model_dump()))
    # Comparisons below need finite numbers.
    raise_first(faults, where)
    faults = [
        *_column_faults(study),
        *grouping_faults(study),
        *_architecture_faults(study),
        *_learning_rate_faults(study),
        *_given_faults(study),
        *intervention_faults(study, interventions),
        *strength_faults(study, interventions),
        *service_faults(study, interventions, metrics),
        *_member_faults(study),
        *_ranking_faults(study),
        *_weight_faults(study),
        *limit_faults(study, metrics),
        *tolerance_faults(study, metrics),
        *gate_faults(study, metrics),
    ]
    raise_first(faults, where)


def _member_faults(study: Study) -> Iterator[Fault]:
    first, most = study.members, study.most_members
    if first is not None and most is not None and most < first:
        step = "raise most_members, or leave it out to add none"
        yield Fault(("most_members",), f"at least the {first} members of the first look", str(most), step)


def _ranking_faults(study: Study) -> Iterator[Fault]:
    ranking = study.priorities.ranking
    times = Counter(ranking)
    wrong = (
        *(f"no {aspect.value!r}" for aspect in RANKED_ASPECTS if not times[aspect]),
        *(f"{aspect.value!r} {times[aspect]} times" for aspect in RANKED_ASPECTS if times[aspect] > 1),
        *(f"{aspect.value!r}, which is measured and not ranked" for aspect in times if aspect not in RANKED_ASPECTS),
    )
    if wrong:
        expected = "each of " + ", ".join(aspect.value for aspect in RANKED_ASPECTS) + " once"
        step = "list the six, the most important first"
        yield Fault(("priorities", "ranking"), expected, "; ".join(wrong), step)


def _weight_faults(study: Study) -> Iterator[Fault]:
    for aspect, weight in study.priorities.weights.items():
        path = ("priorities", "weights", aspect.value)
        if aspect not in RANKED_ASPECTS:
            step = "take it out, or use one of " + ", ".join(one.value for one in RANKED_ASPECTS)
            yield Fault(path, "the weight of a ranked aspect", f"{aspect.value!r}, which is not ranked", step)
        elif not 0 <= weight <= 1:
            step = "write 1 for full severity, 0 for none, or a number between"
            yield Fault(path, f"a weight between 0 and 1 for {aspect.value}", f"{weight:g}", step)


def _architecture_faults(study: Study) -> Iterator[Fault]:
    model, fields = study.model, type(study.model).model_fields
    if model.architecture == "dense":
        given = (key for key in ("image", "filters") if getattr(model, key) != fields[key].default)
        for key in given:
            step = f'write architecture = "convolutional", or take out {key}'
            yield Fault(("model", key), f"a convolutional model for {key}", "architecture = 'dense'", step)
        return
    if model.image is None:
        step = "write image = [height, width], such as [8, 8]"
        yield Fault(("model", "architecture"), "the image that a convolutional model sees", "no model.image", step)
    elif len(model.image) not in (2, 3):
        found = f"{len(model.image)} number{'s' * (len(model.image) != 1)}"
        step = "write image = [height, width], such as [8, 8], or [height, width, channels]"
        yield Fault(("model", "image"), "height and width, and perhaps channels", found, step)
    if not model.filters:
        step = "write [16], or take it out"
        yield Fault(("model", "filters"), "the filters of at least one convolution", "an empty list", step)


def _learning_rate_faults(study: Study) -> Iterator[Fault]:
    rates = study.model.learning_rates
    if not rates:
        step = "list some, such as [0.01, 0.03, 0.1, 0.3, 1.0]"
        yield Fault(("model", "learning_rates"), "at least one rate to choose from", "an empty list", step)
    for index, rate in enumerate(rates):
        if rate <= 0:
            yield Fault(("model", "learning_rates", index), "a rate above 0", f"{rate:g}", "change it, or take it out")


def _given_faults(study: Study) -> Iterator[Fault]:
    """What only trained models have, and what they do not have."""
    model = study.model
    if not model.is_given:
        for key in ("path", "trusted", "classes"):
            if getattr(model, key):
                step = f'write kind = "fitted", or take out {key}'
                yield Fault(("model", key), f"a trained model for {key}", f"kind = {model.kind!r}", step)
        if study.data.trained_on is not None:
            step = 'write kind = "fitted" under [model], or take it out'
            yield Fault(("data", "trained_on"), "a trained model for trained_on", f"kind = {model.kind!r}", step)
        return
    for key in ("members", "most_members"):
        if getattr(study, key) is not None:
            found, step = (
                f"{key} for a model that is trained already",
                "take it out, or give a factory and kind = 'estimator'",
            )
            yield Fault((key,), "one given model, which is measured as it is", found, step)


def _column_faults(study: Study) -> Iterator[Fault]:
    data = study.data
    if data.label is not None and data.label in data.drop:
        found = f"{quoted(data.label)}, the label"
        yield Fault(("data", "drop", data.label), "columns to leave out", found, "take it out of [data.drop]")
    for key, purpose in PURPOSES.items():
        own = getattr(data, key)
        if own is not None and own == data.label:
            found = f"{quoted(own)}, the label"
            yield Fault(("data", key), f"the column that {purpose}", found, "name another column, or take it out")
    unseen: dict[str | None, str] = {
        data.label: "the label",
        **dict.fromkeys(data.drop, "also in [data.drop]"),
        **{getattr(data, key): f"{role} the model does not see" for key, role in _ROLES.items()},
    }
    for index, name in enumerate(data.features or ()):
        if role := unseen.get(name):
            found = f"{quoted(name)}, {role}"
            yield Fault(
                ("data", "features", index), "columns that the model may see", found, "take it out of one place"
            )


_ROLES = {
    "person": "the person, whom",
    "weight": "the weight, which",
    "time": "the time, which",
    "trained_on": "the mark of rows trained on, which",
}
