"""DP-SGD for longer: more steps within the same budget, to tell what stopping early costs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.interventions._advice import Mitigates
from interplay.interventions._parameters import Problem, Range, Search
from interplay.interventions._purpose import PartOf, Service
from interplay.interventions._schedule import Schedule
from interplay.interventions.dp_sgd import DpSgd
from interplay.models.network import Network


@dataclass(frozen=True)
class LongerDpSgd(DpSgd):
    """Train with DP-SGD for `times` as many steps within the same budget: a diagnostic of what missing convergence does.

    steps = round(times * steps of the study), noise_multiplier solved anew for privacy_epsilon over these steps

    Parameters as in `dp_sgd`, whose own it has where a study declares none for it, so that both spend the same budget with
    the same clipping norm. More steps need more noise in each. It costs `times` as much, is trained and compared by
    itself, and is never chosen: to have longer training as a candidate, declare more steps. Held against `dp_sgd` it says
    how much of a harm of DP-SGD comes from stopping before the model has converged.

    Reference: Tramèr and Boneh (2021), on private training that converges slowly.

    Example:
        >>> LongerDpSgd().scheduled(Schedule(rows=500, rate=1.0, steps=400)).steps
        1600

    Does not show: what training until convergence would give; a budget allows no endless training.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = ()
    title: ClassVar[str] = "longer DP-SGD"
    serves: ClassVar[tuple[Service, ...]] = ()
    reference: ClassVar[str] = "Tramèr and Boneh, 2021"
    mitigates: ClassVar[tuple[Mitigates, ...]] = (
        Mitigates(
            "P->R",
            "more steps at the same budget: a diagnostic that costs four times as much says how much of the harm they undo",
            "Tramer and Boneh, 2021",
        ),
    )
    ranges: ClassVar[Mapping[str, Range]] = MappingProxyType({**DpSgd.ranges, "times": Range(1.0, open=True)})
    searched: ClassVar[Mapping[str, Search]] = MappingProxyType({})
    follows: ClassVar[str] = "dp_sgd"
    part_of: ClassVar[PartOf | None] = PartOf("dp_sgd", "undone")

    times: float = 4.0

    @property
    def diagnostic(self) -> str:
        return self.no_guarantee or (
            f"it is DP-SGD for {self.times:g} times as many steps, and shows what stopping early costs"
        )

    @property
    def no_guarantee(self) -> str:
        return super().diagnostic

    def expense(self, network: Network, columns: int, rows: int) -> str:
        return f"{super().expense(network, columns, rows)}, for {self.times:g} times as many steps"

    def scheduled(self, schedule: Schedule) -> Schedule:
        return replace(schedule, steps=round(self.times * schedule.steps))

    def problems(self, schedule: Schedule, all_rows: int) -> Iterator[Problem]:
        if self.noise_multiplier:
            yield Problem(
                "noise_multiplier",
                "a privacy_epsilon, within which the noise of the longer schedule is solved for",
                f"a noise multiplier of {self.noise_multiplier:g}, with which {schedule.steps:,} steps spend more than fewer do",
                "declare the privacy_epsilon instead, for dp_sgd too where both are compared",
            )
        yield from super().problems(schedule, all_rows)
