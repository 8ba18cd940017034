"""What a family of models is: how its models are built, trained, kept, asked and attacked."""

from __future__ import annotations

import abc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

import numpy as np
from scipy.special import log_softmax

from interplay import catalogue
from interplay.arrays import Array, Bool, Float, Int
from interplay.attacks.pgd import Threat
from interplay.attacks.switch import Switches
from interplay.attacks.thresholded import Favourable
from interplay.data.dataset import Dataset
from interplay.data.encoder import Encoded
from interplay.design.factors import Factors
from interplay.design.plan import Design
from interplay.design.treatment import Treatment
from interplay.estimates import NotMeasurable
from interplay.interventions import DataIntervention, FitIntervention, Intervention
from interplay.study.positions import Positions

if TYPE_CHECKING:
    from interplay.families._setting import TrainingSetting

Stack = Any
"""Trained models of one treatment, in whatever form their family keeps them."""

ATTACK_STEPS = 20
ATTACK_RESTARTS = 2
LARGEST_DISTANCE = 4.0
"""Evaluation attacks: stronger than the one trained with (7 steps, one start)."""

NO_PROBABILITIES = NotMeasurable("it needs probabilities, and this model gives decisions only: calibrate it")
NO_ATTACK = NotMeasurable("there is no attack on models of this family")
NOT_EXACT = NotMeasurable("no exact worst case is known for models of this family")
NO_ACTIVATIONS = NotMeasurable("these models have no hidden layer, or do not tell what it gives")


@dataclass(frozen=True, eq=False)
class AttackSetting:
    """What an attacker may do: the `threat` to encoded rows within `radius`, and the `switches` of categories (None where
    there are none).

    `movable` are the places of the columns that can be moved; `favourable` is the class of decisions at cuts; random numbers
    follow from `seed`.
    """

    threat: Threat
    movable: tuple[int, ...]
    radius: float
    switches: Switches | None
    favourable: Favourable
    seed: int


@dataclass(frozen=True)
class AttackWords:
    """What an attack is called, the methods of which the worst result counts, and its settings."""

    name: str
    methods: tuple[str, ...]
    settings: Mapping[str, int]


class Adversary(Protocol):
    """Who attacks every member of a stack.

    `cuts` (member, row) are the log-odds at which the favourable decision is taken, None where it is the most likely
    class. With two labels an attack on the scores is one on the decision wherever the cut lies.
    """

    def worst(
        self,
        inputs: Float[Array, "row column"],
        labels: Int[Array, " row"],
        cuts: Float[Array, "member row"] | None = None,
        purpose: str = "evaluation attack",
    ) -> Float[Array, "member row label"]:
        """The class scores of the worst rows found within the radius."""

    def withstood(
        self,
        inputs: Float[Array, "row column"],
        labels: Int[Array, " row"],
        cuts: Float[Array, "member row"] | None = None,
    ) -> Bool[Array, "member row"]:
        """Which rows are decided as their label under every single switch."""

    def lowest_odds(self, inputs: Float[Array, "row column"], labels: Int[Array, " row"]) -> Float[Array, "member row"]:
        """The lowest log-odds of a row's own label under every single switch, with two labels."""

    def distances(
        self, inputs: Float[Array, "row column"], cuts: Float[Array, "member row"] | None = None
    ) -> Float[Array, "member row"]:
        """How far the nearest point found with another decision lies."""


class DecisionAdversary(Protocol):
    """Who attacks every member of a stack and sees its decisions alone."""

    def decided(
        self, inputs: Float[Array, "row column"], labels: Int[Array, " row"], purpose: str = "evaluation attack"
    ) -> Int[Array, "member row"]:
        """The decisions on rows moved within the radius: another one than the label wherever one was found."""

    def withstood(self, inputs: Float[Array, "row column"], labels: Int[Array, " row"]) -> Bool[Array, "member row"]:
        """Which rows are decided as their label under every single switch."""

    def distances(self, inputs: Float[Array, "row column"]) -> Float[Array, "member row"]:
        """How far the nearest point found with another decision lies."""


class Members(abc.ABC):
    """The trained models of one treatment, with refitted scores, behind what is asked of them."""

    @abc.abstractmethod
    def __len__(self) -> int: ...

    @abc.abstractmethod
    def log_probabilities(self, inputs: Float[Array, "row column"]) -> Float[Array, "member row label"]:
        """The log-probabilities of encoded rows, in float64.

        Raises NotImplementedError where models give decisions only (`Family.decides_only`).
        """

    def decisions(self, inputs: Float[Array, "row column"]) -> Int[Array, "member row"]:
        """The decisions on encoded rows: the most likely class, unless members give nothing else."""
        return np.asarray(self.log_probabilities(inputs).argmax(axis=2))

    @abc.abstractmethod
    def beside(self, stacks: Sequence[Members], member: int) -> Members:
        """The same member of every stack, as a stack."""

    @property
    def has_gradients(self) -> bool:
        """Whether `pulled_back` can be asked."""
        return False

    def pulled_back(
        self, inputs: Float[Array, "row column"], slopes: Float[Array, "member row label"]
    ) -> Float[Array, "member row column"]:
        """The gradient of sum over labels of slope * log-probability at encoded rows (a vector-Jacobian product).

        Raises NotImplementedError where models have no gradients.
        """
        raise NotImplementedError(f"{type(self).__name__} has no gradients")

    def activations(self, inputs: Float[Array, "row column"]) -> Float[Array, "member row unit"] | NotMeasurable:
        """What the last hidden layer gives for encoded rows; a reason where there is none, or models do not tell."""
        del inputs
        return NO_ACTIVATIONS

    def adversary(self, setting: AttackSetting) -> Adversary | NotMeasurable:
        """Who attacks them; a reason where nobody can."""
        del setting
        return NO_ATTACK

    def decision_adversary(self, setting: AttackSetting) -> DecisionAdversary | NotMeasurable:
        """Who attacks members that give decisions only; a reason where nobody can."""
        del setting
        return NO_ATTACK

    def exact(
        self, setting: AttackSetting, inputs: Float[Array, "row column"], labels: Int[Array, " row"]
    ) -> Float[Array, " row"] | NotMeasurable:
        """How far another label is ahead at the exact worst row within the radius, of the first member; NaN where that takes too
        long, and a reason where no exact method is known.
        """
        del setting, inputs, labels
        return NOT_EXACT


@dataclass(frozen=True, eq=False)
class RefittedMembers(Members):
    """Members of any family: scale * scores + intercepts, with the scores that the family gives."""

    family: Family
    stacks: tuple[Stack, ...]
    """A stack for each member, or a single one with all of them."""
    scale: Float[Array, " member"]
    intercepts: Float[Array, "member label"]

    def __len__(self) -> int:
        return len(self.scale)

    def log_probabilities(self, inputs: Float[Array, "row column"]) -> Float[Array, "member row label"]:
        found = np.concatenate([self.family.scores(stack, inputs) for stack in self.stacks])
        scaled = self.scale[:, None, None] * found + self.intercepts[:, None, :]
        return np.asarray(log_softmax(scaled, axis=2))

    def beside(self, stacks: Sequence[Members], member: int) -> Members:
        alike = [each for each in stacks if isinstance(each, RefittedMembers)]
        return type(self)(
            self.family,
            tuple(self.family.taken(each.family.joined(each.stacks), [member]) for each in alike),
            np.array([each.scale[member] for each in alike]),
            np.stack([each.intercepts[member] for each in alike]),
        )


@dataclass(frozen=True, eq=False)
class Order:
    """One model to be trained: of which treatment, at which rate, on which rows of the pool, and by whose random streams.

    `secret` noise comes from the system's entropy.
    """

    treatment: Treatment
    rate: float
    rows: Int[Array, " half"]
    member: int
    role: str
    secret: bool = False


class Family(abc.ABC):
    """All that a kind of model knows: how it is built, trained, asked, refitted and kept.

    Above it nobody knows what a model is made of. `study.model.kind` names the family by the stem of its file, or as
    "package/name" under the entry point group "interplay.families". `tunes` says whether a learning rate is chosen for every
    treatment; where not, treatments are measured once, and not once more as applied.
    `refits` says whether scale and intercepts of the scores are refitted on the tuning rows; not so for what is measured as
    it is. `noise_from` is the generator that stretches the keys of secret noise.
    """

    tunes: ClassVar[bool] = True
    refits: ClassVar[bool] = True
    noise_from: ClassVar[str] = "Threefry"

    @property
    def decides_only(self) -> bool:
        """Whether models give decisions and no probabilities: `scores` is not asked then."""
        return False

    @classmethod
    @abc.abstractmethod
    def build(cls, design: Design, dataset: Dataset, encoded: Encoded, where: Positions | str) -> Self:
        """The family as a study describes it.

        Raises StudyError where the description does not fit the data.
        """

    @classmethod
    def takes(cls, given: object) -> bool:
        """Whether a model that a program gives, untrained, is of this family."""
        del given
        return False

    @classmethod
    def trained_rows(cls, given: object, rows: int) -> Bool[Array, " row"] | None:
        """Which of so many rows a model that a program gives was trained on; None where it is not trained, or does not say."""
        del given, rows
        return None

    @classmethod
    def takes_weights(cls, given: object) -> bool:
        """Whether rows can be weighed in the training of a model that a program gives."""
        del given
        return True

    @classmethod
    def of(cls, given: Any, design: Design, dataset: Dataset, encoded: Encoded) -> Self:
        """The family of a model that a program gives.

        Raises RefusedCombination where it cannot be trained with the study's interventions.
        """
        raise NotImplementedError

    @property
    @abc.abstractmethod
    def words(self) -> str:
        """What the models are, in one line for plans and reports."""

    @property
    @abc.abstractmethod
    def operations(self) -> float:
        """Multiply-adds that score one row, or parameters where there are more; for planning."""

    @property
    def statements(self) -> Sequence[str]:
        """What a report says of the models, in sentences."""
        return (f"Trained are these models: {self.words}.",)

    @property
    def attack(self) -> AttackWords:
        """What the evaluation attack on these models is."""
        return AttackWords("none", (), {})

    def trained_by(self, design: Design) -> str:
        """How one model is trained, in words after the number of its rows."""
        return f"{design.study.model.steps} steps, batches of {design.batch_size}"

    def fitting(self, rows: int) -> float | None:
        """Multiply-adds that training one model on so many rows takes; None where they follow from its steps."""
        del rows
        return None

    @property
    def identity(self) -> str:
        """What a study does not say of the models, as text: part of what is hashed."""
        return ""

    def notes(self, design: Design) -> Sequence[str]:
        """What a plan says of training and of the machine: lines that begin with their subject."""
        del design
        return ()

    def expenses(self, factors: Factors, rows_at_once: int) -> Sequence[str]:
        """What training interventions cost against training without any, in words."""
        del factors, rows_at_once
        return ()

    def rows_at_once(self, design: Design) -> int:
        """How many rows of a batch are computed at once."""
        return design.batch_size

    def admits(self, intervention: Intervention) -> bool:
        """Whether a training intervention can act on these models: row weights and labels, unless a family says otherwise."""
        return isinstance(intervention, DataIntervention)

    def refuses(self, intervention: Intervention) -> str | None:
        """Why a training intervention cannot act on these models, and the alternative after the last semicolon."""
        if intervention.has_own_schedule:
            return (
                f"{intervention.title} changes how many steps models are trained for, and these models are not trained in "
                "steps; take it out"
            )
        if self.admits(intervention):
            return None
        if isinstance(intervention, FitIntervention):
            return f"{intervention.title} replaces how a model is fitted, and these models are made in their own way; take it out"
        return (
            f"{intervention.title} acts inside the steps in which a network is trained, and these models are trained by their "
            f"own library; {self._instead(intervention)}"
        )

    def _instead(self, intervention: Intervention) -> str:
        """What serves an aspect of the intervention and can act on these models, as advice."""
        every = [kind() for kind in catalogue.interventions().values()]
        names = [one.name for one in every if self.admits(one) and _does_instead(one, intervention)]
        return f"use {' or '.join(names)} for it, or take it out" if names else "take it out"

    @abc.abstractmethod
    def train(
        self, setting: TrainingSetting, orders: Sequence[Order], progress: Callable[[int], None] = lambda _: None
    ) -> Stack:
        """Train these models, all of one treatment but for their rates; `progress` is told how many are done."""

    @abc.abstractmethod
    def scores(self, stack: Stack, inputs: Float[Array, "row column"]) -> Float[Array, "member row label"]:
        """Class scores of every member on encoded rows, in float64.

        Raises NotImplementedError where models give decisions only.
        """

    @abc.abstractmethod
    def pack(self, stack: Stack) -> Mapping[str, Array]:
        """A stack as arrays by name."""

    @abc.abstractmethod
    def unpack(self, arrays: Mapping[str, Array]) -> Stack:
        """The stack that was packed."""

    @abc.abstractmethod
    def joined(self, stacks: Sequence[Stack]) -> Stack:
        """Stacks one after the other."""

    @abc.abstractmethod
    def taken(self, stack: Stack, places: Sequence[int]) -> Stack:
        """The members at these places."""

    def released(self, stack: Stack, place: int) -> Mapping[str, Array]:
        """One model alone, as arrays by name, for deployment."""
        return self.pack(self.taken(stack, [place]))

    def refitted(
        self, stack: Stack, scale: Float[Array, " member"], intercepts: Float[Array, "member label"]
    ) -> Members:
        """The members with their class scores rescaled: scale * scores + intercepts."""
        return RefittedMembers(self, (stack,), scale, intercepts)


def _does_instead(one: Intervention, intervention: Intervention) -> bool:
    """Whether it is for what the other is for: a user's own fit may be for anything."""
    return isinstance(one, FitIntervention) or one.serves_like(intervention)
