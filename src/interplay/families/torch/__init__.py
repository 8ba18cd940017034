"""Modules of PyTorch: trained in steps by the keys of the study, kept by their parameters, and attacked along their gradients."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from interplay import streams
from interplay.arrays import Array, Float
from interplay.data.dataset import Dataset
from interplay.data.encoder import Encoded
from interplay.design.cost import FLOPS
from interplay.design.factors import Factors
from interplay.design.plan import Design
from interplay.errors import StudyError
from interplay.families._factory import factory
from interplay.families._family import ATTACK_STEPS, AttackWords, Family, Members, Order, Stack
from interplay.families._pytorch import is_module
from interplay.families._setting import TrainingSetting, acting
from interplay.families.estimator.copied import moved
from interplay.families.torch.adversary import RESTARTS
from interplay.families.torch.contract import ObservedModule, contract, guarded
from interplay.families.torch.loop import ModuleJob, train_module
from interplay.families.torch.members import TorchMembers
from interplay.families.torch.private import Clipping, clips_alike, refuse_coupled
from interplay.families.torch.recipe import ModuleRecipe, copies, made_by
from interplay.families.torch.trained import TrainedModule
from interplay.interventions import (
    DataIntervention,
    FitIntervention,
    GradientIntervention,
    InputIntervention,
    Intervention,
    Schedule,
)
from interplay.interventions.dp_sgd import DpSgd
from interplay.models.optional import needed
from interplay.study.model import ModelSection
from interplay.study.positions import Positions

CHECKED_ROWS, LARGEST_SEED = 64, 2**31 - 1


@dataclass(frozen=True, eq=False)
class TorchFamily(Family):
    """Modules of one recipe, trained here on encoded columns."""

    noise_from: ClassVar[str] = "PCG64"

    recipe: ModuleRecipe
    observed: ObservedModule
    model: ModelSection

    @classmethod
    def build(cls, design: Design, dataset: Dataset, encoded: Encoded, where: Positions | str) -> Self:
        needed("torch", "torch")
        model, columns, classes = design.study.model, len(encoded.columns), len(dataset.classes)
        if model.inputs != "encoded":
            step = 'write inputs = "encoded", or wrap the module as an estimator that reads the table'
            raise StudyError("encoded columns, as numbers", f"inputs = {model.inputs!r}", "the study, [model]", step)
        beside = Path(where.file).parent if isinstance(where, Positions) else None
        made = factory(model.factory, model.options, beside, {"columns": columns, "classes": classes})
        return cls._checked(made_by(made, columns, classes), design, dataset, encoded)

    @classmethod
    def takes(cls, given: object) -> bool:
        return is_module(given)

    @classmethod
    def of(cls, given: Any, design: Design, dataset: Dataset, encoded: Encoded) -> Self:
        return cls._checked(copies(given, len(encoded.columns), len(dataset.classes)), design, dataset, encoded)

    @classmethod
    def _checked(cls, recipe: ModuleRecipe, design: Design, dataset: Dataset, encoded: Encoded) -> Self:
        """The family, once one module has been held against what an audit asks of any, and what clips against the module."""
        rows, model, seed = (
            design.pool[design.halves[0]],
            design.study.model,
            _seed(design, "contract", "initialisation"),
        )
        some = np.asarray(encoded.matrix[np.setdiff1d(design.pool, rows)[:CHECKED_ROWS]], dtype=np.float32)

        def trained(steps: int, clipping: Clipping | None = None) -> TrainedModule:
            job = ModuleJob(
                np.asarray(encoded.matrix[rows], dtype=np.float32)[:, None],
                dataset.labels[rows],
                np.ones(len(rows)),
                Schedule(len(rows), design.schedule.rate, steps),
                model.optimiser,
                model.learning_rate or model.learning_rates[0],
                model.weight_decay,
                _seed(design, "contract", "training"),
                streams.generator(design.study.seed, "contract batches"),
                clipping,
            )
            return _trained(recipe, seed, job)

        observed = contract(recipe, trained, some, seed)
        private = next((each for each in design.factors.training.values() if clips_alike(each)), None)
        if private is not None:
            refuse_coupled(recipe.untrained(seed), some, recipe.called, private)
            guarded(
                lambda: trained(1, Clipping(1.0, 1.0, streams.generator(design.study.seed, "contract noise"))), recipe
            )
        return cls(recipe, observed, model)

    @property
    def words(self) -> str:
        size = f"{self.observed.parameters:,} parameters, on {self.recipe.columns} columns"
        return f"{self.recipe.called}, a module of PyTorch: {size}"

    @property
    def operations(self) -> float:
        return max(self.observed.row_seconds * FLOPS, self.observed.parameters)

    def fitting(self, rows: int) -> float | None:
        del rows
        return self.observed.step_seconds * self.model.steps * FLOPS

    def notes(self, design: Design) -> Sequence[str]:
        row, step = self.observed.row_seconds, self.observed.step_seconds
        return (
            f"Module     {row * 1e6:.2g} microseconds a row and {step * 1e3:.2g} milliseconds a step, of one that was tried",
        )

    def expenses(self, factors: Factors, rows_at_once: int) -> Sequence[str]:
        numbers = self.observed.parameters * rows_at_once * 4 / 1e6
        return tuple(
            f"{name}: Opacus forms one gradient per row ({self.observed.parameters:,} parameters x {rows_at_once:,} rows = "
            f"{numbers:,.1f} MB at once)"
            for name, each in factors.training.items()
            if isinstance(each, GradientIntervention)
        )

    @property
    def statements(self) -> Sequence[str]:
        return (
            f"Trained is this module: {self.words}, by PyTorch on one thread, from first parameters of its own for every member. "
            "A row is in the batch of a step with the same chance whichever others are; nothing passes over the rows in turn.",
            "With DP-SGD gradients of rows are formed and clipped by Opacus, and noise, batches and steps are those that the "
            "budget was accounted for.",
        )

    @property
    def attack(self) -> AttackWords:
        settings = {"steps": ATTACK_STEPS, "restarts": RESTARTS}
        return AttackWords("projected gradient descent", ("pgd",), settings)

    @property
    def identity(self) -> str:
        return self.recipe.identity

    def admits(self, intervention: Intervention) -> bool:
        drawn_before = isinstance(intervention, InputIntervention) and not intervention.asks_the_model
        return drawn_before or isinstance(intervention, DataIntervention) or clips_alike(intervention)

    def refuses(self, intervention: Intervention) -> str | None:
        if self.admits(intervention):
            return None
        if isinstance(intervention, FitIntervention):
            return (
                f"{intervention.title} takes the place of a library's fit, and modules are trained in steps here; declare an "
                'estimator (kind = "estimator"), or take it out'
            )
        why = (
            f"{intervention.title} does not clip the gradients of all rows to one norm, as Opacus does here"
            if isinstance(intervention, GradientIntervention)
            else f"{intervention.title} acts inside the compiled steps of networks in JAX, and these modules are PyTorch's"
        )
        return f"{why}; {self._instead(intervention)}"

    def train(
        self, setting: TrainingSetting, orders: Sequence[Order], progress: Callable[[int], None] = lambda _: None
    ) -> tuple[TrainedModule, ...]:
        trained = []
        for order in orders:
            initial = _seed(setting.design, order.role, "initialisation", order.member)
            trained.append(_trained(self.recipe, initial, self._job(setting, order)))
            progress(1)
        return tuple(trained)

    def _job(self, setting: TrainingSetting, order: Order) -> ModuleJob:
        design, model = setting.design, setting.design.study.model
        return ModuleJob(
            _inputs(setting, order),
            setting.training_labels(order.treatment, order.rows),
            setting.row_weights(order.treatment, order.rows),
            design.schedule_of(order.treatment),
            model.optimiser,
            order.rate,
            model.weight_decay,
            _seed_of(setting, order, "training"),
            _chance(setting, order, "batches"),
            self._clipping(setting, order),
        )

    def _clipping(self, setting: TrainingSetting, order: Order) -> Clipping | None:
        """How gradients are clipped; the noise is solved for once, since the accountant remembers what it was asked."""
        for each in acting(setting.design, order.treatment):
            if isinstance(each, DpSgd):
                assert each.noise_multiplier is not None  # what acts is solved
                return Clipping(each.max_grad_norm, each.noise_multiplier, _chance(setting, order, "noise"))
        return None

    def scores(self, stack: Stack, inputs: Float[Array, "row column"]) -> Float[Array, "member row label"]:
        return np.stack([each.scores(inputs) for each in stack])

    def pack(self, stack: Stack) -> Mapping[str, Array]:
        states = [each.state for each in stack]
        return {f".{name}": np.stack([state[name] for state in states]) for name in (states[0] if states else ())}

    def unpack(self, arrays: Mapping[str, Array]) -> tuple[TrainedModule, ...]:
        count = max((len(array) for array in arrays.values()), default=0)
        return tuple(self._unpacked(arrays, at) for at in range(count))

    def _unpacked(self, arrays: Mapping[str, Array], at: int) -> TrainedModule:
        torch, module = needed("torch", "torch"), self.recipe.untrained(0)
        state = {name.removeprefix("."): torch.tensor(np.asarray(array)[at]) for name, array in arrays.items()}
        module.load_state_dict(state)
        return TrainedModule(module.eval().requires_grad_(False), self.recipe.classes)

    def joined(self, stacks: Sequence[Stack]) -> tuple[TrainedModule, ...]:
        return tuple(each for stack in stacks for each in stack)

    def taken(self, stack: Stack, places: Sequence[int]) -> tuple[TrainedModule, ...]:
        return tuple(stack[at] for at in places)

    def released(self, stack: Stack, place: int) -> Mapping[str, Array]:
        """The parameters under PyTorch's own names: what `load_state_dict` of the module takes."""
        state: Mapping[str, Array] = stack[place].state
        return state

    def refitted(
        self, stack: Stack, scale: Float[Array, " member"], intercepts: Float[Array, "member label"]
    ) -> Members:
        return TorchMembers(self, (stack,), scale, intercepts)


def _trained(recipe: ModuleRecipe, seed: int, job: ModuleJob) -> TrainedModule:
    module = recipe.untrained(seed)
    train_module(module, job, recipe.classes)
    return TrainedModule(module, recipe.classes)


def _inputs(setting: TrainingSetting, order: Order) -> Float[Array, "row copy column"]:
    """The encoded rows of an order, each as often as it is learned from."""
    rows = np.asarray(setting.encoded.matrix[setting.design.pool[order.rows]], dtype=np.float32)
    copied = moved(setting, order)
    if copied is None:
        return rows[:, None]
    every = np.repeat(rows[:, None], len(copied), axis=1)
    every[:, :, list(setting.encoded.movable_columns)] = copied.swapaxes(0, 1)
    return every


def _chance(setting: TrainingSetting, order: Order, purpose: str) -> np.random.Generator:
    """Random numbers of one purpose: those of the same member in every treatment, or nobody's where they are secret."""
    if order.secret:
        return np.random.default_rng(streams.secret_key_data())
    return streams.generator(setting.design.study.seed, f"{order.role} {purpose}", member=order.member)


def _seed_of(setting: TrainingSetting, order: Order, purpose: str) -> int:
    return int(_chance(setting, order, purpose).integers(LARGEST_SEED))


def _seed(design: Design, role: str, purpose: str, member: int = 0) -> int:
    """The seed of what PyTorch draws for one purpose: that of the same member in every treatment."""
    return int(streams.generator(design.study.seed, f"{role} {purpose}", member=member).integers(LARGEST_SEED))
