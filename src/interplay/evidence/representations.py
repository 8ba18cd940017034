"""What the last hidden layer makes of some rows, in a treatment's members and in ordinary models."""

from dataclasses import dataclass
from typing import ClassVar, Self

from interplay import streams
from interplay.arrays import Array, Float, Int
from interplay.evidence._exhibit import Exhibit, RandomModels
from interplay.evidence.retrained_control import RetrainedControl


@dataclass(frozen=True, eq=False)
class Representations(Exhibit):
    """The activations of the last hidden layer on some rows, of each member and of the control from another start.

    `ordinary` are those of the model that was trained on the rows of the same member, with no random number in common. The
    units of both are in no order and need not be as many.
    """

    read_from: ClassVar[tuple[type[Exhibit], ...]] = (RetrainedControl,)

    rows: Int[Array, " represented"]
    own: Float[Array, "member represented unit"]
    ordinary: Float[Array, "member represented unit"]

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        chance = streams.generator(models.seed, "representations")
        ordinary, apart = chance.normal(size=(2, models.members, len(models.attacked), models.features))
        return cls(models.attacked, ordinary + 0.7 * apart, ordinary)
