"""Estimators: any classifier with fit and predict_proba, refitted for every member, and attacked by a search."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from interplay import streams
from interplay.arrays import Array, Float
from interplay.attacks.search import QUERIES
from interplay.data.dataset import Dataset
from interplay.data.encoder import Encoded
from interplay.design.cost import FLOPS
from interplay.design.plan import Design
from interplay.errors import ModelError
from interplay.families._family import NO_PROBABILITIES, AttackWords, Family, Members, Order, Stack
from interplay.families._setting import TrainingSetting
from interplay.families.estimator.contract import Observed, contract
from interplay.families.estimator.copied import moved
from interplay.families.estimator.deciding import BY_DECISIONS, DECISIONS_ONLY, DecidingMembers
from interplay.families.estimator.fitting import Fitter, Fitting, weight_name
from interplay.families.estimator.frames import EncodedFrames, Frames, TableFrames
from interplay.families.estimator.members import EstimatorMembers
from interplay.families.estimator.recipe import EstimatorRecipe, copies, is_estimator, named
from interplay.families.estimator.refittable import Refittable, witnessed
from interplay.interventions import (
    DataIntervention,
    FitIntervention,
    InputIntervention,
    Intervention,
    RemovalIntervention,
)
from interplay.study.positions import Positions


@dataclass(frozen=True, eq=False)
class EstimatorFamily(Family):
    """Classifiers of one recipe, fitted on rows of one table."""

    tunes: ClassVar[bool] = False

    fitter: Fitter
    seed: int
    observed: Observed
    half: int
    """How many rows the model that was observed was fitted on."""
    ways: Mapping[str, str] = field(default_factory=dict)
    """What a study does not say of the interventions that fit, by name."""

    @classmethod
    def build(cls, design: Design, dataset: Dataset, encoded: Encoded, where: Positions | str) -> Self:
        model = design.study.model
        beside = Path(where.file).parent if isinstance(where, Positions) else None
        columns = len(encoded.columns if model.inputs == "encoded" else dataset.features)
        sizes = {"columns": columns, "classes": len(dataset.classes)}
        return cls._checked(named(model.factory, model.options, beside, sizes), design, dataset, encoded, beside)

    @classmethod
    def takes(cls, given: object) -> bool:
        return is_estimator(given)

    @classmethod
    def takes_weights(cls, given: object) -> bool:
        return weight_name(given) is not None

    @classmethod
    def of(cls, given: Any, design: Design, dataset: Dataset, encoded: Encoded) -> Self:
        return cls._checked(copies(given), design, dataset, encoded)

    @classmethod
    def _checked(
        cls, recipe: EstimatorRecipe, design: Design, dataset: Dataset, encoded: Encoded, beside: Path | None = None
    ) -> Self:
        """The family, once one estimator of every way to fit has been held against what an audit asks of any."""
        fitting = {name: one for name, one in design.factors.training.items() if isinstance(one, FitIntervention)}
        others = {name: one.fitting(beside) for name, one in fitting.items()}
        fitter = Fitter(recipe, _frames(design, dataset, encoded), len(dataset.classes), others)
        rows = design.pool[design.halves[0]]
        how = Fitting(rows, dataset.labels[rows], np.ones(len(rows)), _seed(design.study.seed, "contract", 0))
        weighing = len(design.factors.training) > len(fitting) or dataset.weights is not None
        unseen = encoded.matrix[np.setdiff1d(design.pool, rows)]
        observed = contract(fitter, how, unseen)
        more = [contract(fitter, replace(how, by=name), unseen, weighing) for name in others]
        _refuse_mixture(observed, dict(zip(others, more, strict=True)))
        floored = max((observed, *more), key=lambda one: one.floor)
        fitter = replace(fitter, floor=floored.floor, decides_only=observed.decides_only)
        observed = replace(observed, floor=floored.floor, floored=floored.floored)
        ways = {name: one.identity(beside) for name, one in fitting.items()}
        return cls(fitter, design.study.seed, observed, len(rows), ways)

    @property
    def decides_only(self) -> bool:
        return self.fitter.decides_only

    @property
    def words(self) -> str:
        kind = ", of decisions only," if self.decides_only else ""
        return f"{self.fitter.recipe.called}{kind} on {len(self.fitter.frames.columns)} columns"

    @property
    def operations(self) -> float:
        return max(self.observed.row_seconds * FLOPS, 1.0)

    @property
    def statements(self) -> Sequence[str]:
        observed = self.observed
        floored = (
            f"Probabilities below {observed.floor:.2g} are read as that: {observed.floored:.1%} of those that one model gave.",
        )
        refitted = "" if self.decides_only else "; scale and intercepts of its scores are refitted on the tuning rows"
        return (
            f"Fitted is this estimator: {self.words}, with the settings that the study declares and nothing tuned{refitted}.",
            *((DECISIONS_ONLY,) if self.decides_only else ()),
            "Every model is fitted anew from its rows and seed when a run goes on, and recognised by its scores.",
            *(floored if observed.floored and not self.decides_only else ()),
        )

    @property
    def attack(self) -> AttackWords:
        if self.decides_only:
            return BY_DECISIONS
        return AttackWords("search without gradients", ("search",), {"queries a row": QUERIES})

    def admits(self, intervention: Intervention) -> bool:
        drawn_before = isinstance(intervention, InputIntervention) and not intervention.asks_the_model
        return drawn_before or isinstance(intervention, FitIntervention) or super().admits(intervention)

    def refuses(self, intervention: Intervention) -> str | None:
        if self.decides_only and isinstance(intervention, RemovalIntervention):
            why = f"{intervention.title} ranks rows by scores, and this estimator gives decisions only"
            return f"{why}; calibrate it, or take it out"
        if not self.observed.hears and isinstance(intervention, DataIntervention) and intervention.weighs:
            return (
                f"{intervention.title} weighs rows, and the fit of {self.fitter.recipe.called} takes no sample_weight; use a "
                "classifier whose fit takes it, or take it out"
            )
        return super().refuses(intervention)

    def trained_by(self, design: Design) -> str:
        del design
        return "fitted by the estimator itself"

    def fitting(self, rows: int) -> float | None:
        return self.observed.fit_seconds * FLOPS * rows / self.half

    def notes(self, design: Design) -> Sequence[str]:
        row, fit = self.observed.row_seconds, self.observed.fit_seconds
        return (f"Model      {row * 1e6:.2g} microseconds a row and {fit:.2g} seconds a fit, of one that was tried",)

    @property
    def identity(self) -> str:
        return "\n".join([self.fitter.recipe.identity, *self.ways.values()])

    def train(
        self, setting: TrainingSetting, orders: Sequence[Order], progress: Callable[[int], None] = lambda _: None
    ) -> tuple[Refittable, ...]:
        return tuple(self._trained(setting, order, progress) for order in orders)

    def _trained(self, setting: TrainingSetting, order: Order, progress: Callable[[int], None]) -> Refittable:
        how = Fitting(
            setting.design.pool[order.rows],
            setting.training_labels(order.treatment, order.rows),
            setting.row_weights(order.treatment, order.rows),
            _seed(self.seed, order.role, order.member),
            moved(setting, order),
            next((name for name in order.treatment.interventions if name in self.fitter.others), ""),
        )
        fitted = self.fitter.fit(how)
        progress(1)
        return Refittable(self.fitter, how, witnessed(self.fitter, fitted), fitted)

    def scores(self, stack: Stack, inputs: Float[Array, "row column"]) -> Float[Array, "member row label"]:
        if self.decides_only:
            raise NotImplementedError(NO_PROBABILITIES.reason)
        rows = self.fitter.frames.asked(inputs)
        return np.stack([one.fitted.scores(rows) for one in stack])

    def pack(self, stack: Stack) -> Mapping[str, Array]:
        found: dict[str, Array] = {}
        for place, one in enumerate(stack):
            found[f"[{place}].rows"], found[f"[{place}].labels"] = one.how.rows, one.how.labels
            found[f"[{place}].weights"] = np.asarray(one.how.weights, dtype=np.float64)
            found[f"[{place}].seed"] = np.array([one.how.seed], dtype=np.int64)
            found[f"[{place}].seen"] = np.frombuffer(one.seen, dtype=np.uint8)
            if one.how.moved is not None:
                found[f"[{place}].moved"] = one.how.moved
            if one.how.by:
                found[f"[{place}].by"] = np.frombuffer(one.how.by.encode(), dtype=np.uint8)
        return found

    def unpack(self, arrays: Mapping[str, Array]) -> tuple[Refittable, ...]:
        count = sum(name.endswith(".seed") for name in arrays)
        return tuple(self._unpacked(arrays, place) for place in range(count))

    def _unpacked(self, arrays: Mapping[str, Array], place: int) -> Refittable:
        rows, labels, weights, seed, seen = (
            np.asarray(arrays[f"[{place}].{name}"]) for name in ("rows", "labels", "weights", "seed", "seen")
        )
        copies, by = arrays.get(f"[{place}].moved"), arrays.get(f"[{place}].by")
        how = Fitting(
            rows,
            labels,
            weights,
            int(seed[0]),
            None if copies is None else np.asarray(copies),
            "" if by is None else np.asarray(by).tobytes().decode(),
        )
        return Refittable(self.fitter, how, seen.tobytes())

    def joined(self, stacks: Sequence[Stack]) -> tuple[Refittable, ...]:
        return tuple(one for stack in stacks for one in stack)

    def taken(self, stack: Stack, places: Sequence[int]) -> tuple[Refittable, ...]:
        return tuple(stack[place] for place in places)

    def refitted(
        self, stack: Stack, scale: Float[Array, " member"], intercepts: Float[Array, "member label"]
    ) -> Members:
        return DecidingMembers(stack) if self.decides_only else EstimatorMembers(self, (stack,), scale, intercepts)


def _frames(design: Design, dataset: Dataset, encoded: Encoded) -> Frames:
    if design.study.model.inputs == "encoded":
        return EncodedFrames(encoded)
    return TableFrames(dataset.table, dataset.features, encoded)


def _refuse_mixture(observed: Observed, others: Mapping[str, Observed]) -> None:
    """Treatments are compared by what all of their models give."""
    for name, other in others.items():
        if other.decides_only and not observed.decides_only:
            raise ModelError(
                "a fit whose models give probabilities, as those of the study's estimator do",
                "one whose models give decisions only",
                name,
                "calibrate what it fits, or take it out",
            )


def _seed(seed: int, role: str, member: int) -> int:
    """The random state of one estimator: that of the same member in every treatment."""
    return int(streams.generator(seed, f"{role} estimator", member=member).integers(2**31 - 1))
