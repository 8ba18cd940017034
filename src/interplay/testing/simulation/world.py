"""What simulated members show: an exhibit of every kind, made from latent scores and a change."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from math import ceil
from typing import Any, Literal

import numpy as np
from scipy import special, stats

from interplay.arrays import Array, Bool, Float, Int
from interplay.attacks import lira, rmia
from interplay.conformal.quantile import thresholds_in_draws
from interplay.conformal.scores import lac
from interplay.evidence import (
    AdversarialDisclosure,
    AdversarialScores,
    Attacked,
    AttributeInference,
    CategoryFlips,
    ClassOverlap,
    CleanTwin,
    Concealment,
    DecisionDisclosure,
    Disclosure,
    Distances,
    Evidence,
    ExplainedAttributeInference,
    ExplanationDisclosure,
    Explanations,
    ExplanationSearch,
    ExposedCalibration,
    Grouping,
    LocalModelDisclosure,
    Logits,
    LossMemberships,
    Memberships,
    NextLayer,
    PairDisclosure,
    Predictions,
    PredictionSets,
    PrivacyGuarantee,
    ReferenceMemberships,
    Reliance,
    Representations,
    RetrainedControl,
    RightlyDecided,
    Rows,
    ScoreDisclosure,
    Scores,
    SetDisclosure,
    SetExplanations,
)
from interplay.interventions import ThresholdIntervention
from interplay.testing.simulation.change import Change
from interplay.testing.simulation.fitted import Fitted, both, fitted
from interplay.testing.simulation.latents import CALIBRATION, EVALUATED, GROUPINGS, SIZES, VARIANCE, Latents

LEVEL, LEVEL_IN_GROUP = 1.7, -0.2
"""The mean latent score: an accuracy of about .85, some points lower in each second group."""

ATTACK, ATTACK_BY_ROW, SWITCH, SWITCH_BY_ROW = 0.6, 0.2, 0.2, 0.4
MEMORY = 0.15
"""By how much the latent score of a row is larger in members that trained on it."""
LEAK, LEAK_BY_MEMBER, LEAK_BY_ROW = 0.5, 0.1, 0.4
LARGEST_DISTANCE = 4.0
POISON, TWIN = 0.1, 0.3
"""By how much poisoned rows lower a latent score, and by how much it varies besides."""
REFERENCE = 0.4
"""About the R2 that a linear model has."""
REPRESENTED, UNITS = 150, 4
"""Rows on which hidden layers are compared, and their units."""
HARDNESS = np.linspace(-0.9, 0.9, 6)
"""By how much the mean latent score of every class is lower, where there are many."""
ANOTHER_START = 0.6
"""How much of the latent score of a control from another start is its own; the rest is common to all models."""

DISCLOSURES: tuple[type[Disclosure], ...] = (
    AdversarialDisclosure,
    DecisionDisclosure,
    ExplanationDisclosure,
    LocalModelDisclosure,
    PairDisclosure,
    ScoreDisclosure,
    SetDisclosure,
)

Maker = Callable[[], Any]


@dataclass(frozen=True)
class World:
    """What is the same for all treatments: the rule that decides, and the miscoverage of prediction sets.

    Without a `rule` decisions are those of the scores as they are; "refit" refits them on the tuning rows first, and every
    other rule is a `ThresholdIntervention` on top of that, fitted on the same rows for the groups of `by_group`.
    Prediction sets have a threshold for each of these groups too.
    """

    miscoverage: float = 0.1
    by_group: str = ""
    rule: Literal["refit"] | ThresholdIntervention | None = None
    minimum_support: int = 10

    @property
    def classes(self) -> int:
        """How many labels there are."""
        return 2

    def evidence(self, latents: Latents, treatment: int, change: Change, fewer: int = 0) -> Evidence:
        """The evidence of one treatment.

        Where treatments are alike nothing is fitted anew in draws, but for every member on rows of its own, as many as
        there would be for `fewer` evaluated rows; thresholds of prediction sets lie where those of so many would.
        """
        return Evidence(self.rows(latents), self.exhibits(latents, treatment, change, fewer))

    def exhibits(self, latents: Latents, treatment: int, change: Change, fewer: int) -> Mapping[type, Maker]:
        """What makes the exhibit of every kind; a metric that reads another one needs a world that adds it."""
        return _Members(self, latents, treatment, change, fewer).makers

    def rows(self, latents: Latents) -> Rows:
        """The rows that count for every member: test rows, and rows of the pool that it did not train on."""
        groupings = {name: Grouping(name, latents.codes(name), ("most", "others"), 0) for name in GROUPINGS}
        return Rows(
            labels=latents.labels,
            groupings=groupings,
            counted=(latents.part == EVALUATED) & ~latents.inside,
            weights=latents.weights,
            minimum_support=self.minimum_support,
        )


@dataclass(frozen=True)
class ManyClasses(World):
    """Six classes, each harder than the one before, beside ordinary models from another start."""

    @property
    def classes(self) -> int:
        return len(HARDNESS)

    def exhibits(self, latents: Latents, treatment: int, change: Change, fewer: int) -> Mapping[type, Maker]:
        del fewer
        labels, score = _class_of(latents), latents.score()
        level = LEVEL + 0.2 - HARDNESS[labels]
        ordinary = level + score.mean(axis=(0, 1)) + ANOTHER_START * latents.own("another start")[0]
        worse = change.of("mistakes in hard classes") * (HARDNESS - HARDNESS[0])[labels]
        logs = _of_classes(level - worse + score[treatment], labels)
        return {
            Predictions: lambda: Predictions(logs, logs.argmax(axis=2)),
            RetrainedControl: lambda: RetrainedControl(_of_classes(ordinary, labels)),
            ClassOverlap: lambda: ClassOverlap(1.0 + HARDNESS),
        }

    def rows(self, latents: Latents) -> Rows:
        return replace(super().rows(latents), labels=_class_of(latents), classes=self.classes)


def _class_of(latents: Latents) -> Int[Array, " row"]:
    return np.asarray(latents.uniform("class") * len(HARDNESS), dtype=np.int64)


def _of_classes(decided: Float[Array, "member row"], labels: Int[Array, " row"]) -> Float[Array, "member row label"]:
    """The log-probabilities where a row is decided as its label or, where the latent score is below zero, as the next one."""
    places = np.arange(len(HARDNESS))
    logs = np.full((*decided.shape, len(HARDNESS)), -40.0)
    np.copyto(logs, special.log_expit(decided)[..., None], where=places == labels[:, None])
    np.copyto(logs, special.log_expit(-decided)[..., None], where=places == (labels[:, None] + 1) % len(HARDNESS))
    return logs


WORLDS = (World(), World(miscoverage=0.25), World(miscoverage=0.05), ManyClasses())
"""In the second some sets are empty, and in the third many hold both labels."""


@dataclass(frozen=True, eq=False)
class _Members:
    """The members of one treatment."""

    world: World
    latents: Latents
    treatment: int
    change: Change
    fewer: int

    @property
    def makers(self) -> Mapping[type, Maker]:
        """What makes the exhibit of every kind."""
        return {
            Predictions: lambda: self.fitted.predictions,
            RightlyDecided: lambda: RightlyDecided(self.fitted.predictions.decisions == self.latents.labels),
            Attacked: self._attacked,
            CategoryFlips: self._switched,
            CleanTwin: self._clean_twin,
            Distances: self._distances,
            Logits: lambda: Logits(self.margins, 0.6 * self.margins + self._own("logits", 0.2)),
            LossMemberships: self._loss_memberships,
            Memberships: self._memberships,
            NextLayer: self._next_layer,
            ReferenceMemberships: self._reference_memberships,
            **{kind: partial(self._disclosure, kind) for kind in DISCLOSURES},
            ExplanationSearch: self._search,
            Concealment: self._concealment,
            ExposedCalibration: self._exposed_calibration,
            SetExplanations: self._set_explanations,
            Scores: lambda: Scores(both(self.margins), self.margins),
            AdversarialScores: self._adversarial_scores,
            Reliance: self._reliance,
            Representations: self._representations,
            AttributeInference: lambda: AttributeInference(self._evaluated, self._guesses("scores")),
            ExplainedAttributeInference: lambda: ExplainedAttributeInference(
                self._evaluated, self._guesses("explained")
            ),
            PrivacyGuarantee: lambda: PrivacyGuarantee(8.0 + self.change.of("budget"), 1e-5, 4.0, 1.0),
            Explanations: self._explanations,
            PredictionSets: self._sets,
        }

    @cached_property
    def grouped(self) -> Bool[Array, " row"]:
        """The rows of the group that a change concerns."""
        latents = self.latents
        return (
            latents.codes(self.change.grouping) == 1
            if self.change.grouping
            else np.zeros(len(latents.part), dtype=bool)
        )

    def _by_row(self, everywhere: str, in_group: str) -> Float[Array, " row"]:
        """How much of a change every row sees."""
        return np.asarray(self.change.of(everywhere) + self.change.of(in_group) * self.grouped)

    @cached_property
    def level(self) -> Float[Array, " row"]:
        """The mean latent score of every row under the control."""
        return np.asarray(LEVEL + LEVEL_IN_GROUP * sum(self.latents.codes(name) for name in GROUPINGS))

    @cached_property
    def undrifted(self) -> Float[Array, "member row"]:
        """Latent scores before the evaluated rows drift away from those that calibrate."""
        moved = self._by_row("mistakes", "mistakes in a group") - self.change.of("sharpness")
        unlike = self.change.of("unlike members")
        noise = self._own("unlike members", unlike) if unlike else 0.0
        return np.asarray(self.level - moved + self.latents.score()[self.treatment] + noise)

    @cached_property
    def decided(self) -> Float[Array, "member row"]:
        """Latent scores: the row is on the side of its label where it is positive."""
        drift = self._by_row("drift", "drift in a group") * (self.latents.part != CALIBRATION)
        learned = MEMORY + self._by_row("leak", "leak in a group")
        return np.asarray(self.undrifted - drift + self.latents.inside * learned)

    @cached_property
    def margins(self) -> Float[Array, "member row"]:
        """Log-odds of the favourable label."""
        return self._margins(self.decided)

    @cached_property
    def fitted(self) -> Fitted:
        """What is decided by the rule of the world."""
        return self._by_rule(self.margins)

    def _by_rule(self, margins: Float[Array, "member row"]) -> Fitted:
        latents, world = self.latents, self.world
        groups = latents.codes(world.by_group) if world.by_group else np.zeros(len(latents.part), dtype=np.int64)
        return fitted(world.rule, latents, margins, groups, self.fewer)

    def _clean_twin(self) -> CleanTwin:
        """What is decided without the poison, which is what the change is then."""
        clean = replace(self, change=Change())
        seen = self._by_rule(clean._margins(clean.decided + POISON + self._own("clean twin", TWIN))).predictions
        return CleanTwin(seen.log_probabilities, seen.decisions, seen.cuts, seen.refits)

    def _margins(self, decided: Float[Array, "member row"]) -> Float[Array, "member row"]:
        """The log-odds that are exactly right under the control, where the score is that of a member and row."""
        latents = self.latents
        sided = np.where(latents.labels == 1, decided, -decided)
        prior = special.logit(0.65 - 0.1 * sum(latents.codes(name) for name in GROUPINGS))
        odds = (2 * self.level / VARIANCE * sided + prior) * (1 + self.change.of("overconfidence"))
        odds = odds / (1 + self.change.of("vagueness in a group") * self.grouped)
        later = self.change.of("later refusals in a group") * (self.latents.part == EVALUATED)
        moved = self.change.of("approvals") - (self.change.of("refusals in a group") + later) * self.grouped
        return np.asarray(odds + moved)

    def _own(self, name: str, scale: float) -> Float[Array, "member row"]:
        return np.asarray(scale * self.latents.own(name)[self.treatment])

    @cached_property
    def _evaluated(self) -> Int[Array, " some"]:
        return np.flatnonzero(self.latents.part == EVALUATED)

    @cached_property
    def attacked_margins(self) -> Float[Array, "member row"]:
        weaker = self._by_row("weakness under attack", "weakness of a group under attack")
        loss = (ATTACK + weaker) * (1 + ATTACK_BY_ROW * np.abs(self.latents.normal("attack")))
        return self._margins(self.decided - loss)

    def _attacked(self) -> Attacked:
        return self.fitted.attacked(self._evaluated, self.attacked_margins[:, self._evaluated])

    def _switched(self) -> CategoryFlips:
        moved = SWITCH + SWITCH_BY_ROW * np.abs(self.latents.normal("switch")) + self._own("switch", 0.1)
        rows, margins = self._evaluated, self._margins(self.decided - np.maximum(moved, 0))
        worst = self.fitted.attacked(rows, margins[:, rows])
        return CategoryFlips(rows, worst.decisions == self.latents.labels[rows], worst.cuts)

    def _distances(self) -> Distances:
        nearer = 2 * (1 + self.change.of("nearness"))
        distances = np.minimum(np.abs(self.margins) / nearer * np.exp(self._own("distance", 0.1)), LARGEST_DISTANCE)
        return Distances(self._evaluated, distances[:, self._evaluated], LARGEST_DISTANCE)

    def _memberships(self) -> Memberships:
        latents, at = self.latents, self._evaluated
        varying = LEAK_BY_MEMBER * latents.of_members("leak") + LEAK_BY_ROW * latents.normal("leak")
        signals = self._signals("membership", LEAK + varying)
        likelihood = special.log_expit(signals)
        inside, never = latents.inside[:, at], np.flatnonzero(latents.part != EVALUATED)
        ratio = lira.scores(signals[:, at], inside)
        referred = rmia.scores(likelihood[:, at], inside, likelihood[:, never])
        by_ratio, by_reference = np.zeros(signals.shape), np.zeros(signals.shape)
        by_ratio[:, at], by_reference[:, at] = ratio.scores, referred.scores
        scored = np.zeros(signals.shape, dtype=bool)
        scored[:, at] = ratio.scored & referred.scored & (self._pool[at])
        return Memberships(by_ratio, likelihood, by_reference, latents.inside, scored)

    def _loss_memberships(self) -> LossMemberships:
        found = self._memberships()
        return LossMemberships(found.loss, found.inside, found.scored)

    def _reference_memberships(self) -> ReferenceMemberships:
        found = self._memberships()
        return ReferenceMemberships(found.rmia, found.inside, found.scored)

    def _next_layer(self) -> NextLayer:
        """About every third evaluated row."""
        return NextLayer(
            np.flatnonzero((self.latents.part == EVALUATED) & (self.latents.uniform("next layer") < 1 / 3))
        )

    def _signals(self, name: str, leak: Float[Array, "member row"] | float) -> Float[Array, "member row"]:
        """What an attack reads: larger by `leak`, and by what the change leaks, where a member trained on a row."""
        signals = 1.0 + self.latents.normal(name) + self._own(name, 1.0)
        return np.asarray(signals + self.latents.inside * (leak + self._by_row("leak", "leak in a group")))

    def _disclosure(self, kind: type[Disclosure]) -> Disclosure:
        latents, at = self.latents, self._evaluated
        found = lira.scores(self._signals(kind.__name__, LEAK)[:, at], latents.inside[:, at])
        scores, scored = np.zeros(latents.inside.shape), np.zeros(latents.inside.shape, dtype=bool)
        scores[:, at], scored[:, at] = found.scores, found.scored & self._pool[at]
        return kind(scores, latents.inside, scored)

    @cached_property
    def _pool(self) -> Bool[Array, " row"]:
        return np.asarray(self.latents.inside.any(axis=0))

    def _explanations(self) -> Explanations:
        worse = self._by_row("worse explanations", "worse explanations in a group")
        repeat, top = (self._standard(name) for name in ("stability", "most important"))
        at = self._evaluated
        return Explanations(
            rows=at,
            importances=self._importances(worse)[:, at],
            uncertainty=self._r_squared("uncertainty", worse)[:, at],
            local=special.expit(self.margins + self._own("local", 0.5) + 2.0 * worse)[:, at],
            fidelity=self._r_squared("fidelity", worse)[:, at],
            reference=self._reference[:, at],
            repeat=np.tanh(0.8 + 0.4 * repeat - worse)[:, at],
            top_changed=(top + worse > 1.0).astype(np.float64)[:, at],
        )

    def _standard(self, name: str) -> Float[Array, "member row"]:
        """A latent score with a variance of one."""
        return self.latents.score(name, 1 / np.sqrt(VARIANCE))[self.treatment]

    def _r_squared(self, name: str, worse: Float[Array, " row"]) -> Float[Array, "member row"]:
        return np.asarray(REFERENCE * (1 - np.exp(0.5 * self._standard(name) - 2.0 + worse)))

    @cached_property
    def _reference(self) -> Float[Array, "member row"]:
        return np.asarray(REFERENCE * np.exp(0.1 * self.latents.normal("reference")) * np.ones_like(self.decided))

    def _importances(self, worse: Float[Array, " row"]) -> Float[Array, "member row feature"]:
        """Three columns: one that is the stronger the clearer the decision, one that matters by itself, and one of noise."""
        clear, own = np.tanh(0.5 * np.abs(self.decided)), self.latents.normal("importance")
        more = np.exp(self.change.of("misplaced importance"))
        parts = [
            clear * more * np.exp(-worse),
            0.5 * own / more * np.exp(-worse) * np.ones_like(clear),
            np.zeros_like(clear),
        ]
        noise = [self._own(f"importance of column {place}", 0.15) for place in range(len(parts))]
        return np.stack([part + random for part, random in zip(parts, noise, strict=True)], axis=2)

    def _search(self) -> ExplanationSearch:
        worse = self._by_row("worse explanations", "worse explanations in a group")
        lost = special.expit(self._standard("lost columns") - 0.5 + worse)[:, self._evaluated]
        return ExplanationSearch(self._evaluated, lost, 0.5 * lost)

    def _concealment(self) -> Concealment:
        worse = self._by_row("worse explanations", "worse explanations in a group")
        hidden = (self._standard("hidden column") + worse > 1.0).astype(np.float64)
        return Concealment(self._evaluated, hidden[:, self._evaluated])

    def _exposed_calibration(self) -> ExposedCalibration:
        latents, worse = self.latents, self._by_row("leak", "leak in a group")
        shown = (self._standard("shown row") + worse > -1.0).astype(np.float64)
        rows = np.flatnonzero(latents.part == CALIBRATION)
        return ExposedCalibration(rows, shown[:, rows])

    def _set_explanations(self) -> SetExplanations:
        worse, at = self._by_row("worse explanations", "worse explanations in a group"), self._evaluated
        return SetExplanations(at, self._r_squared("soft size", worse)[:, at], self._reference[:, at])

    def _adversarial_scores(self) -> AdversarialScores:
        moved = self.attacked_margins[:, self._evaluated]
        return AdversarialScores(self._evaluated, both(moved), moved)

    def _reliance(self) -> Reliance:
        effects = np.abs(self._importances(np.zeros(len(self.latents.part))))[:, self._evaluated]
        return Reliance(self._evaluated, effects, np.array([True, False, False]), np.array([False, True, False]))

    def _representations(self) -> Representations:
        """Units that follow what all models see in a row, with noise of their own; those of a change follow something else."""
        latents, at = self.latents, self._evaluated[:REPRESENTED]
        away = self.change.of("moved representation")
        own, ordinary = [], []
        for unit in range(UNITS):
            seen = latents.normal(f"seen by unit {unit}")
            other = away * latents.normal(f"seen by unit {unit} instead")
            own.append((seen + other + self._own(f"unit {unit}", 0.5))[:, at])
            ordinary.append((seen + 0.5 * latents.own(f"ordinary unit {unit}")[0])[:, at])
        return Representations(at, np.stack(own, axis=2), np.stack(ordinary, axis=2))

    def _guesses(self, name: str) -> Float[Array, "member evaluated"]:
        """1 where a guess is right with what is released alone, -1 where without it alone."""
        told = self._standard(f"guess by {name}") + 0.3 * self._by_row("leak", "leak in a group")
        values = (told > 1.2).astype(np.float64) - (told < -1.4)
        return values[:, self._evaluated]

    def _sets(self) -> PredictionSets:
        scores, labels = lac(both(self.margins)), self.latents.labels
        moved = lac(both(self.attacked_margins))[:, self._evaluated]
        parts = self.latents.codes(self.world.by_group) if self.world.by_group else np.zeros(scores.shape[1], dtype=int)
        calibrating = lac(both(self._margins(self.undrifted)))
        truth, own = (np.take_along_axis(some, labels[None, :, None], axis=2)[..., 0] for some in (calibrating, scores))
        limits = self._expected(truth, parts) if self.fewer else self._fitted(truth, own, parts)
        attacked = self._evaluated, moved
        return PredictionSets(scores, limits, parts, self.world.miscoverage, False, *attacked, self._calibrated(parts))

    def _calibrated(self, parts: Int[Array, " row"]) -> Int[Array, " part"]:
        """How many rows every part is calibrated on; where treatments are alike as many as go with so few rows."""
        left = 1 - self.change.of("fewer calibration rows")
        counts = np.bincount(parts[self.latents.part == CALIBRATION]).astype(np.float64)
        if self.fewer:
            counts = np.bincount(parts) / len(parts) * SIZES[CALIBRATION] * self.fewer
        return np.maximum(np.round(counts * left), 1).astype(np.int64)

    def _fitted(
        self, truth: Float[Array, "member row"], own: Float[Array, "member row"], parts: Int[Array, " row"]
    ) -> Float[Array, "member draw part"]:
        """Thresholds of every draw, as an audit fits them."""
        at, latents, count = np.flatnonzero(self.latents.part == CALIBRATION), self.latents, int(parts.max()) + 1
        limits = []
        for calibrating, evaluated, inside in zip(truth, own, latents.inside, strict=True):
            beside = (latents.part == EVALUATED) & ~inside
            weights, miscoverage = latents.weights[:, at], self.world.miscoverage
            limits.append(
                thresholds_in_draws(
                    calibrating[at], parts[at], count, miscoverage, weights, evaluated[beside], parts[beside]
                )
            )
        return np.stack(limits)

    def _expected(
        self, truth: Float[Array, "member some"], parts: Int[Array, " some"]
    ) -> Float[Array, "member 1 part"]:
        """Thresholds whose coverages are spread over members as those of so few calibration rows are: a Beta law."""
        members, random = len(truth), np.random.default_rng(self.latents.seed)
        limits = []
        for part in range(int(parts.max()) + 1):
            here = parts == part
            count = round(SIZES[CALIBRATION] * self.fewer * float(here.mean()))
            rank = ceil((count + 1) * (1 - self.world.miscoverage) - 1e-9)
            if rank > count:
                limits.append(np.full(members, np.inf))
                continue
            levels = stats.beta.ppf((random.permutation(members) + 0.5) / members, rank, count + 1 - rank)
            chosen = [np.quantile(scores[here], level) for scores, level in zip(truth, levels, strict=True)]
            limits.append(np.array(chosen))
        limits.append(np.full(members, np.inf))
        return np.asarray(limits).T[:, None, :]
