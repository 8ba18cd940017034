from collections.abc import Mapping

import pytest

from interplay import catalogue
from interplay.errors import StudyError
from interplay.interventions import Intervention
from interplay.study.instances import build
from interplay.study.model import InterventionSection


def test_lists_become_tuples(interventions: Mapping[str, type[Intervention]]) -> None:
    kind = interventions["parity_penalty"]
    made = build(InterventionSection(name="parity_penalty", parameters={"edges": [1, 2], "strength": 3}), kind)
    assert made == kind(edges=(1, 2), strength=3.0)
    assert hash(made) == hash(kind(edges=(1, 2), strength=3.0))


def test_a_wrong_parameter_is_refused(interventions: Mapping[str, type[Intervention]]) -> None:
    section = InterventionSection(name="parity_penalty", parameters={"strenght": 3})
    with pytest.raises(StudyError) as caught:
        build(section, interventions["parity_penalty"])
    assert str(caught.value) == (
        "expected a parameter of parity_penalty, found the unknown parameter 'strenght' (intervention parity_penalty, "
        "parameters.strenght). Next: use 'strength', if that is meant."
    )


@pytest.mark.parametrize("name", sorted(catalogue.interventions()))
def test_the_parameters_of_every_intervention_can_be_declared(name: str) -> None:
    described = next(one for one in catalogue.describe()["interventions"] if one["name"] == name)
    declared = {one["name"]: one["default"] for one in described["parameters"]}
    kind = catalogue.interventions()[name]
    assert build(InterventionSection(name=name, parameters=declared), kind) == kind()
