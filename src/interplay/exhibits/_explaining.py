"""Explanations of all treatments at once: one perturbation pool per member, shared by treatments and rows."""

from collections.abc import Mapping, Sequence

import numpy as np

from interplay import streams
from interplay.arrays import Array, Float, Int
from interplay.estimates import NotMeasurable
from interplay.evidence import Explanations
from interplay.exhibits._setting import EvaluationSetting
from interplay.explainers.evaluated import Explained, LocalModels, ScoredRows
from interplay.families import Members
from interplay.interventions import ExplanationIntervention
from interplay.representations import Neighbourhood

FRESH_SAMPLES = 2_000
"""Fresh points on which the fidelity of an explanation is measured."""
BLOCK = 500
"""Rows that models are asked about at once."""
UNRELEASED = NotMeasurable("the study releases no explanations")


def released_explanations(setting: EvaluationSetting) -> ExplanationIntervention | None:
    """What the study releases as explanations; None where it releases none."""
    known = setting.design.factors.all.values()
    return next((one for one in known if isinstance(one, ExplanationIntervention)), None)


def explanations(setting: EvaluationSetting, arms: Sequence[Members]) -> list[Explanations | NotMeasurable]:
    """Explain the favourable score of every arm's members on the explained rows."""
    found = Explainer(len(arms))(setting, dict(enumerate(arms)))
    return [found[arm] for arm in range(len(arms))]


class Explainer:
    """Explains members as `explanations` does, and none of them twice.

    An arm is known by its place among `arms`, and must have the same members at every call, or more. Most of the work
    is on the pool of a member, whatever the number of arms: those that are not asked about are filled up with one that
    is, so that the numbers of an arm do not depend on which others are asked about.
    """

    def __init__(self, arms: int) -> None:
        self._arms = arms
        self._known: dict[tuple[int, int], Explained] = {}

    def __call__(
        self, setting: EvaluationSetting, asked: Mapping[int, Members]
    ) -> dict[int, Explanations | NotMeasurable]:
        """The explanations of the arms at these places."""
        release = released_explanations(setting)
        if release is None:
            return dict.fromkeys(asked, UNRELEASED)
        members = range(len(setting.design.halves))
        self._explain(setting, release, asked, members)
        return {arm: _exhibit(setting, [self._known[arm, member] for member in members]) for arm in asked}

    def _explain(
        self,
        setting: EvaluationSetting,
        release: ExplanationIntervention,
        asked: Mapping[int, Members],
        members: Sequence[int],
    ) -> None:
        around = setting.around
        for member in members:
            new = [arm for arm in asked if (arm, member) not in self._known]
            if new:
                filled = [asked[arm if arm in new else new[0]] for arm in range(self._arms)]
                made = _member(setting, release, around, filled, member)
                self._known |= {(arm, member): made[arm] for arm in new}


def scored_rows(
    setting: EvaluationSetting,
    bins: Int[Array, "row feature"],
    columns: Float[Array, "row column"],
    log_probabilities: Float[Array, "model row label"],
) -> ScoredRows:
    """Rows with what every model says of them."""
    entropies = -(np.exp(log_probabilities) * log_probabilities).sum(axis=2)
    return ScoredRows(bins, columns, setting.margins(log_probabilities), np.where(entropies > 0, entropies, 0.0))


class SharedPool:
    """Perturbed rows that are the same for all models, and what every model of several stacks says of them."""

    def __init__(self, setting: EvaluationSetting, stacks: Sequence[Members], release: ExplanationIntervention) -> None:
        self.setting, self.stacks, self.release = setting, stacks, release
        self.around = setting.around
        chance = streams.generator(setting.design.study.seed, "explanation pool of all models")
        self.pool = self.scored(*self.around.drawn(release.samples, chance))

    def scored(self, bins: Int[Array, "row feature"], columns: Float[Array, "row column"]) -> ScoredRows:
        """These rows with what every model says of them."""
        return scored_rows(self.setting, bins, columns, self.log_probabilities(columns))

    def log_probabilities(self, columns: Float[Array, "row column"]) -> Float[Array, "model row label"]:
        """What every model says of rows; asked for in blocks of one size, for which models are compiled once."""
        filled = np.resize(np.arange(len(columns)), -(-len(columns) // BLOCK) * BLOCK)
        return np.concatenate([stack.log_probabilities(columns[filled])[:, : len(columns)] for stack in self.stacks])

    def local_models(self, own: ScoredRows) -> LocalModels:
        """The local models behind the explanations of these rows."""
        return self.release.local_models(own, self.pool)

    def by_stack(self, values: Float[Array, "model some"]) -> list[Float[Array, "member some"]]:
        """Values of all models, stack by stack."""
        return np.split(values, np.cumsum([len(stack) for stack in self.stacks])[:-1])


def _member(
    setting: EvaluationSetting,
    release: ExplanationIntervention,
    around: Neighbourhood,
    arms: list[Members],
    member: int,
) -> Sequence[Explained]:
    models, seed = arms[0].beside(arms, member), setting.design.study.seed

    def scored(bins: Int[Array, "row feature"], columns: Float[Array, "row column"]) -> ScoredRows:
        return scored_rows(setting, bins, columns, models.log_probabilities(columns))

    def drawn(purpose: str, count: int) -> ScoredRows:
        return scored(*around.drawn(count, streams.generator(seed, purpose, member=member)))

    own = scored(around.bins(setting.explained), setting.encoded.matrix[setting.explained])
    first, second = (drawn(purpose, release.samples) for purpose in ("explanation pool", "second explanation pool"))
    return release.explain(own, first, second, drawn("fresh points", FRESH_SAMPLES))


def _exhibit(setting: EvaluationSetting, members: list[Explained]) -> Explanations:
    return Explanations(setting.explained, *(np.stack(part) for part in zip(*members, strict=True)))
