"""Scoring by interplay: membership, explanations, and the row bootstrap of group metrics."""

import dataclasses

import numpy as np
from scipy.special import log_softmax

from benchmarks.own.training import Fleet, network
from benchmarks.work import Work
from interplay.attacks import lira
from interplay.data.groups import Grouping
from interplay.evidence import Evidence, Predictions, Rows
from interplay.explainers.lime import explain
from interplay.explainers.perturbations import fit
from interplay.families.network.fleet import Lazy, scores, train_all
from interplay.families.network.sampler import Sampling
from interplay.metrics.accuracy_disparity import AccuracyDisparity
from interplay.metrics.demographic_parity_difference import DemographicParityDifference
from interplay.metrics.equal_opportunity_difference import EqualOpportunityDifference
from interplay.metrics.equalized_odds_difference import EqualizedOddsDifference
from interplay.metrics.worst_group_accuracy import WorstGroupAccuracy

SHADOWS, EPOCHS = 32, 3
EXPLAINED, MODELS, SAMPLES, SHOWN = 500, 8, 5_000, 10
DRAWS, MEMBERS = 1_000, 16


class ShadowAttack:
    """32 shadows of 3 epochs on half of the rows each, and likelihood ratios of 10,000 rows. Unit: one attack.

    Every shadow is a target of the others, so one pass gives the scores of 32 targets.
    """

    def __init__(self, work: Work) -> None:
        self.work, half = work, work.rows // 2
        self.fleet = Fleet(work)
        steps = round(EPOCHS * half / work.recipe.batch)
        self.recipe = dataclasses.replace(self.fleet.recipe, sampling=Sampling(half, work.recipe.batch / half, steps))
        order = [np.random.default_rng(shadow).permutation(work.rows)[:half] for shadow in range(SHADOWS)]
        self.halves = [np.sort(rows) for rows in order]
        self.inside = np.stack([np.isin(np.arange(work.scored_rows), rows) for rows in self.halves])

    def __call__(self) -> float:
        """Train the shadows and score."""
        self.scores()
        return 1.0

    def scores(self) -> lira.LiraScores:
        """The scores of all targets."""
        jobs = Lazy(SHADOWS, lambda shadow: self.fleet.job(shadow, self.halves[shadow]))
        shadows = train_all(self.recipe, self.fleet.table, jobs)
        scored = slice(0, self.work.scored_rows)
        logs = log_softmax(scores(self.recipe.network, shadows, self.work.inputs[scored]), axis=2)
        return lira.scores(lira.signal(logs, self.work.labels[scored]), self.inside)


class Explanations:
    """500 rows explained for 8 models from one pool of 5,000 perturbed rows. Unit: all 4,000 explanations.

    The pool is drawn, encoded and scored inside the clock.
    """

    def __init__(self, work: Work) -> None:
        self.work, self.network = work, network(work)
        self.models = Fleet(work, models=MODELS).train()
        raw = work.raw.rows
        kinds = np.isin(np.arange(raw.shape[1]), work.raw.categorical)
        self.discretizer = fit(raw, kinds)
        self.points = raw[:EXPLAINED]
        self.seed = 0

    def __call__(self) -> float:
        """Explain all points for all models."""
        self.seed += 1
        pool = self.discretizer.draw(SAMPLES, np.random.default_rng(self.seed))
        inputs = self.work.raw.encode(np.concatenate([pool.raw, self.points]))
        chances = np.exp(log_softmax(scores(self.network, self.models, inputs), axis=2)[:, :, 1])
        codes = self.discretizer.codes(self.points)
        explain(codes, pool.bins, chances[:, :SAMPLES], features=SHOWN, point_scores=chances[:, SAMPLES:])
        return 1.0


class Bootstrap:
    """1,000 draws of five group metrics by sex, by race and by both, for 16 members at once. Unit: one member.

    The gaps' ingredients are the rates of every group, so more is computed than the five rates of the other side.
    """

    def __init__(self, work: Work) -> None:
        rows = work.scored_rows
        random = np.random.default_rng(0)
        wrong = random.random((MEMBERS, rows)) < 0.15
        self.labels = work.labels[:rows]
        decisions = np.where(wrong, 1 - self.labels, self.labels)
        chance = np.where(decisions[..., None] == np.arange(2), 0.8, 0.2)
        self.predictions = Predictions(np.log(chance), decisions)
        self.groupings = {
            name: Grouping(name, codes[:rows], tuple(f"g{code}" for code in range(codes.max() + 1)), 0)
            for name, codes in work.groups.items()
        }
        self.metrics = [
            kind(grouping=name)
            for name in self.groupings
            for kind in (
                AccuracyDisparity,
                DemographicParityDifference,
                EqualOpportunityDifference,
                EqualizedOddsDifference,
                WorstGroupAccuracy,
            )
        ]

    def __call__(self) -> float:
        """All metrics of all members; the weights are drawn inside the clock."""
        rows = len(self.labels)
        drawn = np.random.default_rng(1).exponential(size=(DRAWS, rows))
        weighted = Rows(
            labels=self.labels,
            groupings=self.groupings,
            counted=np.ones((MEMBERS, rows), bool),
            weights=np.concatenate([np.ones((1, rows)), drawn]),
        )
        evidence = Evidence(weighted, {Predictions: lambda: self.predictions})
        for metric in self.metrics:
            metric.measure(evidence)
        return float(MEMBERS)
