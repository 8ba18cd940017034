"""Interventions as arguments of programs."""

from dataclasses import dataclass, replace
from typing import ClassVar

import jax
import numpy as np
import pytest

from interplay.aspects import Aspect
from interplay.families.network.hooks import hooks
from interplay.interventions import LossIntervention
from interplay.interventions.adversarial_training import AdversarialTraining
from interplay.interventions.dp_sgd import DpSgd
from interplay.interventions.reweighing import Reweighing


@dataclass(frozen=True)
class _Checked(LossIntervention):
    """An intervention that checks its numbers, as those of other packages may."""

    aspects: ClassVar = (Aspect.FAIRNESS,)
    title: ClassVar = "checked"
    serves: ClassVar = ()
    reference: ClassVar = "none"
    strength: float = 1.0

    def __post_init__(self):
        if self.strength < 0:
            raise ValueError("strength")

    def penalty(self, logits, favourable, groups, weights, *, group_count):
        return self.strength * (logits**2).sum()


def test_real_numbers_are_leaves_and_the_rest_is_the_kind():
    first = hooks([AdversarialTraining(radius=0.1), DpSgd(noise_multiplier=1.0)])
    second = hooks([DpSgd(noise_multiplier=2, max_grad_norm=3.0), AdversarialTraining(radius=0.2)])
    assert jax.tree.structure(first) == jax.tree.structure(second)
    assert jax.tree.leaves(second) == [np.float32(0.2), 8.0, 3.0, 2.0]
    other = hooks([AdversarialTraining(attack_steps=3), DpSgd(noise_multiplier=1.0)])
    assert jax.tree.structure(first) != jax.tree.structure(other)


def test_interventions_outside_the_loop_are_no_hooks():
    assert jax.tree.leaves(hooks([Reweighing()])) == []


def test_checks_of_an_intervention_do_not_see_traced_numbers():
    doubled = jax.jit(lambda one: jax.tree.map(lambda leaf: 2 * leaf, one))(hooks([_Checked(strength=3.0)]))
    assert float(doubled.penalties[0].strength) == 6.0
    with pytest.raises(ValueError, match="strength"):
        _Checked(strength=-1.0)
    halved = jax.jit(lambda one: replace(one.gradient, noise_multiplier=one.gradient.noise_multiplier / 2))
    assert float(halved(hooks([DpSgd(noise_multiplier=3.0)])).noise_multiplier) == 1.5
