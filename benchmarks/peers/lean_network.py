"""A perceptron by hand: one flat parameter buffer, forward and backward passes without autograd."""

import itertools

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from benchmarks.peers.network import CLASSES, perceptron

_relu_backward = torch.ops.aten.threshold_backward.grad_input


class LeanNetwork:
    """Weights and biases as views of one buffer, so that an optimiser or a noise draw is one call for all layers."""

    def __init__(self, width: int, hidden: tuple[int, ...], seed: int = 0) -> None:
        start = perceptron(width, hidden, seed)
        sizes = (width, *hidden, CLASSES)
        shapes = list(itertools.pairwise(sizes))
        self.flat = torch.empty(sum((incoming + 1) * outgoing for incoming, outgoing in shapes))
        self.gradient = torch.zeros_like(self.flat)
        self.weights, self.biases = _views(self.flat, shapes)
        self.weight_gradients, self.bias_gradients = _views(self.gradient, shapes)
        dense = [layer for layer in start if isinstance(layer, nn.Linear)]
        for weight, bias, layer in zip(self.weights, self.biases, dense, strict=True):
            weight.copy_(layer.weight.detach())
            bias.copy_(layer.bias.detach())

    def forward(self, inputs: Tensor) -> list[Tensor]:
        """The inputs of every layer, then the logits."""
        return self.onward([inputs], linear(inputs, self.weights[0], self.biases[0]))

    def onward(self, values: list[Tensor], first: Tensor) -> list[Tensor]:
        """The rest of the forward pass, from the first layer's sums; `first` is overwritten."""
        values = [*values, first.relu_()]
        last = len(self.weights) - 1
        for layer in range(1, last + 1):
            sums = linear(values[-1], self.weights[layer], self.biases[layer])
            values.append(sums if layer == last else sums.relu_())
        return values

    def backward(self, values: list[Tensor], errors: Tensor) -> list[Tensor]:
        """The loss's gradient at the sums of every layer, first layer first, from that at the logits."""
        found = [errors]
        for layer in range(len(self.weights) - 1, 0, -1):
            error = found[-1] @ self.weights[layer]
            found.append(_relu_backward(error, values[layer], 0, grad_input=error))
        return found[::-1]

    def collect(self, values: list[Tensor], errors: list[Tensor]) -> None:
        """Sum the rows' gradients into the flat gradient buffer."""
        for layer, error in enumerate(errors):
            torch.mm(error.T, values[layer], out=self.weight_gradients[layer])
            torch.sum(error, dim=0, out=self.bias_gradients[layer])


def softmax_errors(logits: Tensor, one_hot: Tensor) -> Tensor:
    """The gradient of the cross-entropy of each row at its logits."""
    return torch.softmax(logits, dim=1).sub_(one_hot)


def _views(flat: Tensor, shapes: list[tuple[int, int]]) -> tuple[list[Tensor], list[Tensor]]:
    weights, biases, start = [], [], 0
    for incoming, outgoing in shapes:
        weights.append(flat[start : start + incoming * outgoing].view(outgoing, incoming))
        start += incoming * outgoing
        biases.append(flat[start : start + outgoing])
        start += outgoing
    return weights, biases
