"""The families of models by name."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import interplay.families
from interplay import discovery
from interplay.errors import StudyError
from interplay.families._family import Family


@cache
def families() -> Mapping[str, type[Family]]:
    """Every family by the name that a study calls it: those here, and what other packages contribute."""
    own = discovery.classes(interplay.families, Family)  # type: ignore[type-abstract]
    others = discovery.contributed("interplay.families", type)
    return {**own, **{name: kind for name, kind in others.items() if issubclass(kind, Family)}}


def family_of(model: Any) -> type[Family]:
    """The family of an untrained model that a program gives.

    Raises StudyError where no family takes it.

    Example:
        >>> from sklearn.linear_model import LogisticRegression
        >>> family_of(LogisticRegression()).__name__
        'EstimatorFamily'
    """
    for kind in families().values():
        if kind.takes(model):
            return kind
    raise StudyError(
        "a network, or a classifier with fit and predict_proba, decision_function or predict",
        type(model).__name__,
        "the model that is given",
        "give an untrained classifier, as scikit-learn has them, or a trained model through interplay.fitted",
    )
