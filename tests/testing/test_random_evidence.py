"""Random evidence holds every exhibit, consistently, and can be reordered or restricted as a whole."""

import inspect

import numpy as np
import pytest

from interplay import evidence as contract
from interplay.estimates import NotMeasurable
from interplay.evidence import (
    Attacked,
    Exhibit,
    Explanations,
    Memberships,
    Predictions,
    PredictionSets,
)
from interplay.testing import Facts, random_evidence, random_facts


def _known(facts: Facts, kind: type) -> object:
    found = facts.evidence().ask(kind)
    assert not isinstance(found, NotMeasurable)
    return found


BASES = Exhibit, contract.Disclosure, contract.GroupGuesses


def test_there_is_an_exhibit_of_every_kind_of_the_contract() -> None:
    kinds = {
        item
        for item in vars(contract).values()
        if inspect.isclass(item) and issubclass(item, Exhibit) and item not in BASES
    }
    assert {type(one) for one in random_facts().exhibits} == kinds


def test_sizes_are_as_asked() -> None:
    facts = random_facts(members=3, rows=50, classes=4, groups=2, draws=7, features=5)
    assert facts.rows.counted.shape == (3, 50)
    assert facts.rows.weights.shape == (7, 50)
    assert facts.rows.groupings["group"].names == ("a", "b")
    predictions = facts.evidence().ask(Predictions)
    assert isinstance(predictions, Predictions)
    assert predictions.log_probabilities.shape == (3, 50, 4)
    np.testing.assert_allclose(np.exp(predictions.log_probabilities).sum(axis=2), 1.0)
    explanations = facts.evidence().ask(Explanations)
    assert isinstance(explanations, Explanations)
    assert explanations.importances.shape == (3, 25, 5)


def test_the_first_draw_is_unweighted() -> None:
    np.testing.assert_array_equal(random_facts().rows.weights[0], 1.0)


def test_the_seed_decides_everything() -> None:
    first, again, other = (random_evidence(seed).ask(Predictions) for seed in (0, 0, 1))
    assert isinstance(first, Predictions) and isinstance(again, Predictions) and isinstance(other, Predictions)
    np.testing.assert_array_equal(first.log_probabilities, again.log_probabilities)
    assert (first.log_probabilities != other.log_probabilities).all()


def test_members_score_higher_inside_and_models_beat_chance() -> None:
    facts = random_facts(rows=2000, members=6, signal=1.5)
    memberships, predictions, attacked = (_known(facts, kind) for kind in (Memberships, Predictions, Attacked))
    assert isinstance(memberships, Memberships)
    assert isinstance(predictions, Predictions)
    assert isinstance(attacked, Attacked)
    gain = memberships.lira[memberships.inside].mean() - memberships.lira[~memberships.inside].mean()
    assert gain == pytest.approx(1.0, abs=0.1)
    clean = (predictions.decisions == facts.rows.labels).mean()
    under_attack = (attacked.decisions == facts.rows.labels[attacked.rows]).mean()
    assert clean == pytest.approx(0.856, abs=0.02)  # the normal distribution at 1.5 / sqrt(2)
    assert under_attack == pytest.approx(0.702, abs=0.03)


def test_nothing_can_be_changed_in_place() -> None:
    facts = random_facts()
    with pytest.raises(ValueError, match="read-only"):
        facts.rows.labels[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        facts.rows.groupings["group"].codes[0] = 1
    predictions = _known(facts, Predictions)
    assert isinstance(predictions, Predictions)
    with pytest.raises(ValueError, match="read-only"):
        predictions.decisions[0, 0] = 1


def test_only_the_asked_kinds_are_shown() -> None:
    shown = random_facts().evidence(kinds=(Predictions,))
    assert isinstance(shown.ask(Predictions), Predictions)
    assert isinstance(shown.ask(Attacked), NotMeasurable)


def test_shuffled_facts_are_the_same_facts() -> None:
    before, after = random_facts(), random_facts().shuffled(seed=3)
    assert not np.array_equal(before.rows.labels, after.rows.labels)
    for kind in (Attacked, Explanations):
        here, there = _known(before, kind), _known(after, kind)
        assert isinstance(here, Attacked | Explanations) and isinstance(there, Attacked | Explanations)
        assert not np.array_equal(np.sort(there.rows), there.rows)
        assert sorted(before.rows.labels[here.rows]) == sorted(after.rows.labels[there.rows])
    assert _labelled_scores(before) == _labelled_scores(after)


def _labelled_scores(facts: Facts) -> set[tuple[int, float]]:
    """The label of every attacked row beside the first member's first score on it."""
    attacked = _known(facts, Attacked)
    assert isinstance(attacked, Attacked)
    labels = facts.rows.labels[attacked.rows].tolist()
    return set(zip(labels, attacked.log_probabilities[0, :, 0].tolist(), strict=True))


def test_one_member_or_draw_of_the_facts() -> None:
    one = random_facts(members=3, draws=4).only("member", 2)
    sets = _known(one, PredictionSets)
    assert isinstance(sets, PredictionSets)
    assert sets.scores.shape[0] == sets.thresholds.shape[0] == 1
    assert one.rows.counted.shape[0] == 1
    first = random_facts(members=3, draws=4).only("draw", 0)
    assert first.rows.weights.shape[0] == 1
    sets = _known(first, PredictionSets)
    assert isinstance(sets, PredictionSets)
    assert sets.thresholds.shape[1] == 1


def test_a_group_can_be_made_unknown() -> None:
    codes = random_facts().without_group(1).rows.groupings["group"].codes
    assert set(codes) == {-1, 0, 2}
