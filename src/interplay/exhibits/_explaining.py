"""Explanations of all treatments at once: one perturbation pool per member, shared by treatments and rows."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from interplay import streams
from interplay.arrays import Array, Float, Int
from interplay.estimates import NotMeasurable
from interplay.evidence import Explanations
from interplay.exhibits._setting import EvaluationSetting
from interplay.explainers.evaluated import Explained, explained
from interplay.explainers.outputs import ModelOutputs, Outputs, Points, Score
from interplay.explainers.surrogates import Surrogates
from interplay.families import Members
from interplay.interventions import ExplanationIntervention
from interplay.representations import Neighbourhood

FRESH_SAMPLES = 2_000
"""Fresh points on which the fidelity of an explanation is measured."""
BLOCK = 500
"""Rows that models are asked about at once."""
UNRELEASED = NotMeasurable("the study releases no explanations")
NO_GRADIENTS = NotMeasurable("the explanations are made from gradients, which these models do not have; release others")


def released_explanations(
    setting: EvaluationSetting, stacks: Iterable[Members] = ()
) -> ExplanationIntervention | NotMeasurable:
    """What the study releases as explanations; a reason where it releases none, or none that these members could have."""
    known = setting.design.factors.all.values()
    release = next((one for one in known if isinstance(one, ExplanationIntervention)), None)
    if release is None:
        return UNRELEASED
    return NO_GRADIENTS if release.needs_gradients and not all(one.has_gradients for one in stacks) else release


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
        release = released_explanations(setting, asked.values())
        if isinstance(release, NotMeasurable):
            return dict.fromkeys(asked, release)
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


class SharedPool:
    """Perturbed rows that are the same for all models, and what every model of several stacks says of them."""

    def __init__(self, setting: EvaluationSetting, stacks: Sequence[Members], release: ExplanationIntervention) -> None:
        self.setting, self.stacks, self.release = setting, stacks, release
        self.around = setting.around
        chance = streams.generator(setting.design.study.seed, "explanation pool of all models")
        self.pool = self.around.drawn(release.samples, chance)
        self.scores = ModelOutputs(self, score(setting))

    def log_probabilities(self, columns: Float[Array, "row column"]) -> Float[Array, "model row label"]:
        """What every model says of rows; asked for in blocks of one size, for which models are compiled once."""
        filled = _filled(len(columns))
        return np.concatenate([stack.log_probabilities(columns[filled])[:, : len(columns)] for stack in self.stacks])

    def pulled_back(
        self, columns: Float[Array, "row column"], slopes: Float[Array, "model row label"]
    ) -> Float[Array, "model row column"]:
        """The gradients of slope * log-probability of every model, in blocks too."""
        filled, parts = _filled(len(columns)), self.by_stack(slopes)
        pairs = zip(self.stacks, parts, strict=True)
        return np.concatenate(
            [stack.pulled_back(columns[filled], part[:, filled])[:, : len(columns)] for stack, part in pairs]
        )

    def explain(self, outputs: Outputs, own: Points, pool: Points) -> Surrogates:
        """The explanations of outputs; whoever asks twice gets the same."""
        random = streams.generator(self.setting.design.study.seed, "explainer")
        return self.release.surrogates(outputs, own, pool, random)

    def local_models(self, own: Points) -> Surrogates:
        """The local models behind the explanations of these rows."""
        return self.explain(self.scores, own, self.pool)

    def by_stack(self, values: Array) -> list[Array]:
        """Values of all models, stack by stack."""
        return np.split(values, np.cumsum([len(stack) for stack in self.stacks])[:-1])


def pooled(setting: EvaluationSetting, stacks: Sequence[Members]) -> SharedPool | NotMeasurable:
    """Perturbed rows that are the same for all models of these stacks; a reason where nothing can be explained."""
    release = released_explanations(setting, stacks)
    return release if isinstance(release, NotMeasurable) else SharedPool(setting, stacks, release)


def _filled(count: int) -> Int[Array, " place"]:
    return np.resize(np.arange(count), -(-count // BLOCK) * BLOCK)


def score(setting: EvaluationSetting) -> Score:
    """What is explained."""
    return Score(setting.dataset.favourable, setting.margins)


def _member(
    setting: EvaluationSetting,
    release: ExplanationIntervention,
    around: Neighbourhood,
    arms: list[Members],
    member: int,
) -> Sequence[Explained]:
    models, seed = arms[0].beside(arms, member), setting.design.study.seed
    random = streams.generator(seed, "explainer", member=member)

    def explain(outputs: Outputs, own: Points, pool: Points) -> Surrogates:
        return release.surrogates(outputs, own, pool, random)

    def drawn(purpose: str, count: int) -> Points:
        return around.drawn(count, streams.generator(seed, purpose, member=member))

    own = around.points(setting.explained, setting.encoded)
    first, second = (drawn(purpose, release.samples) for purpose in ("explanation pool", "second explanation pool"))
    return explained(explain, models, score(setting), own, first, second, drawn("fresh points", FRESH_SAMPLES))


def _exhibit(setting: EvaluationSetting, members: list[Explained]) -> Explanations:
    return Explanations(setting.explained, *(np.stack(part) for part in zip(*members, strict=True)))
