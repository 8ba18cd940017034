"""A random treatment with every exhibit, and the changes under which metrics must behave."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from interplay import catalogue
from interplay import evidence as exhibits
from interplay.arrays import Array
from interplay.estimates import NotMeasurable
from interplay.evidence import Evidence, Grouping, Rows

MEMBERS, ROWS, DRAWS, LABELS = 4, 900, 5, 3
OF_TWO_LABELS = {"inflated_sets", "attacked_shift", "unexplained_decisions"}


@dataclass(frozen=True, eq=False)
class World:
    """The rows and the exhibits of one treatment."""

    rows: Rows
    exhibits: dict[type, Any]

    def evidence(self, without: type | None = None) -> Evidence:
        """What a metric sees; `without` is absent."""
        makers: dict[type, Callable[[], Any] | NotMeasurable] = {
            kind: (lambda exhibit=exhibit: exhibit) for kind, exhibit in self.exhibits.items() if kind is not without
        }
        if without is not None:
            makers[without] = NotMeasurable("left out by the test")
        return Evidence(self.rows, makers)

    def in_order(self, order: Array) -> "World":
        """The same rows in another order."""
        place = np.argsort(order)
        grouping = {
            name: replace(grouping, codes=grouping.codes[order]) for name, grouping in self.rows.groupings.items()
        }
        rows = replace(
            self.rows,
            labels=self.rows.labels[order],
            groupings=grouping,
            counted=self.rows.counted[:, order],
            weights=self.rows.weights[:, order],
        )
        return World(rows, {kind: _reordered(exhibit, order, place) for kind, exhibit in self.exhibits.items()})

    def member(self, number: int) -> "World":
        """One member alone."""
        keep = slice(number, number + 1)
        rows = replace(self.rows, counted=self.rows.counted[keep])
        return World(rows, {kind: _of_members(exhibit, keep) for kind, exhibit in self.exhibits.items()})

    def draws(self, keep: list[int]) -> "World":
        """Some draws only."""
        sets = self.exhibits[exhibits.PredictionSets]
        known = {**self.exhibits, exhibits.PredictionSets: replace(sets, thresholds=sets.thresholds[:, keep])}
        return World(replace(self.rows, weights=self.rows.weights[keep]), known)

    def groups(self, codes: Array, names: tuple[str, ...], minimum_support: int = 1) -> "World":
        """Another division of the rows."""
        grouping = {"group": Grouping("group", codes, names, 0)}
        return World(replace(self.rows, groupings=grouping, minimum_support=minimum_support), self.exhibits)


DISCLOSURES = (
    exhibits.AdversarialDisclosure,
    exhibits.DecisionDisclosure,
    exhibits.ExplanationDisclosure,
    exhibits.LocalModelDisclosure,
    exhibits.PairDisclosure,
    exhibits.ScoreDisclosure,
    exhibits.SetDisclosure,
)
ON_ALL_ROWS = {
    **dict.fromkeys(DISCLOSURES, ("scores", "inside", "scored")),
    exhibits.Predictions: ("log_probabilities", "decisions"),
    exhibits.CleanTwin: ("log_probabilities", "decisions"),
    exhibits.RightlyDecided: ("right",),
    exhibits.Logits: ("margins", "margins_without_movable"),
    exhibits.LossMemberships: ("loss", "inside", "scored"),
    exhibits.Memberships: ("lira", "loss", "rmia", "inside", "scored"),
    exhibits.ReferenceMemberships: ("scores", "inside", "scored"),
    exhibits.PredictionSets: ("scores",),
    exhibits.Scores: ("log_probabilities", "margins"),
    exhibits.RetrainedControl: ("log_probabilities",),
}
OF_MEMBERS = {
    **ON_ALL_ROWS,
    exhibits.PredictionSets: ("scores", "thresholds", "scores_attacked"),
    exhibits.Attacked: ("decisions", "log_probabilities"),
    exhibits.CategoryFlips: ("withstood",),
    exhibits.Distances: ("distances",),
    exhibits.Explanations: ("importances", "fidelity", "reference", "repeat", "top_changed", "uncertainty", "local"),
    exhibits.ExplanationSearch: ("lost", "lost_by_chance"),
    exhibits.Concealment: ("hidden",),
    exhibits.ExposedCalibration: ("shown",),
    exhibits.SetExplanations: ("fidelity", "reference"),
    exhibits.Reliance: ("effects",),
    exhibits.Representations: ("own", "ordinary"),
    exhibits.AttributeInference: ("gains",),
    exhibits.ExplainedAttributeInference: ("gains",),
    exhibits.AdversarialScores: ("log_probabilities", "margins"),
}


def _of_members(exhibit: Any, keep: slice) -> Any:
    return replace(exhibit, **{field: getattr(exhibit, field)[keep] for field in OF_MEMBERS.get(type(exhibit), ())})


def _reordered(exhibit: Any, order: Array, place: Array) -> Any:
    changed = {field: getattr(exhibit, field)[:, order] for field in ON_ALL_ROWS.get(type(exhibit), ())}
    if isinstance(exhibit, exhibits.PredictionSets):
        changed |= {"part": exhibit.part[order], "attacked": place[exhibit.attacked]}
    if hasattr(exhibit, "rows"):
        changed["rows"] = place[exhibit.rows]
    return replace(exhibit, **changed)


def make_world(seed: int = 0, labels: int = LABELS) -> World:
    """Random members that are right more often than not, on rows of three groups."""
    generator = np.random.default_rng(seed)
    truth = generator.integers(labels, size=ROWS)
    logits = generator.normal(size=(MEMBERS, ROWS, labels)) + 1.5 * (np.arange(labels) == truth[:, None])
    logs = logits - np.log(np.exp(logits).sum(axis=2, keepdims=True))
    counted = generator.random((MEMBERS, ROWS)) < 0.7
    counted[:, :60] = True
    weights = np.concatenate([np.ones((1, ROWS)), generator.exponential(size=(DRAWS - 1, ROWS))])
    rows = Rows(
        labels=truth,
        groupings={"group": Grouping("group", generator.integers(3, size=ROWS), ("ash", "birch", "cedar"), 1)},
        counted=counted,
        weights=weights,
        classes=labels,
    )
    some = generator.permutation(ROWS)[:600]
    inside = generator.random((MEMBERS, ROWS)) < 0.5
    part = generator.integers(2, size=ROWS)
    shape = (MEMBERS, len(some))
    known = [
        exhibits.Predictions(logs, logs.argmax(axis=2)),
        exhibits.RightlyDecided(logs.argmax(axis=2) == truth),
        exhibits.Attacked(some, generator.integers(labels, size=shape), logs[:, some], 0.5, 10),
        exhibits.CategoryFlips(some, generator.random(shape) < 0.6),
        exhibits.Distances(some, generator.exponential(size=shape).clip(max=4.0), 4.0),
        exhibits.Logits(generator.normal(size=(MEMBERS, ROWS)), generator.normal(size=(MEMBERS, ROWS))),
        exhibits.LossMemberships(
            np.random.default_rng(seed + 6).normal(size=inside.shape).round(1) + inside,
            inside,
            np.random.default_rng(seed + 7).random(inside.shape) < 0.9,
        ),
        exhibits.Memberships(
            lira=generator.normal(size=inside.shape) + inside,
            loss=generator.normal(size=inside.shape).round(1) + inside,
            inside=inside,
            scored=generator.random(inside.shape) < 0.9,
            rmia=generator.random(inside.shape).round(2) + 0.2 * inside,
        ),
        exhibits.ReferenceMemberships(
            np.random.default_rng(seed + 8).random(inside.shape).round(2) + 0.2 * inside,
            inside,
            np.random.default_rng(seed + 9).random(inside.shape) < 0.9,
        ),
        exhibits.NextLayer(np.random.default_rng(seed + 5).permutation(ROWS)[:300]),
        exhibits.PrivacyGuarantee(8.0, 1e-4, 3.6, 1.1),
        exhibits.Explanations(
            rows=some,
            importances=generator.normal(size=(*shape, 5)),
            fidelity=1 - generator.exponential(size=shape),
            reference=0.2 + 0.3 * np.random.default_rng(seed + 1).random(shape),
            repeat=generator.uniform(-1, 1, size=shape),
            top_changed=(generator.random(shape) < 0.3).astype(float),
            uncertainty=np.random.default_rng(seed + 2).random(shape),
            local=np.random.default_rng(seed + 4).random(shape),
        ),
        exhibits.PredictionSets(
            scores=1 - np.exp(logs),
            thresholds=generator.uniform(0.3, 0.9, size=(MEMBERS, DRAWS, 2)),
            part=part,
            miscoverage=0.1,
            attacked=some,
            scores_attacked=generator.random((*shape, labels)),
            calibrated=np.array([90, 40]),
        ),
    ]
    return World(rows, {type(exhibit): exhibit for exhibit in [*known, *_of_releases(seed, some, inside, logs, truth)]})


def _of_ordinary_models(generator: np.random.Generator, some: Array, logs: Array, truth: Array) -> list[Any]:
    """What is held against the control from another start, to which labels are the harder the higher they are."""
    labels = logs.shape[2]
    harder = logs - 3.0 * truth[:, None] / labels * (np.arange(labels) == truth[:, None])
    units = generator.normal(size=(2, MEMBERS, len(some), 4))
    return [
        exhibits.RetrainedControl(harder - np.logaddexp.reduce(harder, axis=2, keepdims=True)),
        exhibits.Representations(some, units[0] + units[1], units[1]),
        exhibits.ClassOverlap(generator.uniform(0.2, 1.0, labels)),
    ]


def _of_releases(seed: int, some: Array, inside: Array, logs: Array, truth: Array) -> list[Any]:
    """What comes with explanations and sets."""
    generator, shape = np.random.default_rng(seed + 3), (MEMBERS, len(some))
    disclosed = [
        kind(generator.normal(size=inside.shape) + inside, inside, generator.random(inside.shape) < 0.9)
        for kind in DISCLOSURES
    ]
    return [
        *disclosed,
        exhibits.ExplanationSearch(some, generator.random(shape), 0.5 * generator.random(shape)),
        exhibits.ExposedCalibration(some, generator.random(shape)),
        exhibits.Concealment(some, (generator.random(shape) < 0.4).astype(float)),
        exhibits.SetExplanations(some, generator.random(shape), 0.2 + 0.3 * generator.random(shape)),
        exhibits.Reliance(some, generator.exponential(size=(*shape, 5)), np.arange(5) < 2, np.arange(5) > 2),
        exhibits.AttributeInference(some, generator.choice([-1.0, 0.0, 1.0], size=shape)),
        exhibits.ExplainedAttributeInference(some, generator.choice([-1.0, 0.0, 1.0], size=shape)),
        exhibits.Scores(logs, logs[..., -1]),
        exhibits.AdversarialScores(some, logs[:, some], logs[:, some, -1] - generator.random(shape)),
        exhibits.CleanTwin(logs, np.where(generator.random(logs.shape[:2]) < 0.9, logs.argmax(axis=2), 0)),
        *_of_ordinary_models(np.random.default_rng(seed + 5), some, logs, truth),
    ]


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    """Three labels, four members, five draws; two labels for a metric that takes no more, and more where it takes more."""
    params = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    name = params.get("name")
    fewest = catalogue.metrics()[name].fewest_classes if name in catalogue.metrics() else 2
    return make_world(labels=2 if name in OF_TWO_LABELS else max(LABELS, fewest))


@pytest.fixture
def binary() -> World:
    """Two labels, four members, five draws."""
    return make_world(seed=1, labels=2)
