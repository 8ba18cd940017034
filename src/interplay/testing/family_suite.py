"""The laws every family of models obeys, and every adversary that it offers."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from interplay.arrays import Array, Float
from interplay.auditing.prepare import Prepared, prepare
from interplay.data.sections import DataSection, GroupSection, GroupsSection
from interplay.design.treatment import Treatment
from interplay.estimates import NotMeasurable
from interplay.exhibits import refitted
from interplay.families import Adversary, Order, Stack
from interplay.streams import generator
from interplay.study.model import ModelSection, Study

ROWS, RATES = 240, (0.1, 0.3)


@cache
def _prepared(kind: str, options: tuple[tuple[str, Any], ...], model: tuple[tuple[str, Any], ...]) -> Prepared:
    chance = generator(0, "a small table")
    numbers = chance.normal(size=(ROWS, 3))
    labels = (numbers[:, 0] - 0.5 * numbers[:, 1] + 0.5 * chance.normal(size=ROWS) > 0).astype(int)
    frame = pd.DataFrame(numbers, columns=["x0", "x1", "x2"]).assign(y=labels, g=chance.choice(["a", "b"], ROWS))
    study = Study(
        name="a family",
        members=3,
        draws=50,
        data=DataSection(source="frame", label="y", favourable=1),
        groups=GroupsSection(attributes={"g": GroupSection()}, minimum_rows=5),
        model=ModelSection(
            **{
                "kind": kind,
                "options": dict(options),
                "hidden": (),
                "steps": 40,
                "learning_rates": RATES,
                **dict(model),
            }
        ),
    )
    return prepare(study, frame)


class FamilySuite:
    """Subclass it and set `kind`, the name by which a study calls the family, its `options`, and more of the section `model`."""

    kind = "network"
    options: Mapping[str, Any] = {}
    model: Mapping[str, Any] = {}

    @property
    def prepared(self) -> Prepared:
        """A small study with the family."""
        return _prepared(self.kind, tuple(self.options.items()), tuple(self.model.items()))

    def _orders(self) -> list[Order]:
        halves = self.prepared.design.halves
        return [
            Order(Treatment(), rate, half, at, "law")
            for at, (half, rate) in enumerate(zip(halves, (*RATES, 0.2), strict=True))
        ]

    def _trained(self, orders: list[Order] | None = None) -> Stack:
        ready = self.prepared
        return ready.family.train(ready.training_setting(), self._orders() if orders is None else orders)

    def _arrays(self, stack: Stack) -> dict[str, Array]:
        return {name: np.asarray(array) for name, array in self.prepared.family.pack(stack).items()}

    def _same(self, first: Stack, second: Stack) -> None:
        here, there = self._arrays(first), self._arrays(second)
        assert here.keys() == there.keys()
        for name, array in here.items():
            np.testing.assert_array_equal(array, there[name], err_msg=name)

    def test_says_what_it_is(self) -> None:
        family = self.prepared.family
        assert family.words and family.operations > 0
        assert len(family.scores(self._trained(), self.prepared.encoded.matrix)) == len(self._orders())

    def test_the_same_orders_give_the_same_models(self) -> None:
        self._same(self._trained(), self._trained())

    def test_a_model_follows_from_its_own_order_alone(self) -> None:
        family, orders = self.prepared.family, self._orders()
        self._same(family.taken(self._trained(), [1]), self._trained([orders[1]]))

    def test_what_is_packed_is_unpacked(self) -> None:
        family, stack = self.prepared.family, self._trained()
        self._same(family.unpack(self._arrays(stack)), stack)

    def test_stacks_are_taken_apart_and_joined(self) -> None:
        family, stack = self.prepared.family, self._trained()
        self._same(family.joined([family.taken(stack, [0]), family.taken(stack, [1, 2])]), stack)

    def test_scores_are_finite_and_those_of_a_row(self) -> None:
        family, inputs, stack = self.prepared.family, self.prepared.encoded.matrix, self._trained()
        found = family.scores(stack, inputs)
        assert found.shape == (len(self._orders()), len(inputs), len(self.prepared.dataset.classes))
        assert found.dtype == np.float64 and np.isfinite(found).all()
        order = generator(0, "order").permutation(len(inputs))
        np.testing.assert_allclose(family.scores(stack, inputs[order]), found[:, order], rtol=1e-5, atol=1e-5)

    def test_it_learns(self) -> None:
        """The labels of this table follow from two of its columns."""
        found = self._members().log_probabilities(self.prepared.encoded.matrix).argmax(axis=2)
        assert (found == self.prepared.dataset.labels).mean() > 0.65

    def test_refitted_members_give_probabilities(self) -> None:
        logs = self._members().log_probabilities(self.prepared.encoded.matrix)
        np.testing.assert_allclose(np.exp(logs).sum(axis=2), 1.0, rtol=1e-6)

    def test_an_adversary_finds_no_better_row_than_there_is(self) -> None:
        ready, members = self.prepared, self._members()
        inputs, labels = ready.encoded.matrix[:60], ready.dataset.labels[:60]
        clean = _own(members.log_probabilities(inputs), labels)
        for radius in (0.0, 0.5):
            adversary = members.adversary(ready.setting().attack_within(radius))
            if isinstance(adversary, NotMeasurable):
                assert adversary.reason
                return
            moved = _own(_normalised(adversary, inputs, labels), labels)
            assert (moved <= clean + 1e-4).all(), f"within {radius} a row got better"
            if radius == 0:
                np.testing.assert_allclose(moved, clean, atol=1e-4)

    def test_gradients_are_those_of_the_log_probabilities(self) -> None:
        members, random = self._members(), generator(0, "directions")
        inputs = self.prepared.encoded.matrix[:40].astype(np.float64)
        slopes = random.normal(size=members.log_probabilities(inputs).shape)
        if not members.has_gradients:
            with pytest.raises(NotImplementedError):
                members.pulled_back(inputs, slopes)
            return
        step = 0.02 * random.normal(size=inputs.shape)
        ahead, behind = (members.log_probabilities(inputs + way * step) for way in (1, -1))
        along = (members.pulled_back(inputs, slopes) * step).sum(axis=2)
        np.testing.assert_allclose(along, (slopes * (ahead - behind)).sum(axis=2) / 2, atol=2e-4)

    def test_activations_are_finite_and_those_of_a_row(self) -> None:
        members, inputs = self._members(), self.prepared.encoded.matrix[:40]
        units = members.activations(inputs)
        if isinstance(units, NotMeasurable):
            assert units.reason
            return
        assert units.shape[:2] == (len(self._orders()), len(inputs)) and np.isfinite(units).all()
        turned = members.activations(inputs[::-1])
        np.testing.assert_allclose(turned[:, ::-1], units, rtol=1e-5, atol=1e-5)

    def _members(self) -> Any:
        return refitted(self.prepared.setting(), self._trained())


def _normalised(adversary: Adversary, inputs: Array, labels: Array) -> Float[Array, "member row label"]:
    scores = np.asarray(adversary.worst(inputs, labels), dtype=np.float64)
    return np.asarray(scores - np.logaddexp.reduce(scores, axis=2, keepdims=True))


def _own(logs: Float[Array, "member row label"], labels: Array) -> Float[Array, "member row"]:
    return np.take_along_axis(logs, labels[None, :, None], axis=2)[:, :, 0]
