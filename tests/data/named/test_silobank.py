"""The generated bank: its formulas, its couples, its placebo, and its options."""

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from interplay.data.load import load
from interplay.data.named.silobank import generate
from interplay.data.sections import DataSection, GroupsSection
from interplay.data.table import Table
from interplay.errors import DataError


def parts(bank: Table) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    values = {name: column.values for name, column in bank.columns.items()}
    return values["recorded_income"], values["joint_account_flow"], values["creditworthiness"], values["sex"] == 1


def slope(x: np.ndarray, worth: np.ndarray) -> tuple[float, float]:
    line = np.polyfit(worth, x, 1)
    return float(line[0]), float((x - np.polyval(line, worth)).std())


def test_women_and_men_show_their_worth_in_different_columns() -> None:
    income, flow, worth, women = parts(generate(40_000, share_women=0.5))
    assert slope(income[~women], worth[~women]) == pytest.approx((1.0, 0.3), abs=0.02)
    assert slope(flow[~women], worth[~women]) == pytest.approx((0.0, 0.8), abs=0.02)
    assert slope(income[women], worth[women]) == pytest.approx((0.2, 0.5), abs=0.02)
    assert slope(flow[women], worth[women]) == pytest.approx((1.0, 0.3), abs=0.02)
    assert income[women].mean() == pytest.approx(-0.3, abs=0.02)


def test_in_the_placebo_they_show_it_alike() -> None:
    income, flow, worth, women = parts(generate(40_000, share_women=0.5, placebo=True))
    assert slope(income[women], worth[women]) == pytest.approx((1.0, 0.3), abs=0.02)
    assert slope(flow[women], worth[women]) == pytest.approx((0.0, 0.8), abs=0.02)


def test_couples_share_their_worth_and_the_share_of_women_is_exact() -> None:
    bank = generate(1_000, seed=5, share_women=0.2)
    _, _, worth, women = parts(bank)
    couple = bank.columns["couple"].values
    assert women.sum() == 200
    for one in range(200):
        wife, husband = np.flatnonzero((couple == one) & women), np.flatnonzero((couple == one) & ~women)
        assert (len(wife), len(husband)) == (1, 1)
        assert worth[wife[0]] == worth[husband[0]]
    assert np.isnan(couple).sum() == 600
    assert len(np.unique(worth)) == 800


def test_more_women_than_men_leaves_some_alone() -> None:
    couple = generate(100, share_women=0.8).columns["couple"].values
    assert np.isnan(couple).sum() == 60


def test_the_seed_decides() -> None:
    one, again, other = generate(100, seed=1), generate(100, seed=1), generate(100, seed=2)
    assert all(np.array_equal(one.columns[n].values, again.columns[n].values, equal_nan=True) for n in one.columns)
    assert not np.array_equal(one.columns["noise_1"].values, other.columns["noise_1"].values)


def test_the_model_sees_neither_sex_nor_truth() -> None:
    bank = load(DataSection(source="silobank", options={"rows": 500, "share_women": 0.3}), GroupsSection())
    assert set(bank.dropped) == {"sex", "couple", "creditworthiness"}
    assert len(bank.features) == 8
    sex = bank.groupings["sex"]
    assert sex.names[sex.reference] == "man"
    assert (sex.codes == sex.names.index("woman")).sum() == 150
    assert 0.4 < bank.labels.mean() < 0.6


@pytest.mark.parametrize(
    ("options", "remedy"),
    [
        ({"row": 100}, "use 'rows', if that is meant"),
        ({"rows": 5}, "correct rows"),
        ({"share_women": 1.5}, "correct share_women"),
        ({"placebo": "perhaps"}, "correct placebo"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], remedy: str) -> None:
    with pytest.raises(DataError) as caught:
        load(DataSection(source="silobank", options=options), GroupsSection())
    assert caught.value.remedy == remedy


def gap(bank: Table, model: Any) -> float:
    numeric = [name for name in bank.columns if name.startswith(("recorded", "joint", "household", "noise"))]
    inputs = np.stack([bank.columns[name].values for name in numeric], axis=1)
    labels, women = bank.columns["repays"].values, bank.columns["sex"].values == 1
    half = len(labels) // 2
    right = (model.fit(inputs[:half], labels[:half]).predict(inputs) == labels)[half:]
    return float(right[~women[half:]].mean() - right[women[half:]].mean())


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_a_line_cannot_serve_both_but_a_network_can() -> None:
    network = MLPClassifier((16,), solver="sgd", learning_rate_init=0.1, max_iter=40, batch_size=256, random_state=0)
    assert gap(generate(), LogisticRegression()) > 0.1
    assert abs(gap(generate(), LogisticRegression())) > 3 * abs(gap(generate(placebo=True), LogisticRegression()))
    assert abs(gap(generate(), network)) < 0.05
