"""Clipped gradient sums and budgets against Opacus."""

import jax
import numpy as np
import pytest

from interplay.accounting import epsilon, noise_for
from interplay.engine import jnp
from interplay.models.dense import Dense
from interplay.models.network import Examples

torch = pytest.importorskip("torch")
pytestmark = [
    pytest.mark.oracles,
    pytest.mark.filterwarnings("ignore"),  # Opacus and PyTorch warn about their own insides
]


def _torch_twin(parameters):
    layers = []
    for depth, layer in enumerate(parameters):
        linear = torch.nn.Linear(*layer.weight.shape)
        linear.weight.data = torch.tensor(np.asarray(layer.weight).T.copy())
        linear.bias.data = torch.tensor(np.asarray(layer.bias))
        layers += [linear, torch.nn.ReLU()] if depth < len(parameters) - 1 else [linear]
    return torch.nn.Sequential(*layers)


@pytest.mark.parametrize("hidden", [(), (16,), (64, 64)])
def test_clipped_sum_equals_opacus(hidden):
    from opacus import GradSampleModule
    from opacus.optimizers import DPOptimizer

    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(128, 10)).astype(np.float32)
    labels = rng.integers(0, 2, 128)
    network = Dense((10, *hidden, 2))
    parameters = network.initial(jax.random.key(0))
    examples = Examples(jnp.asarray(inputs), jnp.asarray(labels), jnp.ones(128))
    ours, norms = network.clipped_sum(parameters, examples, 1.0)
    assert 0.05 < float((norms > 1).mean()) < 1.0

    model = GradSampleModule(_torch_twin(parameters), loss_reduction="sum")
    inner = torch.optim.SGD(model.parameters(), lr=0.1)
    optimiser = DPOptimizer(
        inner, noise_multiplier=0.0, max_grad_norm=1.0, expected_batch_size=128, loss_reduction="sum"
    )
    loss = torch.nn.functional.cross_entropy(model(torch.tensor(inputs)), torch.tensor(labels), reduction="sum")
    loss.backward()
    optimiser.clip_and_accumulate()
    theirs = [parameter.summed_grad.numpy() for parameter in model.parameters()]
    mine = [part for layer in ours for part in (np.asarray(layer.weight).T, np.asarray(layer.bias))]
    largest = max(np.abs(one).max() for one in theirs)
    # Opacus divides by norm + 1e-6, a relative difference of at most 1e-6 on rows with norm above one
    assert max(np.abs(a - b).max() for a, b in zip(mine, theirs, strict=True)) / largest <= 2e-6


@pytest.mark.parametrize("case", [(1.0, 0.032, 640, 1e-5), (3.0, 0.05, 300, 1e-5), (10.0, 0.5, 400, 1e-4)])
def test_budget_agrees_with_the_prv_accountant(case):
    from opacus.accountants import PRVAccountant

    noise, rate, steps, delta = case
    second = PRVAccountant()
    second.history = [(noise, rate, steps)]
    theirs = second.get_epsilon(delta=delta)
    assert epsilon(noise, rate, steps, delta) == pytest.approx(theirs, abs=max(0.02, 0.01 * theirs))


def test_solved_noise_satisfies_the_second_accountant():
    from opacus.accountants import PRVAccountant

    noise = noise_for(8.0, 0.2, 400, 1e-4)
    second = PRVAccountant()
    second.history = [(noise, 0.2, 400)]
    assert second.get_epsilon(delta=1e-4) == pytest.approx(8.0, abs=0.05)
