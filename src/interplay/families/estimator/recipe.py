"""How an untrained estimator is made: from a function or class that a study names, or as copies of one that a program gives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from interplay.errors import StudyError
from interplay.families._factory import factory as factory_of
from interplay.families._pytorch import is_module

THREADS = ("n_jobs", "nthread", "thread_count", "num_threads")
SEEDS = ("random_state", "random_seed")
TALKING = "verbose"
"""What some libraries call telling of every epoch, which is said once for every model of an audit."""


@dataclass(frozen=True)
class EstimatorRecipe:
    """Untrained estimators, each with random numbers of its own, a single thread and nothing to say."""

    make: Callable[[], Any]
    called: str
    identity: str

    def untrained(self, seed: int) -> Any:
        """A new estimator."""
        estimator = self.make()
        settings = _settings(estimator)
        chosen = {name: 1 for name in settings if _last(name) in THREADS and not _is_single(estimator, settings, name)}
        chosen |= {name: seed for name in settings if _last(name) in SEEDS}
        chosen |= {name: 0 for name, value in settings.items() if _last(name) == TALKING and value}
        return estimator.set_params(**chosen) if chosen else estimator


def named(
    factory: str,
    options: Mapping[str, Any],
    beside: Path | None = None,
    sizes: Mapping[str, int] = MappingProxyType({}),
) -> EstimatorRecipe:
    """The estimators of a function or class "module:name", called as `interplay.families._factory.factory` says.

    Raises StudyError where there is none, or it gives nothing that can be fitted.
    """
    make = factory_of(factory, options, beside, sizes)

    def made() -> Any:
        estimator = make()
        _check(estimator, factory)
        return estimator

    return EstimatorRecipe(made, called(made()), make.identity)


def copies(given: Any) -> EstimatorRecipe:
    """Untrained copies of an estimator that a program gives, as `sklearn.base.clone` makes them."""
    from sklearn.base import clone

    _check(given, type(given).__name__)
    return EstimatorRecipe(lambda: clone(given), called(given), repr(given))


def called(estimator: Any) -> str:
    """What an estimator is, by its class; of a pipeline also what it is made of.

    Example:
        >>> from sklearn.linear_model import LogisticRegression
        >>> from sklearn.pipeline import make_pipeline
        >>> from sklearn.preprocessing import StandardScaler
        >>> called(make_pipeline(StandardScaler(), LogisticRegression()))
        'Pipeline of StandardScaler and LogisticRegression'
    """
    steps = [type(step).__name__ for _, step in getattr(estimator, "steps", ()) if step not in (None, "passthrough")]
    own = type(estimator).__name__
    return f"{own} of {' and '.join(steps)}" if steps else own


def is_estimator(given: object) -> bool:
    """Whether a program has given something that can be fitted and asked for probabilities, margins or decisions."""
    return hasattr(given, "fit") and any(
        hasattr(given, name) for name in ("predict_proba", "decision_function", "predict")
    )


def _check(estimator: object, called: str) -> None:
    if not hasattr(estimator, "fit") or not hasattr(estimator, "predict"):
        step = (
            'write kind = "torch" under [model]'
            if is_module(estimator)
            else "give a classifier with fit, and with predict_proba or predict, as scikit-learn has them"
        )
        raise StudyError("an estimator with fit and predict", f"{type(estimator).__name__}", called, step)


def _settings(estimator: Any) -> Mapping[str, Any]:
    return (
        estimator.get_params(deep=True) if hasattr(estimator, "get_params") and hasattr(estimator, "set_params") else {}
    )


def _is_single(estimator: Any, settings: Mapping[str, Any], name: str) -> bool:
    """Whether a setting of threads asks for one as it is: None does in scikit-learn, and all cores elsewhere."""
    owner = settings.get(name.rpartition("__")[0], estimator)
    return settings[name] == 1 or (settings[name] is None and type(owner).__module__.startswith("sklearn."))


def _last(name: str) -> str:
    return name.rpartition("__")[2]
