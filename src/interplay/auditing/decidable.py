"""What a study's rows and members can decide, said or refused before anything is trained."""

from interplay.data.dataset import Dataset
from interplay.design.denominators import evaluated, planned
from interplay.design.plan import Design
from interplay.design.resolution import TOO_FINE, Resolution, few_members, resolution_faults, resolutions, too_fine
from interplay.exhibits import looked_at
from interplay.report.names import clean
from interplay.study import Study
from interplay.study.faults import raise_first
from interplay.study.positions import Positions


def decidable(design: Design, dataset: Dataset) -> tuple[Resolution, ...]:
    """The resolution of every tolerance that the planned rows can be asked about."""
    looked = looked_at(design, dataset, evaluated(design))
    plan = planned(design, dataset, looked.attacked, looked.explained)
    return resolutions(design.metrics, design.study.tolerances, plan)


def refuse_undecidable(study: Study, design: Design, dataset: Dataset, where: Positions | str) -> None:
    """Raise StudyError for a declared tolerance that no number of members can make these rows decide."""
    if study.tolerances:
        raise_first(resolution_faults(decidable(design, dataset)), where)


def statements(design: Design, dataset: Dataset) -> tuple[str, ...]:
    """What usually stays open at this size, as sentences of an audit."""
    fine = too_fine(decidable(design, dataset))
    return (*_few_members(design), *([f"{TOO_FINE}: {'; '.join(fine)}."] if fine else []))


def _few_members(design: Design) -> tuple[str, ...]:
    """A given model has no members to be few."""
    return () if design.is_given else few_members(design.members)


def lines(design: Design, dataset: Dataset) -> tuple[str, ...]:
    """The same as lines of a plan."""
    fine = too_fine(decidable(design, dataset))
    few = [f"Warning    {one}" for one in _few_members(design)]
    listed = [f"Warning    {TOO_FINE}:", *(f"           - {clean(one)}" for one in fine)]
    return (*few, *(listed if fine else []))
