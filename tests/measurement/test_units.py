"""How far an attack moves a column: in standard deviations, as a factor, or in the column's own unit."""

import numpy as np
import pandas as pd
import pytest

import interplay as ip
from interplay.attacks.pgd import project
from interplay.auditing.prepare import prepare
from interplay.data.encoder import fit
from interplay.data.table import numbers, table
from interplay.engine import jnp
from interplay.errors import DataError
from interplay.representations import threat_of
from tests.measurement.worlds import bank, facts_of, ready, study

DRAW = np.random.default_rng(0)
INCOME = np.exp(DRAW.normal(8, 1.2, 800)).round(2)
AGE = DRAW.uniform(20, 70, 800).round(1)


def _encoder(**largest_change):
    people = table([numbers("income", INCOME), numbers("age", AGE)], "people.csv")
    return people, fit(people, ["income", "age"], np.arange(800), largest_change=largest_change)


def test_a_radius_is_a_factor_of_a_column_on_a_logarithmic_scale():
    people, encoder = _encoder()
    (part, _), factors = encoder.parts, encoder.factors(0.75)
    assert part.logarithmic and list(factors) == ["income"]
    assert factors["income"] == pytest.approx(np.exp(0.75 * np.log1p(INCOME).std()))
    moved = INCOME[0] * 1.0
    encoded = encoder.encode(people).matrix[0, 0] + 0.75
    back = np.expm1(encoded * part.deviation + part.mean)
    assert (1 + back) / (1 + moved) == pytest.approx(factors["income"], rel=1e-5)


def test_a_change_in_the_columns_own_unit_is_that_change():
    people, encoder = _encoder(age=5.0, income=1.5)
    encoded = encoder.encode(people)
    radius = 0.5
    threat = threat_of(encoded, radius)
    start = jnp.asarray(encoded.matrix[:50])
    far = np.asarray(project(start + 99, start, radius, threat._replace(upper=jnp.full(2, 1e6))))
    income, age = encoder.parts
    years = (far[:, 1] - np.asarray(start)[:, 1]) * age.deviation
    np.testing.assert_allclose(years, 5.0, rtol=1e-4)
    factor = np.exp((far[:, 0] - np.asarray(start)[:, 0]) * income.deviation)
    np.testing.assert_allclose(factor, 1.5, rtol=1e-4)
    assert encoder.factors(radius)["income"] == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("column", "amount", "words"),
    [
        ("height", 5.0, "a number that an attacker can move"),
        ("age", 0.0, "a change above 0"),
        ("income", 0.9, "a factor above 1"),
    ],
)
def test_what_makes_no_sense_is_refused_in_four_parts(column, amount, words):
    with pytest.raises(DataError) as refused:
        _encoder(**{column: amount})
    assert words in refused.value.expected and column in f"{refused.value.found} {refused.value.where}"
    assert refused.value.remedy


def test_an_attack_reaches_a_range_wider_than_its_radius():
    """A declared change of four standard deviations at a radius of a half: a line is moved the whole way."""
    frame = bank(rows=900)
    wide = 4.0 * frame.x0.std()
    prepared = ready(frame, data={"largest_change": {"x0": wide}, "immutable": ("x1", "x2", "x3", "c")})
    facts = facts_of(prepared)
    bench, member = facts.setting, 0
    assert prepared.design.radius == 0.5
    layer = facts.parameters.parameters[0]
    slope = float((layer.weight[member][0, 1] - layer.weight[member][0, 0]) * facts.parameters.scale[member])
    rows = bench.attacked
    start, label = bench.encoded.matrix[rows, 0], bench.dataset.labels[rows]
    toward = np.where(label == 1, -1, 1) * np.sign(slope)
    goal = np.clip(start + toward * bench.encoded.reach[0], bench.encoded.lower[0], bench.encoded.upper[0])
    clean, moved = (
        facts.margins(one)[member] for one in (facts.log_probabilities, facts.adversarial_log_probabilities)
    )
    np.testing.assert_allclose(moved, clean[rows] + slope * (goal - start), atol=2e-3)


def test_the_plan_and_the_audit_say_what_a_radius_means(tmp_path):
    from interplay.auditing.outline import outline

    frame = pd.DataFrame({**bank(rows=900), "income": np.exp(DRAW.normal(8, 1.2, 900)).round(2)})
    declared = ip.InterventionSection(name="adversarial_training", parameters={"radius": 0.4})
    of_study = study(data={"largest_change": {"x0": 0.25}, "radius": None}).model_copy(
        update={"interventions": (declared,)}
    )
    prepared = prepare(of_study, frame)
    text = outline(prepared, tmp_path)
    assert "within 0.4 standard deviations of a column; on a logarithmic scale" in text
    assert f"income by a factor of {prepared.encoder.factors(0.4)['income']:.2f}" in text
    assert "declared for the column: x0 by 0.25" in text


def test_the_plan_says_that_a_radius_is_found_where_none_is_declared(tmp_path):
    from interplay.auditing.outline import outline

    text = outline(ready(bank(rows=900), data={"largest_change": {"x0": 0.25}, "radius": None}), tmp_path)
    assert "within the radius at which the control loses 10 points of balanced accuracy" in text
    assert "declared for the column: x0 by 0.25" in text
