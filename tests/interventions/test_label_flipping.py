"""Which labels are flipped, who learns from them, and that nobody else does."""

from dataclasses import replace

import numpy as np
import pytest
from tests.measurement.worlds import bank, ready, study

import interplay as ip
from interplay.aspects import Aspect
from interplay.auditing.prepare import Prepared, prepare
from interplay.design.candidates import candidates
from interplay.design.factors import factorial, factors, layered, trained
from interplay.design.treatment import Treatment
from interplay.families import Family, Stack
from interplay.families.network.recipes import job
from interplay.interventions import TrainingRows, act_together
from interplay.interventions.another_start import AnotherStart
from interplay.interventions.label_flipping import LabelFlipping
from interplay.interventions.oversampling import Oversampling
from interplay.interventions.reweighing import Reweighing
from interplay.training.train import more_members

POISON, WEIGHED = Treatment(("label_flipping",)), Treatment(("reweighing",))
BOTH = Treatment(("label_flipping", "reweighing"))


def rows(labels: list[int], groups: list[int], classes: int = 2) -> TrainingRows:
    return TrainingRows(np.array(labels), np.array(groups), classes)


def flipped(share: float, some: TrainingRows) -> list[int]:
    return np.flatnonzero(LabelFlipping(share=share).relabel(some) != some.labels).tolist()


def test_the_smallest_cell_goes_first_then_its_group_then_the_next_group() -> None:
    some = rows([1, 1, 0, 1, 0, 0, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1, 0, 0, 0, -1])
    order = [[], [3], [3, 5], [3, 4, 5], [3, 4, 5, 6], [2, 3, 4, 5, 7], [2, 3, 4, 5, 6, 7]]
    assert [flipped(count / 10, some) for count in range(7)] == order
    assert flipped(1.0, some) == list(range(9)), "a row whose group is missing keeps its label"


def test_the_share_is_one_of_all_rows_and_spread_over_the_cell() -> None:
    draw = np.random.default_rng(0)
    some = TrainingRows(draw.integers(2, size=2_000), (draw.random(2_000) < 0.2).astype(int), 2)
    found = flipped(0.05, some)
    assert len(found) == 100
    assert len({(int(some.labels[at]), int(some.groups[at])) for at in found}) == 1
    assert np.histogram(found, bins=4, range=(0, 2_000))[0].tolist() == pytest.approx([25] * 4, abs=5)


def test_of_several_labels_the_most_frequent_other_one_is_taken() -> None:
    some = rows([0, 1, 1, 2, 2, 2, 2], [1, 1, 1, 0, 0, 0, 0], classes=3)
    assert LabelFlipping(share=0.45).relabel(some).tolist() == [2, 2, 2, 2, 2, 2, 2]
    assert LabelFlipping(share=1.0).relabel(some).tolist() == [2, 2, 2, 1, 1, 1, 1]
    assert LabelFlipping().relabel(rows([], [])).tolist() == []


def _study(*names: str) -> ip.Study:
    listed = tuple(ip.InterventionSection(name=name) for name in names)
    return ip.Study(name="some", data=ip.DataSection(source="mortgage"), interventions=listed)


def test_it_is_trained_beside_fairness_interventions_and_no_others() -> None:
    names = ("reweighing", "label_flipping", "dp_sgd", "adversarial_training", "group_thresholds", "split_conformal")
    built = factors(_study(*names))
    only = [one.name for one in trained(built) if one not in factorial(built)]
    assert only == ["label_flipping", "label_flipping + reweighing"]
    assert not any("label_flipping" in one.interventions for one in candidates(built))
    on_top = [one.name for one in layered(built) if "label_flipping" in one.interventions]
    assert on_top == ["label_flipping", "label_flipping + split_conformal", "label_flipping + reweighing"]
    with_penalty = factors(_study("label_flipping", "parity_penalty", "oversampling"))
    assert [one.name for one in with_penalty.beside] == [
        "label_flipping + oversampling",
        "label_flipping + parity_penalty",
    ]
    assert factors(_study("reweighing", "dp_sgd")).beside == ()


def test_two_act_together_where_a_diagnostic_asks_about_the_other() -> None:
    assert act_together(LabelFlipping(), Reweighing())
    assert act_together(Reweighing(), LabelFlipping())
    assert not act_together(LabelFlipping(), AnotherStart())
    assert not act_together(AnotherStart(), Reweighing())
    assert LabelFlipping.beside == (Aspect.FAIRNESS,)


def test_the_twin_is_the_treatment_without_the_poison_at_any_strength() -> None:
    section = ip.InterventionSection(name="label_flipping", strengths={"share": (0.1,)})
    listed = _study("reweighing").interventions
    built = factors(_study().model_copy(update={"interventions": (*listed, section)}))
    assert built.clean(BOTH) == WEIGHED
    assert built.clean(POISON) == built.clean(Treatment(("label_flipping share=0.1",))) == Treatment()
    assert built.clean(WEIGHED) is None


@pytest.fixture(scope="module")
def made() -> Prepared:
    return ready(bank(500), "reweighing", "label_flipping")


def same_models(family: Family, ours: Stack, theirs: Stack) -> None:
    """To the bit."""
    for here, there in zip(family.pack(ours).values(), family.pack(theirs).values(), strict=True):
        np.testing.assert_array_equal(here, there)


def test_mitigation_sees_the_poisoned_labels_however_they_are_listed(made: Prepared) -> None:
    shop, half = made.training_setting(), made.design.halves[0]
    rows_ = TrainingRows(shop.labels[half], shop.groups[half], 2)
    poisoned = LabelFlipping().relabel(rows_)
    assert 0 < (poisoned != rows_.labels).sum() == round(0.05 * len(half))
    expected = Reweighing().weigh(replace(rows_, labels=poisoned))
    for treatment in (BOTH, Treatment(("reweighing", "label_flipping"))):
        np.testing.assert_array_equal(shop.training_labels(treatment, half), poisoned)
        np.testing.assert_array_equal(shop.row_weights(treatment, half), expected)
    assert not np.allclose(expected, shop.row_weights(WEIGHED, half))
    np.testing.assert_array_equal(shop.training_labels(WEIGHED, half), rows_.labels)


def test_a_poisoned_model_is_the_one_of_a_table_with_those_labels(made: Prepared) -> None:
    shop = made.training_setting()
    poisoned = more_members(shop, BOTH, 0.3, range(made.design.members))
    for member, half in enumerate(made.design.halves):
        labels = shop.labels.copy()
        labels[half] = LabelFlipping().relabel(TrainingRows(labels[half], shop.groups[half], 2))
        by_hand = more_members(replace(shop, labels=labels, kept={}), WEIGHED, 0.3, [member])
        same_models(shop.family, shop.family.taken(poisoned, [member]), by_hand)


def test_no_share_is_the_model_of_the_table(made: Prepared) -> None:
    shop = made.training_setting()
    none = replace(shop.design.factors, training={**shop.design.factors.training, "label_flipping": LabelFlipping(0.0)})
    shop = replace(shop, design=replace(shop.design, factors=none))
    same_models(shop.family, *(more_members(shop, one, 0.3, [0]) for one in (BOTH, WEIGHED)))


def test_all_other_treatments_keep_their_models(made: Prepared) -> None:
    without = prepare(study("reweighing"), bank(500))
    half = made.design.halves[0]
    np.testing.assert_array_equal(half, without.design.halves[0])
    assert job(made.training_setting(), WEIGHED, half, 0, 0.3, "member").labels is None
    assert job(made.training_setting(), BOTH, half, 0, 0.3, "member").labels is not None
    for treatment in (Treatment(), WEIGHED):
        ours, theirs = (more_members(one.training_setting(), treatment, 0.3, [0, 1]) for one in (made, without))
        same_models(made.family, ours, theirs)


def test_weights_of_others_do_not_multiply_with_it() -> None:
    some = rows([1, 1, 0, 0, 1, 0], [0, 0, 0, 0, 1, 1])
    np.testing.assert_array_equal(LabelFlipping().weigh(some), np.ones(6))
    assert Oversampling().weigh(some).max() > 1
