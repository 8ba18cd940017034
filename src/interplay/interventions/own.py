"""A user's own way of fitting a model, as an intervention."""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from interplay.aspects import Aspect
from interplay.discovery import function, source
from interplay.interventions._fit import Fit, FitIntervention
from interplay.interventions._parameters import Problem
from interplay.interventions._purpose import Service
from interplay.interventions._schedule import Schedule


@dataclass(frozen=True)
class Own(FitIntervention):
    """Fit the model by a function of your own.

    model = call(frame, labels, weights, seed, **options)

    `call` is a function "module:name", looked for beside the study, then on Python's path; importing it runs its code. `frame`
    holds the rows as the study's model reads them (a data frame with inputs = "table", else numbers), `labels` are codes from 0,
    `weights` have mean one (less where copies share a row's weight), and `seed` is the member's. It gives a fitted classifier
    with `classes_` and `predict_proba`, which is held against the same demands as the study's model.

    `aspects` are those that it is for; `serves` is its positive control, the metrics of which it has to improve one to count as
    having worked; `reference` says where it is described. `stands_in_for` is an intervention of the catalogue whose probes are
    asked of it. It takes the place of fitting, and acts together with what changes rows, labels or weights and with what is put
    on top.

    Reference: the one that the study declares; Cresswell (2025), section 2, for positive controls as a condition.

    Example:
        >>> mine = Own(call="mymodel:private", aspects=(Aspect.PRIVACY,), serves=(Service("membership_risk"),))
        >>> [problem.parameter for problem in mine.problems(Schedule(100, 1.0, 1), 200)]
        ['reference']

    Does not show: that a guarantee which the function promises holds. None is entered for it: a budget of differential privacy is
    not measured.
    """

    call: str = ""
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)
    aspects: tuple[Aspect, ...] = ()  # type: ignore[misc] # of the study, and not of the class
    serves: tuple[Service, ...] = ()  # type: ignore[misc]
    reference: str = ""  # type: ignore[misc]
    title: str = "an intervention of your own"  # type: ignore[misc]
    stands_in_for: str = ""  # type: ignore[misc]

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "serves", tuple(_service(one) for one in self.serves))
        object.__setattr__(self, "aspects", tuple(Aspect(one) for one in self.aspects))

    def problems(self, schedule: Schedule, all_rows: int) -> Iterator[Problem]:
        wanted = {
            "call": ("a function of yours as module:function", 'write call = "mymodel:private"'),
            "aspects": ("the aspects that it is for", 'write aspects = ["privacy"]'),
            "serves": ("a positive control: what it has to improve", 'write serves = [{ metric = "membership_risk" }]'),
            "reference": ("where it is described", 'write reference = "Author, year"'),
        }
        for parameter, (expected, step) in wanted.items():
            if not getattr(self, parameter):
                yield Problem(parameter, expected, "nothing", step)

    def fitting(self, beside: Path | None) -> Fit:
        return functools.partial(_call, self._function(beside), dict(self.options))

    def identity(self, beside: Path | None) -> str:
        return source(self._function(beside))

    def _function(self, beside: Path | None) -> Any:
        return function(self.call, beside, f"{self.name}, call")


def _service(given: Service | Mapping[str, Any]) -> Service:
    """A service from the keys of a file, where lists stand for tuples."""
    if isinstance(given, Service):
        return given
    return Service(**{**given, "replaces": tuple(given.get("replaces", ()))})


def _call(made: Any, options: Mapping[str, Any], rows: Any, labels: Any, weights: Any, seed: int) -> Any:
    return made(rows, labels, weights, seed, **options)
