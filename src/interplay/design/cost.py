"""What a design will cost: models, time, memory and disk, said before anything runs."""

from dataclasses import dataclass, replace

from interplay.design.denominators import evaluated
from interplay.design.plan import Design
from interplay.design.ranking import MEMBERS as RANKING_MEMBERS
from interplay.design.treatment import Treatment
from interplay.interventions import (
    ExplanationIntervention,
    GradientIntervention,
    InputIntervention,
    SetIntervention,
    StartIntervention,
)
from interplay.study.model import ModelSection

FLOPS = 1.8e11
"""Useful multiply-adds per second on one core of a small machine, for products of such networks; what is measured is slower."""

PER_DRAW = 26_000
"""Operations of all metrics, refits and sets, for one row of one member in one draw."""

PER_MEMBER, PER_COLUMN = 4.6e10, 4.1e8
"""Operations of attacks on what is released and of guesses, for one member of one arm; and for each column where explanations
are released, which are searched, repeated and held against the model."""

ATTACKED = 2_000
"""Rows that are attacked, at most."""

PLAIN = 3.0
"""Passes over a batch in a step of plain training."""

COMPILE_SECONDS = 3.0
"""First-call cost of one kind of treatment."""

EXPLAINED_BESIDES = 6_000
"""Rows that are explained for attackers, and changed ones; three times, since rows are asked about in small blocks."""

FIXED_BYTES = 1_100_000_000
"""The interpreter with JAX, and its compiler at work on one program per device."""

THREAD_BYTES, THREADS = 250_000_000, 4
"""What each thread that measures takes besides, and how many there are at most."""

PAGES_BYTES = 4_000_000
"""Effects, audit and report."""


@dataclass(frozen=True)
class Cost:
    """Counts and rough figures: `models` includes tuning and as-applied ones; time is for `cores` cores."""

    models: int
    seconds: float
    memory_bytes: int
    disk_bytes: int


def as_applied(design: Design) -> tuple[Treatment, ...]:
    """The treatments that are trained once more as applied, as far as that is known before.

    All of them where the study declares a learning rate; all but the control, whose re-tuned rate it is, where it does
    not; none where a single rate is listed and none but that one is declared.
    """
    model = design.study.model
    if set(model.learning_rates) == {model.learning_rate or model.learning_rates[0]}:
        return ()
    return design.trainings[1:] if model.learning_rate is None else design.trainings


def stacks(design: Design) -> int:
    """How many times all members are trained and measured: every treatment re-tuned, and those as applied."""
    return len(design.trainings) + len(as_applied(design))


def rates_tried(model: ModelSection) -> int:
    """The learning rates that are expected to be tried for a treatment: one more than listed where there are several."""
    listed = len(set(model.learning_rates))
    return listed + (listed > 1)


def cost(
    design: Design,
    columns: int,
    classes: int,
    cores: int = 2,
    operations: float | None = None,
    members: int | None = None,
    fitting: float | None = None,
) -> Cost:
    """Estimate a run from multiply-adds; expect it to be right within a factor of three.

    Raises nothing; `columns` and `classes` are those of the encoded table. `operations` are the multiply-adds
    that score one row, where the model is not the dense network of the study; `members` those of the design unless given;
    `fitting` what training one model takes, where that does not follow from steps.
    """
    study = design.study
    tuning, fleet = rates_tried(study.model) * len(design.tuning_halves), members or design.members
    width = _parameters(design, columns, classes) if operations is None else operations
    per_model = {
        one: _work(design, one, width) if fitting is None else fitting * _passes(design, one) / PLAIN
        for one in design.trainings
    }
    rows, arms = len(design.split.part), stacks(design)
    training = sum(per_model.values()) * (tuning + fleet) + sum(per_model[one] for one in as_applied(design)) * fleet
    ranking = 0 if design.factors.removal is None else RANKING_MEMBERS
    if ranking:
        training += per_model[Treatment()] * ranking
    attacks = arms * fleet * (min(rows, ATTACKED) + _calibration_attacked(design)) * 200 * 3 * width
    explanations = (
        arms * fleet * (12_000 + _asked_to_explain(design, columns)) * width + fleet * 400 * 5_000 * columns * columns
    )
    split = design.split
    drawn = int((evaluated(design) | split.tuning | split.calibration).sum())
    measuring = arms * fleet * (study.draws * drawn * PER_DRAW + PER_MEMBER)
    if any(isinstance(one, ExplanationIntervention) for one in design.factors.all.values()):
        measuring += arms * fleet * columns * PER_COLUMN
    kinds = len({_kind(design, one) for one in design.trainings})
    seconds = (training + attacks + explanations + measuring) / (FLOPS * cores) + kinds * COMPILE_SECONDS + 15
    cells = len(design.comparisons) * 3.2
    stored = 2 * fleet * len(design.trainings) * width * 4 if fitting is None else 0.0  # others are kept by their rows
    disk = int(cells * fleet * (study.draws + 1) * 4 + stored) + PAGES_BYTES
    tables = arms * fleet * rows * classes * 24 + rows * columns * 8 + rows * study.draws * 32
    memory = FIXED_BYTES + THREAD_BYTES * min(cores, THREADS) + tables + 3 * disk
    return Cost(len(design.trainings) * tuning + ranking + arms * fleet, round(seconds, 1), memory, disk)


def cost_at_most(
    design: Design,
    columns: int,
    classes: int,
    cores: int = 2,
    operations: float | None = None,
    fitting: float | None = None,
) -> Cost:
    """The same if every treatment gets all members that may be added, and is measured anew at every look.

    Memory and disk are those of a study that starts with as many; treatments as applied keep the first members.
    """
    first, *later = design.looks
    now = cost(design, columns, classes, cores, operations, fitting=fitting)
    if not later:
        return now
    grown = cost(design, columns, classes, cores, operations, members=later[-1], fitting=fitting)
    trainings, added = len(design.trainings), later[-1] - first
    member = (grown.seconds - now.seconds) / added * trainings / stacks(design)
    return replace(grown, models=now.models + trainings * added, seconds=round(now.seconds + member * sum(later), 1))


def _parameters(design: Design, columns: int, classes: int) -> int:
    widths = (columns, *design.study.model.hidden, classes)
    return sum(widths[at] * widths[at + 1] + widths[at + 1] for at in range(len(widths) - 1))


def _work(design: Design, treatment: Treatment, width: float) -> float:
    return _passes(design, treatment) * design.schedule_of(treatment).steps * design.batch_size * width


def _passes(design: Design, treatment: Treatment) -> float:
    """Passes over the rows: those of plain training, and what interventions add."""
    return PLAIN + sum(design.factors.known[name].passes for name in treatment.interventions)


def _asked_to_explain(design: Design, columns: int) -> int:
    """Rows that each model is asked about beside perturbed ones: for explained rows, rows of the pool, and changed rows."""
    explainers = [one for one in design.factors.all.values() if isinstance(one, ExplanationIntervention)]
    return sum(one.evaluations(columns) * (12 * one.explained_rows + EXPLAINED_BESIDES) for one in explainers)


def _calibration_attacked(design: Design) -> int:
    """Calibration rows that are attacked, where sets are calibrated on them."""
    asked = any(isinstance(one, SetIntervention) and one.attacks_calibration for one in design.factors.layers.values())
    return min(int(design.split.calibration.sum()), ATTACKED) if asked else 0


def _kind(design: Design, treatment: Treatment) -> tuple[str | int, ...]:
    kinds = (InputIntervention, GradientIntervention, StartIntervention)
    known = design.factors.known
    named = (type(known[name]).__name__ for name in treatment.interventions if isinstance(known[name], kinds))
    return (*named, design.schedule_of(treatment).steps)
