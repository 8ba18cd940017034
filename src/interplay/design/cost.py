"""What a design will cost: models, time, memory and disk, said before anything runs."""

from dataclasses import dataclass, replace

from interplay.design.plan import Design
from interplay.design.treatment import Treatment
from interplay.interventions import GradientIntervention, InputIntervention
from interplay.interventions.adversarial_training import AdversarialTraining
from interplay.models.network import Network

FLOPS = 3e10
"""Useful multiply-adds per second on one core of a small machine, for the small products of such networks."""

COMPILE_SECONDS = 3.0
"""First-call cost of one kind of treatment."""

FIXED_BYTES = 1_100_000_000
"""The interpreter with JAX, and its compiler at work on one program per device."""

PAGES_BYTES = 4_000_000
"""Effects, audit and report."""


@dataclass(frozen=True)
class Cost:
    """Counts and rough figures: `models` includes tuning and as-applied ones; time is for `cores` cores."""

    models: int
    seconds: float
    memory_bytes: int
    disk_bytes: int


def cost(design: Design, columns: int, classes: int, cores: int = 2, network: Network | None = None) -> Cost:
    """Estimate a run from multiply-adds; expect it to be right within a factor of three.

    Raises nothing; `columns` and `classes` are those of the encoded table. `network` is the one that is trained, where
    it is not the dense one of the study.
    """
    study = design.study
    grid = len(study.model.learning_rates) + 1
    tuning, fleet = grid * len(design.tuning_halves), design.members
    width = _parameters(design, columns, classes) if network is None else max(network.operations(columns), network.size)
    per_model = {one: _work(design, one, width) for one in design.trainings}
    control = per_model[Treatment()]
    training = sum(work * (tuning + 2 * fleet) for work in per_model.values()) - control * fleet
    rows, arms = len(design.split.part), 2 * len(design.trainings) - 1
    attacks = arms * fleet * min(rows, 2_000) * 200 * 3 * width
    explanations = arms * fleet * 12_000 * width + fleet * 400 * 5_000 * columns * columns
    sets = arms * fleet * 4 * study.draws * rows * 40
    kinds = len({_kind(design, one) for one in design.trainings})
    seconds = (training + attacks + explanations + sets) / (FLOPS * cores) + kinds * COMPILE_SECONDS + 15
    cells = len(design.comparisons) * 3.2
    disk = int(cells * fleet * (study.draws + 1) * 4 + 2 * fleet * len(design.trainings) * width * 4) + PAGES_BYTES
    tables = arms * fleet * rows * classes * 24 + rows * columns * 8 + rows * study.draws * 32
    memory = FIXED_BYTES + tables + 3 * disk
    return Cost(len(design.trainings) * (tuning + 2 * fleet) - fleet, round(seconds, 1), memory, disk)


def cost_at_most(design: Design, columns: int, classes: int, cores: int = 2, network: Network | None = None) -> Cost:
    """The same if every treatment gets all members that may be added, and is measured anew at every look.

    Memory and disk are those of a study that starts with as many; treatments as applied keep the first members.
    """
    first, *later = design.looks
    now = cost(design, columns, classes, cores, network)
    if not later:
        return now
    grown = cost(design.with_members(later[-1]), columns, classes, cores, network)
    trainings, added = len(design.trainings), later[-1] - first
    member = (grown.seconds - now.seconds) / added * trainings / (2 * trainings - 1)
    return replace(grown, models=now.models + trainings * added, seconds=round(now.seconds + member * sum(later), 1))


def _parameters(design: Design, columns: int, classes: int) -> int:
    widths = (columns, *design.study.model.hidden, classes)
    return sum(widths[at] * widths[at + 1] + widths[at + 1] for at in range(len(widths) - 1))


def _work(design: Design, treatment: Treatment, width: float) -> float:
    passes = 3.0
    for name in treatment.interventions:
        one = design.factors.known[name]
        if isinstance(one, InputIntervention):
            passes += 3.0 * (one.attack_steps if isinstance(one, AdversarialTraining) else 10)
        if isinstance(one, GradientIntervention):
            passes += 2.0
    return passes * design.study.model.steps * design.batch_size * width


def _kind(design: Design, treatment: Treatment) -> tuple[str, ...]:
    kinds = (InputIntervention, GradientIntervention)
    known = design.factors.known
    return tuple(type(known[name]).__name__ for name in treatment.interventions if isinstance(known[name], kinds))
