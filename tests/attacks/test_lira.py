import numpy as np
import pytest
from scipy.special import expit, logsumexp, ndtr
from sklearn.metrics import roc_auc_score

from interplay.arrays import Array, Bool, Float
from interplay.attacks import lira
from interplay.errors import InterplayError


def halves(generator: np.random.Generator, members: int, rows: int) -> Bool[Array, "member row"]:
    return np.asarray(generator.random((members, rows)) < 0.5)


def balanced(generator: np.random.Generator, members: int, rows: int) -> Bool[Array, "member row"]:
    """Every row lies in exactly half of the members."""
    order = generator.random((members, rows)).argsort(axis=0)
    return np.asarray(order < members // 2)


def area(found: lira.LiraScores, inside: Bool[Array, "member row"]) -> float:
    return float(roc_auc_score(inside[found.scored], found.scores[found.scored]))


def reference(signals: Float[Array, "member row"], inside: Bool[Array, "member row"], own: bool) -> lira.LiraScores:
    """The attack written out target by target and row by row."""
    members, rows = signals.shape
    ratios, scored = np.zeros(signals.shape), np.zeros(signals.shape, dtype=bool)
    for target in range(members):
        others = [member for member in range(members) if member != target]
        sides = {
            side: [[signals[m, row] for m in others if inside[m, row] == side] for row in range(rows)]
            for side in (True, False)
        }
        pooled = {
            side: sum(float(np.sum((np.array(v) - np.mean(v)) ** 2)) for v in values if len(v) > 1)
            / sum(len(v) - 1 for v in values if len(v) > 1)
            for side, values in sides.items()
        }
        for row in range(rows):
            logs = {}
            for side in (True, False):
                values = sides[side][row]
                if values:
                    variance = float(np.var(values, ddof=1)) if own and len(values) > 1 else pooled[side]
                    logs[side] = -0.5 * np.log(variance) - (signals[target, row] - np.mean(values)) ** 2 / variance / 2
            if len(logs) == 2:
                ratios[target, row], scored[target, row] = logs[True] - logs[False], True
    return lira.LiraScores(ratios, scored)


def test_hand_computed_table() -> None:
    # Five members, two rows. Row 0 is in members 0, 1, 2; row 1 is in members 3, 4. Target: member 0.
    #         shadows inside     mean  squares      shadows outside    mean  squares
    # row 0   members 1, 2: 4, 2   3     2          members 3, 4: 0, 2   1     2
    # row 1   members 3, 4: 5, 1   3     8          members 1, 2: 1, -1  0     2
    # variance inside = (2 + 8) / (1 + 1) = 5; variance outside = (2 + 2) / (1 + 1) = 2
    # ratio = (signal - mean outside)^2 / (2 * 2) - (signal - mean inside)^2 / (2 * 5) + log(2 / 5) / 2
    # row 0, signal 3: 4 / 4 - 0 / 10 + log(.4) / 2;  row 1, signal -2: 4 / 4 - 25 / 10 + log(.4) / 2
    signals = np.array([[3.0, -2.0], [4.0, 1.0], [2.0, -1.0], [0.0, 5.0], [2.0, 1.0]])
    inside = np.array([[True, False], [True, False], [True, False], [False, True], [False, True]])
    found = lira.likelihood_ratios(signals, inside)
    assert found.scores[0] == pytest.approx([1.0 + np.log(0.4) / 2, -1.5 + np.log(0.4) / 2], abs=1e-12)
    assert found.scored.all()
    # Standardised: the median of two ratios is their middle, the mean absolute deviation half their distance.
    assert lira.scores(signals, inside).scores[0] == pytest.approx([1.0, -1.0], abs=1e-12)


@pytest.mark.parametrize("members", [6, 16, 70])
def test_equals_the_loop_over_targets_and_rows(members: int) -> None:
    generator = np.random.default_rng(members)
    signals = generator.normal(3.0, 2.0, (members, 25)) + generator.normal(0.0, 4.0, 25)
    inside = halves(generator, members, 25)
    found = lira.likelihood_ratios(signals, inside)
    expected = reference(signals, inside, own=members - 1 >= 64)
    np.testing.assert_array_equal(found.scored, expected.scored)
    np.testing.assert_allclose(found.scores, expected.scores, rtol=1e-12, atol=1e-12)


def test_the_target_says_nothing_about_itself() -> None:
    generator = np.random.default_rng(1)
    signals, inside = generator.normal(size=(8, 30)), halves(generator, 8, 30)
    flipped = inside.copy()
    flipped[3] = ~flipped[3]
    before, after = lira.likelihood_ratios(signals, inside), lira.likelihood_ratios(signals, flipped)
    np.testing.assert_allclose(before.scores[3], after.scores[3], atol=1e-12)
    np.testing.assert_array_equal(before.scored[3], after.scored[3])


def test_a_memorising_fleet_is_found_near_the_optimum() -> None:
    generator = np.random.default_rng(2)
    difficulty, gain = generator.normal(0.0, 5.0, 300), 1.5
    inside = halves(generator, 256, 300)
    signals = difficulty + gain * inside + generator.normal(size=inside.shape)
    optimum = ndtr(gain / np.sqrt(2.0))
    assert area(lira.scores(signals, inside), inside) == pytest.approx(optimum, abs=0.01)
    small = area(lira.scores(signals[:16], inside[:16]), inside[:16])
    assert 0.75 < small < optimum
    # The row's difficulty drowns an attack without shadows.
    assert roc_auc_score(inside.ravel(), signals.ravel()) < 0.6


def test_a_fleet_that_does_not_memorise_is_not_found() -> None:
    generator = np.random.default_rng(3)
    signals = generator.normal(0.0, 5.0, 3000) + generator.normal(size=(16, 3000))
    inside = halves(generator, 16, 3000)
    assert area(lira.scores(signals, inside), inside) == pytest.approx(0.5, abs=0.01)


def test_members_of_different_scale_are_pooled() -> None:
    generator = np.random.default_rng(4)
    inside = halves(generator, 12, 500)
    signals = generator.normal(size=inside.shape) * np.geomspace(1.0, 4.0, 12)[:, None]
    scores = lira.scores(signals, inside).scores
    np.testing.assert_allclose(np.median(scores, axis=1), 0.0, atol=1e-9)
    np.testing.assert_allclose(np.abs(scores).mean(axis=1), 1.0, rtol=0.02)


@pytest.mark.parametrize("signals", [np.full((8, 40), 0.1), np.linspace(-3.0, 3.0, 40) * np.ones((8, 1))])
def test_models_that_are_all_alike_score_zero(signals: Float[Array, "member row"]) -> None:
    inside = halves(np.random.default_rng(5), 8, 40)
    found = lira.scores(signals, inside)
    assert (found.scores == 0.0).all()
    assert area(found, inside) == 0.5


def test_models_that_predict_one_constant_each_stay_at_chance() -> None:
    generator = np.random.default_rng(6)
    inside, labels = halves(generator, 16, 2000), generator.random(2000) < 0.3
    signals = generator.normal(2.0, 1.0, (16, 1)) * np.where(labels, 1.0, -1.0)
    found = lira.scores(signals, inside)
    assert np.isfinite(found.scores).all()
    assert area(found, inside) == pytest.approx(0.5, abs=0.03)


def test_a_row_without_shadows_on_both_sides_is_not_scored() -> None:
    signals = np.arange(12.0).reshape(4, 3) ** 2
    inside = np.array([[True, True, True], [False, True, True], [False, True, False], [False, True, True]])
    found = lira.likelihood_ratios(signals, inside)
    # Row 0 is in member 0 only, so member 0 itself has no shadow inside; row 1 is in every member.
    assert found.scored[:, 0].tolist() == [False, True, True, True]
    assert not found.scored[:, 1].any()
    assert (found.scores[~found.scored] == 0.0).all()


@pytest.mark.parametrize("members", [1, 2])
def test_too_few_members_score_nothing(members: int) -> None:
    generator = np.random.default_rng(7)
    found = lira.scores(generator.normal(size=(members, 20)), halves(generator, members, 20))
    assert not found.scored.any()
    assert (found.scores == 0.0).all()


def test_three_members_use_the_variance_of_the_rows_that_have_one() -> None:
    generator = np.random.default_rng(8)
    inside = halves(generator, 3, 4000)
    signals = generator.normal(0.0, 5.0, 4000) + 2.0 * inside + generator.normal(size=inside.shape)
    found = lira.scores(signals, inside)
    assert 0.4 < found.scored.mean() < 0.6
    assert area(found, inside) > 0.7


def test_a_member_without_finite_signals_is_left_out() -> None:
    generator = np.random.default_rng(9)
    signals, inside = generator.normal(size=(7, 50)), halves(generator, 7, 50)
    broken = np.vstack([np.full(50, np.nan), signals])
    found = lira.likelihood_ratios(broken, np.vstack([inside[:1], inside]))
    expected = lira.likelihood_ratios(signals, inside)
    assert not found.scored[0].any()
    np.testing.assert_array_equal(found.scored[1:], expected.scored)
    np.testing.assert_allclose(found.scores[1:], expected.scores, atol=1e-12)


def test_null_check_is_at_chance_for_independent_halves_only() -> None:
    generator = np.random.default_rng(10)
    signals = generator.normal(0.0, 3.0, 1500) + generator.normal(size=(16, 1500))
    independent = lira.null_check(signals, np.stack([halves(generator, 16, 1500) for _ in range(20)]))
    even = lira.null_check(signals, np.stack([balanced(generator, 16, 1500) for _ in range(20)]))
    error = independent.std(ddof=1) / np.sqrt(20)
    assert abs(independent.mean() - 0.5) < max(3 * error, 0.002)
    assert even.mean() < 0.496


def test_null_check_of_complementary_halves_follows_the_offsets_of_members() -> None:
    generator = np.random.default_rng(11)
    signals = generator.normal(size=(16, 1500)) + np.repeat(generator.normal(0.0, 1.5, 8), 2)[:, None]

    def paired() -> Bool[Array, "member row"]:
        first = halves(generator, 8, 1500)
        return np.stack([first, ~first], axis=1).reshape(16, 1500)

    areas = lira.null_check(signals, np.stack([paired() for _ in range(10)]))
    assert abs(areas.mean() - 0.5) > 0.02


def test_null_check_needs_both_kinds_of_rows() -> None:
    with pytest.raises(InterplayError, match="scored members and non-members"):
        lira.null_check(np.zeros((4, 5)), np.ones((1, 4, 5), dtype=bool))


def test_signal_is_the_log_odds_of_the_true_label() -> None:
    generator = np.random.default_rng(12)
    logits = generator.normal(0.0, 2.0, (3, 10, 4))
    labels = generator.integers(0, 4, 10)
    logs = logits - logsumexp(logits, axis=2, keepdims=True)
    true = np.take_along_axis(np.exp(logs), labels[None, :, None], axis=2)[:, :, 0]
    np.testing.assert_allclose(lira.signal(logs, labels), np.log(true / (1.0 - true)), rtol=1e-10)


def test_signal_does_not_saturate() -> None:
    margins = np.array([30.0, 40.0, 100.0, 600.0])
    logs = np.stack([-margins, -np.log1p(np.exp(-margins))], axis=1)[None]
    assert (expit(margins)[1:] == 1.0).all()
    np.testing.assert_allclose(lira.signal(logs, np.ones(4, dtype=int))[0], margins, rtol=1e-12)
    np.testing.assert_allclose(lira.signal(logs, np.zeros(4, dtype=int))[0], -margins, rtol=1e-12)
