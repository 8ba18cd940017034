"""Ways to fit a model that a user might write, for tests."""

from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier


def stump(frame, labels, weights, seed, depth=1):
    """A tree that is too small to learn anybody by heart."""
    return DecisionTreeClassifier(max_depth=depth, random_state=seed).fit(frame, labels, sample_weight=weights)


def the_same(frame, labels, weights, seed):
    """What the study fits without it."""
    return DecisionTreeClassifier(random_state=seed).fit(frame, labels, sample_weight=weights)


def deaf(frame, labels, weights, seed):
    """A tree that does not hear weights."""
    return DecisionTreeClassifier(max_depth=2, random_state=seed).fit(frame, labels)


def by_lot(frame, labels, weights, seed):
    """Another model whenever it is asked for one."""
    return DecisionTreeClassifier(splitter="random", max_depth=2).fit(frame, labels, sample_weight=weights)


def linear(frame, labels, weights, seed, strength=1.0):
    """A logistic regression."""
    return LogisticRegression(C=strength).fit(frame, labels, sample_weight=weights)


def deciding(frame, labels, weights, seed):
    """What gives no probabilities."""
    from tests.families.pipelines import Deciding

    return Deciding().fit(frame, labels, sample_weight=weights)


def broken(frame, labels, weights, seed):
    """A function with a fault."""
    raise ValueError("no room left")
