"""Every exhibit is under its suite, and the suite notices what breaks its laws."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import pytest

import interplay.evidence
from interplay import discovery
from interplay.arrays import Array, Float
from interplay.evidence import Exhibit, RandomModels
from interplay.exhibits import makers
from interplay.testing import ExhibitSuite

KINDS = discovery.classes(interplay.evidence, Exhibit)


class TestExhibits(ExhibitSuite):
    @pytest.fixture(params=sorted(KINDS))
    def exhibit(self, request: pytest.FixtureRequest) -> type[Exhibit]:
        return KINDS[request.param]


def test_every_exhibit_has_a_maker_or_comes_with_a_layer_or_with_training() -> None:
    with_a_layer, with_training = (
        {"PredictionSets", "ExposedCalibration"},
        {"PrivacyGuarantee", "RetrainedControl", "CleanTwin"},
    )
    assert {kind.__name__ for kind in set(KINDS.values()) - set(makers())} == with_a_layer | with_training


def test_what_a_maker_asks_for_is_what_the_exhibit_says_it_is_made_from() -> None:
    from tests.measurement.worlds import bank, facts_of, ready

    memo = facts_of(ready(bank(rows=500), "release_explanations")).memo
    for kind in makers():
        memo.ask(kind)
        asked = memo._made[kind][1]
        assert {one for one in kind.read_from if one in makers()} <= asked | {interplay.evidence.DecisionRule}, kind


@dataclass
class Loose(Exhibit):
    read_from: ClassVar[tuple[type[Exhibit], ...]] = ()

    values: Float[Array, "member row"]

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        return cls(np.random.default_rng().random((2, 3)))


@pytest.mark.parametrize(
    "law",
    [
        "test_is_a_frozen_value_with_a_docstring",
        "test_has_a_place_for_every_member",
        "test_the_seed_decides_everything",
    ],
)
def test_a_loose_exhibit_is_caught(law: str) -> None:
    with pytest.raises(AssertionError):
        getattr(ExhibitSuite(), law)(Loose)
