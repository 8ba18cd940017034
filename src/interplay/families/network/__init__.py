"""Networks: many models trained by one compiled program, and attacked along the slope of their scores."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from interplay.acceleration import kernel
from interplay.arrays import Array, Float
from interplay.data.dataset import Dataset
from interplay.data.encoder import Encoded
from interplay.design.factors import Factors
from interplay.design.plan import Design
from interplay.engine import accelerated, jax
from interplay.families._family import ATTACK_RESTARTS, ATTACK_STEPS, AttackWords, Family, Members, Order
from interplay.families._setting import TrainingSetting
from interplay.families.network.architecture import admitted, network_of
from interplay.families.network.beforehand import starts
from interplay.families.network.expense import expenses, in_words
from interplay.families.network.fleet import Lazy, member, scores, train_all
from interplay.families.network.loop import Job
from interplay.families.network.members import NetworkMembers
from interplay.families.network.recipes import job, recipe, sampling, secret, table
from interplay.interventions import FitIntervention, Intervention, StartIntervention
from interplay.models import perceptron
from interplay.models.computation import called, computation
from interplay.models.network import Network, Parameters
from interplay.models.rescaled import Rescaled, RescaledParameters
from interplay.study.positions import Positions


@dataclass(frozen=True, eq=False)
class NetworkFamily(Family):
    """Networks of one architecture for so many encoded columns; `given` by a program, or described by a study."""

    network: Network
    columns: int
    given: bool = False

    @classmethod
    def build(cls, design: Design, dataset: Dataset, encoded: Encoded, where: Positions | str) -> Self:
        return cls(network_of(design.study, dataset, encoded, where), len(encoded.columns))

    @classmethod
    def takes(cls, given: object) -> bool:
        return isinstance(given, Network)

    @classmethod
    def of(cls, given: Network, design: Design, dataset: Dataset, encoded: Encoded) -> Self:
        return cls(admitted(given, design, dataset, encoded), len(encoded.columns), given=True)

    @property
    def words(self) -> str:
        return in_words(self.network, self.columns)

    @cached_property
    def operations(self) -> float:
        """Multiply-adds that score one row, or parameters where there are more."""
        return max(self.network.operations(self.columns), self.network.size)

    @property
    def identity(self) -> str:
        return f"{called(self.network)}\n{computation(self.network, self.columns)}" if self.given else ""

    @property
    def statements(self) -> Sequence[str]:
        return (
            f"Trained is this network: {self.words}.",
            f"The kernel that computes perceptrons and noise: {kernel.described(perceptron.SOURCE)}.",
        )

    @property
    def attack(self) -> AttackWords:
        settings = {"steps": ATTACK_STEPS, "restarts": ATTACK_RESTARTS}
        return AttackWords("projected gradient descent", ("pgd", "apgd"), settings)

    def notes(self, design: Design) -> Sequence[str]:
        return (f"Kernel     {kernel.described(perceptron.SOURCE)}",)

    def expenses(self, factors: Factors, rows_at_once: int) -> Sequence[str]:
        return expenses(factors, self.network, self.columns, rows_at_once)

    def rows_at_once(self, design: Design) -> int:
        return sampling(design).part_rows(accelerated())

    def refuses(self, intervention: Intervention) -> str | None:
        if isinstance(intervention, StartIntervention) and not self.network.tells_activations:
            return (
                f"{intervention.title} keeps the hidden layers of a network, and this one has none, or does not tell them from "
                "its output layer; declare hidden layers, or take it out"
            )
        if not isinstance(intervention, FitIntervention):
            return None
        return (
            f"{intervention.title} takes the place of a library's fit, and networks are trained in steps here; declare an "
            'estimator (kind = "estimator"), or take it out'
        )

    def train(
        self, setting: TrainingSetting, orders: Sequence[Order], progress: Callable[[int], None] = lambda _: None
    ) -> Parameters:
        begun = starts(setting, self.network, orders)

        def made(at: int) -> Job:
            order = orders[at]
            own = job(setting, order.treatment, order.rows, order.member, order.rate, order.role)
            if begun is not None:
                own = own._replace(start=member(begun, at))
            return secret(own) if order.secret else own

        described = recipe(setting, self.network, orders[0].treatment)  # all are of one treatment
        return train_all(described, table(setting), Lazy(len(orders), made), progress)

    def scores(self, stack: Parameters, inputs: Float[Array, "row column"]) -> Float[Array, "member row label"]:
        return scores(self.network, stack, inputs)

    def refitted(
        self, stack: Parameters, scale: Float[Array, " member"], intercepts: Float[Array, "member label"]
    ) -> Members:
        fitted = RescaledParameters(stack, scale.astype(np.float32), intercepts.astype(np.float32))
        return NetworkMembers(Rescaled(self.network), fitted)

    def pack(self, stack: Parameters) -> Mapping[str, Array]:
        leaves = jax.tree_util.tree_leaves_with_path(stack)
        return {jax.tree_util.keystr(path): np.asarray(leaf) for path, leaf in leaves}

    def unpack(self, arrays: Mapping[str, Array]) -> Parameters:
        leaves, shape = jax.tree_util.tree_flatten_with_path(self.network.shapes)
        return jax.tree.unflatten(shape, [arrays[jax.tree_util.keystr(path)] for path, _ in leaves])

    def joined(self, stacks: Sequence[Parameters]) -> Parameters:
        return jax.tree.map(lambda *leaves: np.concatenate([np.asarray(leaf) for leaf in leaves]), *stacks)

    def taken(self, stack: Parameters, places: Sequence[int]) -> Parameters:
        return jax.tree.map(lambda leaf: np.asarray(leaf)[list(places)], stack)

    def released(self, stack: Parameters, place: int) -> Mapping[str, Array]:
        return self.pack(member(stack, place))
