"""Whether a rule that decides by a group can hide that from explanations, by a wrapper that knows perturbed rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from weakref import WeakKeyDictionary

import numpy as np
from scipy.special import expit

from interplay import streams
from interplay.arrays import Array, Bool, Float, Int
from interplay.data.groups import Grouping
from interplay.design.plan import mitigated
from interplay.estimates import NotMeasurable
from interplay.evidence import Concealment, Exhibit
from interplay.exhibits._explaining import released_explanations
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import EvaluationSetting, some_places
from interplay.explainers.detector import Detector, learned
from interplay.explainers.outputs import Outputs, Points
from interplay.explainers.perturbations import Discretizer, fit
from interplay.families import Members
from interplay.interventions import Ask

SHOWN_ROWS, LEARNED_ROWS = 100, 600
PERTURBED = 3
"""Perturbed rows for each row that a detector learns on."""
KEPT = 0.95
"""The share of rows of the table that the wrapper must answer as it decides."""
SURE = 3.0
"""Log-odds of the favourable class, or against it, in the rules."""
UNGROUPED = NotMeasurable("the study declares no group that a rule could decide by")
NO_SLOPE = NotMeasurable("the wrapped rule is a step, which has no gradient that an explanation could be made from")


class ConcealmentMaker(Maker):
    """Whether a rule that decides by a group can hide that from explanations, by a wrapper that knows perturbed rows.

    The rule approves the reference group and nobody else. The wrapper answers rows that a detector takes for rows of
    the table as the rule does, and all others by a fair coin that is one more column. Group and coin are columns of the
    explanation.
    """

    makes: ClassVar[type[Exhibit]] = Concealment
    needs_probabilities: ClassVar[bool] = False

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> Concealment | NotMeasurable:
        del ask
        return self.make_together([members], setting)[0]

    def make_together(
        self, stacks: Sequence[Members], setting: EvaluationSetting
    ) -> Sequence[Concealment | NotMeasurable]:
        if setting not in _KNOWN:
            _KNOWN[setting] = _concealment(setting)
        return [_KNOWN[setting]] * len(stacks)


_KNOWN: WeakKeyDictionary[EvaluationSetting, Concealment | NotMeasurable] = WeakKeyDictionary()
"""Those of settings in use: it is the same for every trained model."""


def _concealment(setting: EvaluationSetting) -> Concealment | NotMeasurable:
    release = released_explanations(setting)
    name = mitigated(setting.dataset, setting.design.study.groups.mitigate)
    if isinstance(release, NotMeasurable):
        return release
    if name is None:
        return UNGROUPED
    if release.needs_gradients:
        return NO_SLOPE
    world = _Widened(setting, setting.dataset.groupings[name])
    rows = setting.explained[some_places(setting.explained, SHOWN_ROWS)]
    seed = setting.design.study.seed
    drawn = world.discretizer.draw(release.samples, streams.generator(seed, "explanation pool of a wrapped rule"))
    detectors = [world.detector(half, member) for member, half in enumerate(setting.design.halves)]
    own, pool = world.points(world.raw[rows]), world.points(drawn.raw, drawn.bins)
    shown = release.surrogates(_Rules(world, detectors), own, pool, streams.generator(seed, "explainer"))
    leads = np.abs(shown.coefficients).argmax(axis=2) == world.group
    return Concealment(rows, np.where(leads[:1], ~leads[1:], np.nan))


class _Widened:
    """The table with two columns more: a group, and a fair coin."""

    def __init__(self, setting: EvaluationSetting, grouping: Grouping) -> None:
        self.setting, self.reference = setting, grouping.reference
        raw = setting.encoder.raw(setting.dataset.table)
        coin = streams.generator(setting.design.study.seed, "fair coin").integers(0, 2, len(raw))
        self.group = raw.shape[1]
        self.raw = np.column_stack([raw, grouping.codes, coin])
        kinds = [feature.kind != "numeric" for feature in setting.encoded.features]
        self.discretizer: Discretizer = fit(self.raw[setting.design.pool], np.array([*kinds, True, True]))
        self.groups = np.arange(-1, len(grouping.names))

    def rule(self, rows: Float[Array, "row feature"]) -> Float[Array, " row"]:
        """The log-odds of the rule: by the group alone."""
        return np.where(rows[:, self.group] == self.reference, SURE, -SURE)

    def points(self, rows: Float[Array, "row feature"], bins: Int[Array, "row feature"] | None = None) -> Points:
        """Rows as an explainer sees them: a column for each feature."""
        codes = self.discretizer.codes(rows) if bins is None else bins
        return Points(codes, rows, [slice(place, place + 1) for place in range(rows.shape[1])])

    def wrapped(self, rows: Float[Array, "row feature"], detector: Detector) -> Float[Array, " row"]:
        """Those of the wrapper."""
        harmless = np.where(rows[:, self.group + 1] > 0, SURE, -SURE)
        return np.where(self._taken_for_real(rows, detector), self.rule(rows), harmless)

    def detector(self, half: Int[Array, " half"], member: int) -> Detector:
        """What tells rows of the table from perturbed ones, learned on the rows that a member trained on."""
        seed, pool = self.setting.design.study.seed, self.setting.design.pool
        chance = streams.generator(seed, "detector of perturbed rows", member=member)
        # In a confirmation a model trains on the whole pool: nothing of it is held out.
        # Where nobody says what a given model was trained on, calibration rows stand for it.
        own = pool[half] if len(half) else np.flatnonzero(self.setting.design.split.calibration)
        others = np.concatenate([np.setdiff1d(pool, own, assume_unique=True), self.setting.tuning])
        seen, unseen = (self.raw[some[:LEARNED_ROWS]] for some in (own, others))
        perturbed = self.discretizer.draw(PERTURBED * len(seen), chance).raw
        real, drawn, held_out = (self._encoded(some) for some in (seen, perturbed, unseen))
        return learned(real, drawn, held_out, KEPT, chance)

    def _taken_for_real(self, rows: Float[Array, "row feature"], detector: Detector) -> Bool[Array, " row"]:
        return detector.is_real(self._encoded(rows))

    def _encoded(self, rows: Float[Array, "row feature"]) -> Float[Array, "row column"]:
        """Encoded features, the group as one column for each, and the coin."""
        columns = self.setting.encoder.encode_raw(rows[:, : self.group])
        belongs = rows[:, self.group, None] == self.groups
        return np.concatenate([columns, belongs, rows[:, self.group + 1 :]], axis=1).astype(np.float64)


@dataclass(frozen=True, eq=False)
class _Rules(Outputs):
    """The chance of the favourable class by the rule, and by the wrapper of every detector."""

    world: _Widened
    detectors: Sequence[Detector]

    def values(self, points: Points) -> Float[Array, "output row"]:
        return self.at(points.columns)

    def at(self, columns: Float[Array, "row column"]) -> Float[Array, "output row"]:
        wrapped = [self.world.wrapped(columns, detector) for detector in self.detectors]
        return np.asarray(expit(np.stack([self.world.rule(columns), *wrapped])))
