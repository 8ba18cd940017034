"""What an exhibit is: a value that metrics may read, and what the house has to know about its kind."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

from interplay.arrays import Array, Float, Int
from interplay.evidence._rows import Rows


@dataclass(frozen=True, eq=False)
class Planned:
    """The rows that will be evaluated: by some member (`rows`), under attack, and with an explanation."""

    rows: Rows
    attacked: Int[Array, " attacked"]
    explained: Int[Array, " explained"]


@dataclass(frozen=True, eq=False)
class RandomModels:
    """Random numbers in the place of trained models, for tests.

    `clean` and `moved` are log-probabilities on all rows, and on the `attacked` rows after an attack; `features` is the
    number of columns that an explanation ranks. Every kind of exhibit draws from a stream of its own (`seed`).
    """

    seed: int
    rows: Rows
    attacked: Int[Array, " attacked"]
    clean: Float[Array, "member row label"]
    moved: Float[Array, "member attacked label"]
    features: int

    @property
    def members(self) -> int:
        """How many models there are."""
        return len(self.clean)


class Exhibit:
    """What is known of one treatment's members, as one value that metrics read.

    Class attributes: `attack`, whether it is what an attack achieved, so that finding nothing says only that this
    attack found nothing; `direct`, whether it states privacy or robustness itself, without an attack; `needs_shadows`,
    whether it takes members that did not see a row; `needs_training`, whether a model that is trained already cannot have it,
    since it takes others trained in the same way; `released`, whether it exists only where an intervention releases
    it; `read_from`, the exhibits it is made from; `released_with`, those of the same release, without which
    it does not exist.

    An exhibit of another package is a frozen dataclass on this class, whose arrays are annotated with the names of
    their axes, and a maker (`interplay.exhibits`).
    """

    attack: ClassVar[bool] = False
    direct: ClassVar[bool] = False
    needs_shadows: ClassVar[bool] = False
    needs_training: ClassVar[bool] = False
    released: ClassVar[bool] = False
    read_from: ClassVar[tuple[type["Exhibit"], ...]] = ()
    released_with: ClassVar[tuple[type["Exhibit"], ...]] = ()

    @classmethod
    def stand_in(cls, planned: Planned) -> Self | None:
        """The exhibit of two members that decide every row as its label, to count rows before anything is trained.

        None where no share of rows rests on it.
        """
        del planned
        return None

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        """A plausible one, from random numbers."""
        raise NotImplementedError(f"{cls.__name__}.random is needed to test the metrics that read it")


def rests_on(kinds: Iterable[type[Exhibit]], other: type[Exhibit]) -> bool:
    """Whether any of these exhibits is the other one, or is made from it over several steps.

    Example:
        >>> from interplay.evidence import Attacked, DecisionRule, Memberships
        >>> rests_on([Attacked], DecisionRule), rests_on([Memberships], DecisionRule)
        (True, False)
    """
    return any(kind is other or rests_on(kind.read_from, other) for kind in kinds)


def released(kinds: Iterable[type[Exhibit]]) -> tuple[type[Exhibit], ...]:
    """The released exhibits among these, or that they are made from or released with: all of them have to be there.

    Example:
        >>> from interplay.evidence import Attacked, PredictionSets
        >>> [kind.__name__ for kind in released([PredictionSets, Attacked])]
        ['PredictionSets']
    """
    found = [
        one
        for kind in kinds
        for one in ((kind,) if kind.released else released((*kind.read_from, *kind.released_with)))
    ]
    return tuple(dict.fromkeys(found))
