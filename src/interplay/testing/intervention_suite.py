"""The laws every intervention obeys, whatever its phase."""

import dataclasses
import json

from interplay import catalogue
from interplay.aspects import TRUST_ASPECTS
from interplay.interventions import Intervention, Schedule
from interplay.testing._prose import YEAR, camel, missing_parts


class InterventionSuite:
    """Subclass it and define the fixture `intervention`.

    The suites of the phases (`DataInterventionSuite` and its like) extend it: take that of your phase if there is one.
    """

    def test_says_what_it_is(self, intervention: Intervention) -> None:
        kind = type(intervention)
        assert not missing_parts(kind), f"the docstring of {intervention.name} lacks {missing_parts(kind)}"
        assert intervention.aspects or intervention.diagnostic, f"{intervention.name} serves no aspect"
        assert set(intervention.aspects) <= set(TRUST_ASPECTS), intervention.aspects
        assert intervention.title
        assert YEAR.search(intervention.reference), f"{intervention.name} cites no year: {intervention.reference!r}"

    def test_is_named_after_its_file(self, intervention: Intervention) -> None:
        stem = type(intervention).__module__.rpartition(".")[2]
        assert type(intervention).__name__ == camel(stem), f"the class in {stem}.py should be called {camel(stem)}"
        assert intervention.name.rpartition("/")[2] == stem

    def test_acts_in_one_phase(self, intervention: Intervention) -> None:
        phase = catalogue.phase(type(intervention))
        room = Intervention.__module__.rpartition(".")[0]
        assert phase.__module__.startswith(f"{room}._"), f"{intervention.name} acts in no known phase"
        assert len(type(intervention).__bases__) == 1, f"{intervention.name} should extend one class of its phase"

    def test_parameters_survive_the_study_file(self, intervention: Intervention) -> None:
        kind = type(intervention)
        assert kind() == kind(), "every parameter needs a default, and equal parameters make equal interventions"
        given = {name: value for name, value in dataclasses.asdict(intervention).items() if value is not None}
        assert kind(**json.loads(json.dumps(given))) == intervention
        assert hash(kind()) == hash(kind())

    def test_a_schedule_follows_from_the_studys(self, intervention: Intervention) -> None:
        given = Schedule(rows=500, rate=0.1, steps=40)
        found = intervention.scheduled(given)
        assert found.steps >= 1 and 0 < found.rate <= 1
        assert found.rows == given.rows, "members of all treatments train on the same rows"

    def test_what_it_follows_or_takes_apart_is_in_the_catalogue(self, intervention: Intervention) -> None:
        known, part = catalogue.interventions(), intervention.part_of
        assert intervention.follows in ("", *known)
        assert part is None or (part.intervention in known and intervention.diagnostic), f"{intervention.name}: {part}"

    def test_its_own_aspect_is_measured(self, intervention: Intervention) -> None:
        shown = intervention.serves or not intervention.aspects
        assert shown, f"{intervention.name} names no metric that shows whether it worked"
        known = catalogue.metrics()
        for service in intervention.serves:
            assert service.metric in known, f"{intervention.name} serves an unknown metric {service.metric!r}"
            aspect = known[service.metric].aspect
            assert aspect in intervention.aspects, f"{service.metric} measures {aspect}, not {intervention.aspects}"
            assert set(service.replaces) <= set(catalogue.interventions()), service.replaces
            if service.baseline_metric is not None:
                other = known[service.baseline_metric]
                assert (other.unit, other.direction) == (known[service.metric].unit, known[service.metric].direction)

    def test_refuses_a_partner_with_a_reason_or_not_at_all(self, intervention: Intervention) -> None:
        for kind in catalogue.interventions().values():
            reason = intervention.refuses(kind())
            assert reason is None or reason.strip(), f"{intervention.name} refuses {kind().name} without a reason"
        assert intervention.refuses(intervention) is None, f"{intervention.name} refuses itself"
