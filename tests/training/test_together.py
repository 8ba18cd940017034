"""Two interventions of one phase in one treatment: they act together by a rule of the phase, or refuse each other."""

import dataclasses
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

import numpy as np
import pytest
from tests.training.worlds import PLAIN, job, table

from interplay.aspects import Aspect
from interplay.design.candidates import candidates
from interplay.design.factors import Factors, layered
from interplay.engine import jax, jnp
from interplay.errors import RefusedCombination
from interplay.families import remade
from interplay.families.network.fleet import member, train_all
from interplay.families.network.hooks import hooks
from interplay.families.network.sampler import Sampling
from interplay.interventions import (
    DataIntervention,
    GradientIntervention,
    InputIntervention,
    Intervention,
    LossIntervention,
    PredictionIntervention,
    ReleaseIntervention,
    TrainingRows,
    refusal,
)
from interplay.interventions.adversarial_training import AdversarialTraining
from interplay.interventions.dp_sgd import DpSgd
from interplay.interventions.group_conformal import GroupConformal
from interplay.interventions.group_thresholds import GroupThresholds
from interplay.interventions.reweighing import Reweighing
from interplay.interventions.split_conformal import SplitConformal
from interplay.study import Study
from interplay.study.check import check


@dataclass(frozen=True)
class Toy:
    """What every intervention of another package says of itself."""

    aspects: ClassVar = (Aspect.FAIRNESS,)
    serves: ClassVar = ()
    reference: ClassVar = "none, 2026"


@dataclass(frozen=True)
class Older(Toy, DataIntervention):
    title: ClassVar = "older rows count less"

    def weigh(self, rows):
        weights = np.linspace(0.5, 1.5, len(rows.labels))
        return weights / weights.mean()


@dataclass(frozen=True)
class Rarer(Toy, DataIntervention):
    title: ClassVar = "the rarer label counts more"

    def weigh(self, rows):
        weights = np.where(rows.labels == 1, 3.0, 1.0)
        return weights / weights.mean()


@dataclass(frozen=True)
class Shifted(Toy, InputIntervention):
    title: ClassVar = "shifted rows"

    def perturb(self, loss, inputs, threat, key):
        return inputs + 0.1

    def refuses(self, partner):
        return None  # says nothing of its phase, as an intervention of another package may


@dataclass(frozen=True)
class Squared(Toy, LossIntervention):
    title: ClassVar = "small scores"
    strength: float = 0.7

    def penalty(self, logits, favourable, groups, weights, *, group_count):
        return self.strength * jnp.sum(weights[:, None] * logits**2) / jnp.maximum(weights.sum(), 1.0)


@dataclass(frozen=True)
class Apart(Toy, LossIntervention):
    title: ClassVar = "groups of one mean"

    def penalty(self, logits, favourable, groups, weights, *, group_count):
        sign = jnp.where(groups == 1, 1.0, -1.0) * weights
        return (jnp.sum(sign * logits[:, favourable]) / jnp.maximum(weights.sum(), 1.0)) ** 2


@dataclass(frozen=True)
class Halved(Toy, GradientIntervention):
    title: ClassVar = "half a gradient"

    def summed(self, network, parameters, examples):
        return jax.tree.map(lambda leaf: 0.5 * leaf, network.clipped_sum(parameters, examples, 1e9)[0])

    def refuses(self, partner):
        return None


def _one_step(*active):
    recipe = dataclasses.replace(PLAIN, sampling=Sampling(60, 1.0, 1), movable=())
    return recipe, job(0, active), member(train_all(recipe, table(), [job(0, active)]), 0)


def test_a_treatment_with_two_penalties_trains_with_both():
    recipe, given, found = _one_step(Squared(), Apart())
    data, network = table(), recipe.network
    inputs, labels, groups = (leaf[given.rows] for leaf in (data.inputs, data.labels, data.groups))
    start, present = network.initial(jax.random.wrap_key_data(given.initialisation)), jnp.ones(60)

    def loss(parameters, active):
        plain = network.losses(parameters, inputs, labels).mean()
        scores = network.logits(parameters, inputs)
        return plain + sum(one.penalty(scores, 1, groups, present, group_count=2) for one in active)

    def by_hand(*active):
        slope = jax.grad(loss)(start, active)
        return np.concatenate(
            [np.ravel(a - 0.1 * b) for a, b in zip(jax.tree.leaves(start), jax.tree.leaves(slope), strict=True)]
        )

    ours = np.concatenate([np.ravel(leaf) for leaf in jax.tree.leaves(found)])
    np.testing.assert_allclose(ours, by_hand(Squared(), Apart()), atol=1e-6)
    for alone in (Squared(), Apart()):
        assert np.abs(ours - by_hand(alone)).max() > 1e-3, "the case must tell one penalty from two"


def test_weights_of_two_data_interventions_multiply_and_have_mean_one():
    rng = np.random.default_rng(0)
    rows = TrainingRows(rng.integers(0, 2, 200), rng.integers(0, 2, 200), 2)
    _, both = remade([Older(), Rarer()], rows)
    product = Older().weigh(rows) * Rarer().weigh(rows)
    np.testing.assert_allclose(both, product / product.mean(), rtol=1e-12)
    assert abs(product.mean() - 1) > 1e-3 and both.mean() == pytest.approx(1.0)
    np.testing.assert_array_equal(remade([Rarer()], rows)[1], Rarer().weigh(rows))
    np.testing.assert_array_equal(remade([], rows)[1], np.ones(200))


REFUSED = [
    (Shifted(), AdversarialTraining(), "replace the rows"),
    (Halved(), DpSgd(noise_multiplier=1.0), "one model has one gradient"),
    (Halved(), Squared(), "couples the rows"),
    (Squared(), DpSgd(noise_multiplier=1.0), "couples the rows"),
]


@pytest.mark.parametrize(("first", "second", "said"), REFUSED)
def test_what_cannot_act_together_is_refused_in_either_order(first, second, said):
    for pair in ((first, second), (second, first)):
        assert said in refusal(*pair)
        with pytest.raises(RefusedCombination) as caught:
            hooks(pair)
        assert said in caught.value.found and caught.value.remedy


@pytest.mark.parametrize(("first", "second", "said"), REFUSED[:3])
def test_a_study_with_both_is_refused_before_anything_runs(first, second, said):
    kinds = {"first": type(first), "second": type(second)}
    sections = [{"name": "first"}, {"name": "second"}]
    study = Study(name="x", data={"source": "a.csv"}, interventions=sections)
    with pytest.raises(RefusedCombination) as caught:
        check(study, {}, kinds, "the study")
    assert said in caught.value.found
    assert "take one of them out" in caught.value.remedy
    assert caught.value.where == "the study, interventions[1].name"


def test_all_other_pairs_of_phases_act_together():
    phases: list[Intervention] = [Reweighing(), AdversarialTraining(), Squared(), DpSgd(noise_multiplier=1.0)]
    refused = {(type(a), type(b)) for a, b in combinations(phases, 2) if refusal(a, b)}
    assert refused == {(Squared, DpSgd)}
    assert refusal(Older(), Rarer()) is refusal(Squared(), Apart()) is None


def test_no_treatment_or_candidate_has_two_layers():
    """Two prediction layers, or two releases, never act on one model: each is put on top alone."""
    layers = {one.name: one for one in (GroupThresholds(), SplitConformal(), GroupConformal())}

    class Other(GroupThresholds):
        pass

    built = Factors({"reweighing": Reweighing()}, {**layers, "other": Other()})
    on_top = [[name for name in one.interventions if name in built.layers] for one in layered(built)]
    assert max(map(len, on_top)) == 1 and {"other"} < {name for names in on_top for name in names}
    chosen = [[name for name in one.interventions if name in built.layers] for one in candidates(built)]
    assert max(map(len, chosen)) == 1
    assert all(isinstance(one, PredictionIntervention | ReleaseIntervention) for one in built.layers.values())
