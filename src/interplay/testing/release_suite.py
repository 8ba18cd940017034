"""The laws of releases."""

import numpy as np

from interplay.estimates import NotMeasurable
from interplay.evidence import Exhibit, Grouping
from interplay.interventions import HeldOut, ReleaseIntervention
from interplay.testing.evidence import Facts, random_facts
from interplay.testing.intervention_suite import InterventionSuite


class ReleaseInterventionSuite(InterventionSuite):
    """Laws of what is released. Define the fixture `intervention`.

    An exhibit of your own that the release asks for is named by `reads`.
    """

    reads: tuple[type[Exhibit], ...] = ()

    def _released(self, intervention: ReleaseIntervention, facts: Facts) -> Exhibit | NotMeasurable | None:
        """What is released, None where a maker looks at the models for it."""
        made = intervention.makers(held_out(facts))
        return made[intervention.releases](facts.evidence().ask) if made else None

    def test_releases_an_exhibit_that_only_releases_make(self, intervention: ReleaseIntervention) -> None:
        assert issubclass(intervention.releases, Exhibit) and intervention.releases.released

    def test_gives_what_it_says(self, intervention: ReleaseIntervention) -> None:
        found = self._released(intervention, random_facts(rows=600, more=self.reads))
        assert found is None or isinstance(found, intervention.releases), found

    def test_gives_the_same_again(self, intervention: ReleaseIntervention) -> None:
        first, again = (self._released(intervention, random_facts(rows=600, more=self.reads)) for _ in range(2))
        if first is not None and again is not None:
            for name, held in vars(first).items():
                np.testing.assert_array_equal(held, vars(again)[name])


def held_out(facts: Facts) -> HeldOut:
    """What a layer may be fitted on: a quarter of the rows tunes, and another one calibrates."""
    rows, places = facts.rows, np.arange(len(facts.rows.labels))
    tuning, calibration = places[places % 4 == 0], places[places % 4 == 1]
    grouping = next(iter(rows.groupings.values()))
    classes = Grouping("label", rows.labels, tuple(map(str, range(rows.classes))), rows.favourable)
    return HeldOut(
        rows.labels,
        rows.favourable,
        grouping,
        classes,
        tuning,
        calibration,
        rows.counted,
        rows.weights,
        1,
        seed=0,
        miscoverage=0.1,
    )
