"""Untrained modules of PyTorch for tests, some with a fault; it is imported where PyTorch is installed only."""

import torch
from torch import nn


def linear(columns, classes):
    """Logistic regression."""
    return nn.Linear(columns, classes)


def perceptron(columns, classes, hidden=16, dropout=0.0):
    """One hidden layer."""
    return nn.Sequential(nn.Linear(columns, hidden), nn.ReLU(), nn.Dropout(dropout), nn.Linear(hidden, classes))


def normalised(columns, classes):
    """With batch normalisation."""
    return nn.Sequential(nn.Linear(columns, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, classes))


def lazy(classes):
    """Asks for the number of columns when it first sees rows."""
    return nn.Sequential(nn.LazyLinear(8), nn.ReLU(), nn.Linear(8, classes))


def single(columns):
    """One score a row: the log-odds of the second class."""
    return nn.Sequential(nn.Linear(columns, 8), nn.ReLU(), nn.Linear(8, 1))


class Faulty(nn.Module):
    """A linear module with one fault."""

    def __init__(self, columns, classes, fault):
        super().__init__()
        self.inner, self.fault = nn.Linear(columns, classes), fault
        self.calls = 0

    def forward(self, rows):
        scores = self.inner(rows)
        if self.fault == "probabilities":
            return scores.softmax(dim=1)
        if self.fault == "rows together":
            return scores - scores.mean(dim=0)
        if self.fault == "rows together in training":
            return scores - scores.mean(dim=0) if self.training else scores
        if self.fault == "another answer":
            self.calls += 1
            return scores + 0.1 * self.calls
        if self.fault == "not finite":
            return scores / 0.0
        if self.fault == "three scores":
            return torch.cat([scores, scores[:, :1]], dim=1)
        return scores


class Idle(nn.Module):
    """Has a layer that no score depends on."""

    def __init__(self, columns, classes):
        super().__init__()
        self.used, self.idle = nn.Linear(columns, classes), nn.Linear(2, 2)

    def forward(self, rows):
        return self.used(rows)


def faulty(columns, classes, fault):
    """A module with one fault."""
    return Faulty(columns, classes, fault)


def narrow(columns, classes):
    """Built for another number of columns."""
    return nn.Linear(columns + 1, classes)


class Own(nn.Module):
    """A layer that does not say how its parameters are drawn."""

    def __init__(self, columns, classes):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(columns, classes))

    def forward(self, rows):
        return rows @ self.weight


class Net(nn.Module):
    """What a user of skorch brings: layers, and logits."""

    def __init__(self, columns, classes=2):
        super().__init__()
        self.inner = perceptron(columns, classes, dropout=0.2)

    def forward(self, rows):
        return self.inner(rows)


def skorched(columns, **settings):
    """That module as a classifier of skorch."""
    from skorch import NeuralNetClassifier

    return NeuralNetClassifier(
        Net,
        module__columns=columns,
        criterion=nn.CrossEntropyLoss,
        max_epochs=5,
        lr=0.1,
        iterator_train__shuffle=True,
        train_split=None,
        **settings,
    )


def hearing(columns):
    """A classifier of skorch that hears weights, as its documentation shows: they travel with the rows."""
    from skorch import NeuralNetClassifier

    class Hearing(NeuralNetClassifier):
        def fit(self, X, y, sample_weight=None):
            weights = torch.ones(len(X)) if sample_weight is None else torch.tensor(sample_weight, dtype=torch.float32)
            return super().fit({"rows": X, "sample_weight": weights.numpy()}, y)

        def infer(self, x, **others):
            return self.module_(x["rows"] if isinstance(x, dict) else x)

        def get_loss(self, y_pred, y_true, X, *args, **kwargs):
            losses = super().get_loss(y_pred, y_true, X, *args, **kwargs)
            return (losses * X["sample_weight"]).mean() if isinstance(X, dict) else losses.mean()

    return Hearing(
        Net,
        module__columns=columns,
        criterion=nn.CrossEntropyLoss,
        criterion__reduction="none",
        max_epochs=5,
        lr=0.1,
        train_split=None,
    )
