"""Projected gradient ascent by hand, on all columns or on the first few only."""

import torch
from torch import Tensor
from torch.nn.functional import linear

from benchmarks.peers.lean_network import LeanNetwork, softmax_errors
from benchmarks.work import Attack


def attacked(network: LeanNetwork, inputs: Tensor, one_hot: Tensor, attack: Attack, movable: int | None) -> Tensor:
    """The rows after the attack on all columns, or on the `movable` first ones.

    The full softmax gradient is computed: the shortcut by which two classes need only its sign is off.
    """
    if movable is None:
        return _ascend(network, inputs, one_hot, attack, None)
    fixed = linear(inputs[:, movable:], network.weights[0][:, movable:], network.biases[0])
    moved = _ascend(network, inputs[:, :movable], one_hot, attack, fixed)
    return torch.cat([moved, inputs[:, movable:]], dim=1)


def _ascend(network: LeanNetwork, clean: Tensor, one_hot: Tensor, attack: Attack, fixed: Tensor | None) -> Tensor:
    """Move the given columns; `fixed` holds what the other columns and the bias add to the first layer."""
    weight = network.weights[0][:, : clean.shape[1]]
    offset = network.biases[0] if fixed is None else fixed
    low = (clean - attack.radius).clamp_(0.0, 1.0)
    high = (clean + attack.radius).clamp_(0.0, 1.0)
    moved = torch.empty_like(clean).uniform_(-attack.radius, attack.radius).add_(clean)
    torch.clamp(moved, low, high, out=moved)
    for _ in range(attack.steps):
        values = network.onward([moved], torch.addmm(offset, moved, weight.T))
        errors = network.backward(values, softmax_errors(values[-1], one_hot))
        moved.add_((errors[0] @ weight).sign_(), alpha=attack.step_size)
        torch.clamp(moved, low, high, out=moved)
    return moved
