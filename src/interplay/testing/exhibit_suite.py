"""The laws every exhibit obeys."""

import dataclasses

import numpy as np

from interplay.evidence import Exhibit, rests_on
from interplay.testing._axes import axes, length
from interplay.testing.evidence import random_facts


class ExhibitSuite:
    """Subclass it and define the fixture `exhibit`: the class of your exhibit."""

    def _random(self, exhibit: type[Exhibit], seed: int = 0, members: int = 3) -> Exhibit:
        made = random_facts(seed, members=members, rows=60, more=() if _built_in(exhibit) else (exhibit,)).exhibits
        return next(one for one in made if type(one) is exhibit)

    def test_is_a_frozen_value_with_a_docstring(self, exhibit: type[Exhibit]) -> None:
        assert dataclasses.is_dataclass(exhibit) and exhibit.__dataclass_params__.frozen
        assert exhibit.__doc__ and not exhibit.__doc__.startswith(f"{exhibit.__name__}(")

    def test_is_not_made_from_itself(self, exhibit: type[Exhibit]) -> None:
        assert not rests_on(exhibit.read_from, exhibit)

    def test_holds_numbers_of_numpy_alone(self, exhibit: type[Exhibit]) -> None:
        held = vars(self._random(exhibit)).values()
        assert not [one for one in held if hasattr(one, "shape") and not isinstance(one, np.ndarray | np.generic)]

    def test_has_a_place_for_every_member(self, exhibit: type[Exhibit]) -> None:
        made = self._random(exhibit, members=5)
        if "member" in axes(made):
            assert length(made, "member") == 5

    def test_the_seed_decides_everything(self, exhibit: type[Exhibit]) -> None:
        first, again = (vars(self._random(exhibit, seed=4)) for _ in range(2))
        for name, held in first.items():
            np.testing.assert_array_equal(held, again[name])


def _built_in(exhibit: type[Exhibit]) -> bool:
    return exhibit.__module__.startswith("interplay.evidence.")
