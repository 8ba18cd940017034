"""Whole audits of 300 cells: 30 treatments against one control, ten metrics, all on the same members and rows.

Seven metrics are rates between .65 and .96, two are gaps between groups (of half and of 15 % of the rows), and one is a
ratio of sizes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.calibration.simulated import Gap, Rate, Ratio, Share, Simulated, number
from benchmarks.calibration.world import Crowd, Draws
from interplay.arrays import Array, Bool, Float
from interplay.aspects import Aspect
from interplay.design.comparison import Comparison
from interplay.design.treatment import Treatment
from interplay.effects.compare import compare
from interplay.effects.effect import Effect
from interplay.effects.families import STRICT
from interplay.estimates import Sample
from interplay.measurement.measurements import Cell, Measurements
from interplay.metrics.accuracy_disparity import AccuracyDisparity
from interplay.metrics.set_size import SetSize
from interplay.statistics.group_sequential import Looks

CONTROL = Treatment()
TREATMENTS = tuple(Treatment((f"treatment {number}",)) for number in range(1, 31))
LEVELS = 0.65, 0.75, 0.80, 0.85, 0.90, 0.93, 0.96
METRICS: tuple[Simulated, ...] = (
    *(Rate(Share(number=number), level) for number, level in enumerate(LEVELS)),
    Gap(AccuracyDisparity("half"), level=0.85, share=0.50, gap=0.05),
    Gap(AccuracyDisparity("minority"), level=0.85, share=0.15, gap=0.0),
    Ratio(SetSize()),
)
RATES = slice(0, len(LEVELS))
SHAPE = len(TREATMENTS), len(METRICS)

Tolerances = Float[Array, "treatment metric"]


@dataclass(frozen=True, eq=False)
class Truth:
    """How much worse each treatment is, and how that varies between members, both in tolerances."""

    worse: Tolerances
    spreads: Tolerances

    @property
    def effects(self) -> Tolerances:
        """The true effects in tolerances."""
        return np.stack([one.truth(self.worse[:, place]) for place, one in enumerate(METRICS)], axis=1)


def heavy_tailed(random: np.random.Generator) -> Tolerances:
    """Spreads around half a tolerance; in one cell of ten four times as much. No common prior fits them."""
    spreads = 0.5 * np.exp(0.5 * random.standard_normal(SHAPE)) * np.where(random.random(SHAPE) < 0.1, 4.0, 1.0)
    return np.asarray(np.minimum(spreads, 6.0))


def measured(
    random: np.random.Generator, truths: Sequence[Truth], members: int, rows: Sequence[int], draws: int
) -> dict[tuple[int, int], Measurements]:
    """What an audit measures under each truth and on each number of rows, with the same members and rows."""
    weights = Draws.of(random, max(rows), draws)
    crowd = Crowd.of(random, len(TREATMENTS), members, max(rows))
    samples: dict[tuple[int, int], dict[Cell, Sample]]
    samples = {(place, some): {} for place in range(len(truths)) for some in rows}
    for column, one in enumerate(METRICS):
        noise = crowd.noise()
        for (place, some), found in samples.items():
            truth, first = truths[place], slice(0, some)
            own = one.samples(noise.at(first), weights.at(first), truth.worse[:, column], truth.spreads[:, column])
            for treatment, sample in zip((CONTROL, *TREATMENTS), own, strict=True):
                found[Cell(treatment, "tuned", one.metric.key)] = sample
    metrics = {one.metric.key: one.metric for one in METRICS}
    return {at: Measurements(found, metrics, {}, {}) for at, found in samples.items()}


COMPARISONS = tuple(
    Comparison(
        treatment=treatment,
        baseline=CONTROL,
        metric=one.metric.key,
        baseline_metric=one.metric.key,
        applied=treatment.interventions,
        source=(Aspect.PRIVACY,),
        target=one.metric.aspect,
        probe="simulated/probe",
        primary=True,
    )
    for treatment in TREATMENTS
    for one in METRICS
)


@dataclass(frozen=True, eq=False)
class Verdicts:
    """The verdicts of an audit's cells, each array by treatment and metric.

    `harm` after Benjamini and Hochberg's correction, `strict` after Holm's too; `clear` where harm beyond the tolerance
    is ruled out; `above` and `below` where a bound passes the tolerance before any correction for many comparisons.
    """

    harm: Bool[Array, "treatment metric"]
    strict: Bool[Array, "treatment metric"]
    clear: Bool[Array, "treatment metric"]
    above: Bool[Array, "treatment metric"]
    below: Bool[Array, "treatment metric"]


def verdicts(measurements: Measurements, members: int, looks: Looks | None = None) -> Verdicts:
    """The verdicts of the first so many members, all cells confirmatory."""
    samples = {
        cell: sample.first(members) for cell, sample in measurements.samples.items() if isinstance(sample, Sample)
    }
    found = compare(replace(measurements, samples=samples), COMPARISONS, {}, looks).effects
    return Verdicts(
        harm=_each(found, lambda one: one.verdict == "harm"),
        strict=_each(found, lambda one: one.verdict == "harm" and number(one.holm_p) <= STRICT),
        clear=_each(found, lambda one: one.verdict in ("no_material_harm", "improvement")),
        above=_each(found, lambda one: number(one.low) > one.tolerance),
        below=_each(found, lambda one: number(one.high) < one.tolerance),
    )


def _each(found: Sequence[Effect], says: Callable[[Effect], bool]) -> Bool[Array, "treatment metric"]:
    return np.array([says(one) for one in found]).reshape(SHAPE)
